"""main(argv) -> code: parse, run, and the only error boundary."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from contactctl.errors import (
    ContactctlError,
    Ending,
    ExitCode,
    Outcome,
    StoppedError,
    UsageError,
)
from contactctl.exact_json import has_surrogate
from contactctl.menu import COMMANDS
from contactctl.output import ClosedStream, fit_for_any_text
from contactctl.session import DEFAULT_TIMEOUT_S, Run
from contactctl.signals import CLOSED_PIPE_CODE, code_of_signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.output import Format
    from contactctl.tree import Group

PROG_NAME = "contactctl"
_SIGINT = 2
_HELP = ("-h", "--help")


def main(argv: Sequence[str], run: Run | None = None) -> int:
    """Run one call and return its exit code; every error becomes a message and a code here."""
    run = run or run_of_process()
    try:
        _refuse_unreadable(argv)
        return _call(argv, run)
    except Ending as error:
        return _fail(error, argv, run)
    except KeyboardInterrupt:
        stopped = StoppedError("interrupted", signum=_SIGINT, outcome=run.outcome)
        return _fail(stopped, argv, run)
    except BrokenPipeError:
        _drop_output()
        return CLOSED_PIPE_CODE
    except Exception as error:  # noqa: BLE001 - a bug must not end in a traceback either
        # An import that a signal interrupts may raise of its own, of a lock that it does not hold.
        asked = run.stops.asked(run.outcome)
        return _fail(asked or _from_foreign(error, run), argv, run)


def run_of_process() -> Run:
    """Return a run with the process's own environment and streams.

    The number of a stream that was closed from the start is taken by the null device, or the next
    file or connection would get it, and the words of a key command with it.
    """
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None and os.open(os.devnull, os.O_RDWR) != number:
            break  # this very number is taken after all
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        fit_for_any_text(stream)
    return Run(os.environ, sys.stdin, sys.stdout or ClosedStream(), sys.stderr or ClosedStream())


@cache
def root_group() -> Group:
    """Return the tree as Typer runs it, the same one for every call of a process."""
    from contactctl.flags.options import root
    from contactctl.tree import make_group

    return make_group(PROG_NAME, COMMANDS, root)


def _call(argv: Sequence[str], run: Run) -> int:
    code = 0 if _show_help(argv, run) else _parse_and_run(argv, run)
    # Within the boundary, so that what this raises becomes a message too.
    run.stdout.flush()
    return int(code or ExitCode.DONE)


def _show_help(argv: Sequence[str], run: Run) -> bool:
    """Show the page that a call asks for and nothing else, without Typer; tell if there is one."""
    *words, last = argv or [""]
    if last not in _HELP:
        return False
    from contactctl.help.drawing import show_page
    from contactctl.help.written import written_page

    page = written_page(words)
    if page is not None:
        show_page(page, run)
    return page is not None


def _parse_and_run(argv: Sequence[str], run: Run) -> int | None:
    from contactctl.connection import connect_ahead

    # Set before there is a thread that looks up a name, which reads variables in C.
    os.environ["TYPER_USE_RICH"] = "0"
    # Goes on while Typer is imported.
    run.connection_ahead = connect_ahead(argv, run.env, DEFAULT_TIMEOUT_S)
    try:
        _keep_rich_out()
        return _invoke(root_group(), argv, run)
    finally:
        if run.connection_ahead is not None:
            run.connection_ahead.close()


def _invoke(root: Group, argv: Sequence[str], run: Run) -> int | None:
    """Parse and run; Typer's own ``main`` would swallow Ctrl-C and a closed pipe."""
    import typer

    try:
        with root.make_context(PROG_NAME, list(argv), obj=run) as context:
            code: int | None = root.invoke(context)
            return code
    except typer.Exit as end:
        return end.exit_code


def _keep_rich_out() -> None:
    """Keep Typer from importing Rich, as help and errors are drawn by ourselves."""
    import typer  # noqa: F401 - it reads the variable now

    # Not for the key command, which this process may start.
    del os.environ["TYPER_USE_RICH"]


def _refuse_unreadable(argv: Sequence[str]) -> None:
    for number, word in enumerate(argv, start=1):
        if has_surrogate(word):
            raise UsageError(
                f"word {number} of the command line is not valid"
                f" {sys.getfilesystemencoding().upper()}",
                hint="check the locale (LANG, LC_ALL) and the script's own encoding",
            )


def _fail(error: Ending, argv: Sequence[str], run: Run) -> int:
    error.is_of_write = error.is_of_write and not run.only_reads
    output = run.output(form=_form_of_words(argv) if run.flags.output is None else None)
    try:
        output.error(error)
    except OSError:
        pass  # nowhere left to say it; the code still does
    except Exception:  # noqa: BLE001 - what would draw it may be what is broken
        from contactctl.failures import lines

        output.tell(output.shown("\n".join(lines(error))))
    return code_of_signal(error.signum) if isinstance(error, StoppedError) else error.exit_code


def _form_of_words(argv: Sequence[str]) -> Format | None:
    """Look for ``-o json`` in words that could not be parsed; it decides the error's form only."""
    joined = "\0".join(argv)
    forms = ("-o\0json", "--output\0json", "--output=json", "-ojson")
    return "json" if any(form in joined for form in forms) else None


def _from_foreign(error: Exception, run: Run) -> ContactctlError:
    from contactctl.tree import to_usage_error

    usage = to_usage_error(error)
    if usage is not None:
        return usage
    if isinstance(error, OSError) and error.strerror:
        from contactctl.errors import MachineError

        what = f" {error.filename}" if isinstance(error.filename, str) else ""
        return MachineError(
            f"the operating system refused{what}: {error.strerror}", outcome=run.outcome
        )
    if run.env.get("CONTACTCTL_DEBUG") == "1":
        _print_traceback(error, run)
    return ContactctlError(
        f"a bug in contactctl: {type(error).__name__}",
        hint="run it again with CONTACTCTL_DEBUG=1 and report what it prints",
        outcome=Outcome.UNKNOWN,
    )


def _print_traceback(error: Exception, run: Run) -> None:
    """Print where a bug happened: files, lines and types, no values and no messages."""
    import traceback

    for frame in traceback.extract_tb(error.__traceback__):
        run.stderr.write(f"  {frame.filename}:{frame.lineno} in {frame.name}\n")


def _drop_output() -> None:
    """Point stdout at nothing, so that the flush at the end does not fail again."""
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
