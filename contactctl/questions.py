"""A question at a terminal: the line that is typed after it, and the end of a command at a no."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from contactctl.errors import UsageError
from contactctl.safe_text import to_safe
from contactctl.wrapping import fitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.output import Output


def line_typed(question: str, output: Output, stdin: TextIO) -> str:
    """Return the line that is typed after a question; "" where there will be none."""
    text = output.shown(to_safe(question.rstrip(), keep="\n"))
    text = fitted(text, output.width(output.stderr) - 1)
    # Not by input(), which asks on stdout: that is for data.
    output.stderr.write(f"{text} ")
    output.stderr.flush()
    line = ""
    try:
        line = stdin.readline()
    finally:
        if not line.endswith("\n"):  # Ctrl-C or Ctrl-D left the cursor behind the question
            output.stderr.write("\n")
    return line


def confirm(question: str, ask: Callable[[str], str] | None) -> None:
    """Ask a yes-or-no question; ``ask`` is None where none may be asked.

    Raises :class:`UsageError` for a no, and naming ``--yes`` where there is nobody to ask.
    """
    if ask is None:
        raise UsageError(
            f"not confirmed: {question}", hint="no question can be asked here; give --yes"
        )
    if ask(f"{to_safe(question)} [y/N]").strip().lower() not in {"y", "yes"}:
        raise declined()


def declined() -> UsageError:
    """Return the end of a command to which a person said no: nothing that went wrong."""
    error = UsageError("not confirmed; nothing was changed")
    error.is_plain = True
    return error
