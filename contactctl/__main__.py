"""The console script: answer what needs no imports, then hand over to the command tree."""

from __future__ import annotations

import gc
import io
import os
import sys

TYPE_CHECKING = False  # importing the constant of `typing` would cost half as much as the answer
if TYPE_CHECKING:
    from typing import NoReturn

COMPLETE_VARIABLE = "_CONTACTCTL_COMPLETE"
#: Imports make many objects and no garbage; a collection in the middle of them costs 10 ms.
_GC_THRESHOLD = 100_000


def run() -> NoReturn:
    """Run the program with the process's own arguments and end the process."""
    gc.set_threshold(_GC_THRESHOLD)
    try:
        code = _answer_early(sys.argv[1:])
        if code is not None:
            _end_now(code)
        _leave_interrupts_to_the_system()
        if sys.platform == "win32":
            from contactctl.windows import env_of_console

            os.environ.update(env_of_console([sys.stdout, sys.stderr]))
        from contactctl.cli import main

        code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while still importing
        code = 130
    from contactctl.signals import end_process

    end_process(code)


def _leave_interrupts_to_the_system(platform: str = sys.platform) -> None:
    """Let Ctrl-C kill the process until a command begins.

    Nothing has begun yet that would need another end; and an exception in the middle of an import
    can be swallowed, and the command carried out all the same. Where the parent has it ignored it
    stays so.
    """
    import signal

    if platform == "win32":  # the system would end it with a code of its own
        from contactctl.windows import end_at_once

        end_at_once()
    elif signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    else:
        return
    # Python itself printed one, while it looked where the script lies, and went on.
    if getattr(sys, "last_type", None) is KeyboardInterrupt:
        signal.raise_signal(signal.SIGINT)


def _answer_early(argv: list[str]) -> int | None:
    is_tab, is_version = COMPLETE_VARIABLE in os.environ, argv == ["--version"]
    # As a command has it later; the shell's script reads words in UTF-8, one a line.
    if (is_tab or is_version) and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    if is_tab:
        from contactctl.completion.cursor import answer

        code = answer(argv, os.environ, sys.stdout)
        if code is not None:
            return code
    return _print_version() if is_version else None


def _print_version() -> int:
    from contactctl import __version__

    try:
        sys.stdout.write(f"contactctl {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return 141  # signals.CLOSED_PIPE_CODE
    except (OSError, AttributeError):
        return 9  # ExitCode.MACHINE; a stdout closed from the start is None
    return 0


def _end_now(code: int) -> NoReturn:
    """End without the teardown and without ``signals``, whose imports would cost more than both."""
    try:  # noqa: SIM105 - contextlib is not imported yet
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        pass  # nobody is left to read it
    os._exit(code)


if __name__ == "__main__":
    run()
