"""The two streams: data to stdout, everything said to a person to stderr."""

from __future__ import annotations

import errno
import io
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple, TextIO

from contactctl.exact_json import JsonValue, to_json
from contactctl.safe_text import SPELLED, to_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from rich.console import Console, RenderableType

    from contactctl.errors import Ending

Format = Literal["text", "json"]
_ERROR_HEAD = ("error:", "1;31")


class Answer(NamedTuple):
    """One result in each of its forms.

    ``json`` is the object for ``-o json``; ``plain`` the lines for a pipe; ``quiet`` those for
    ``-q`` (``plain`` when None); ``view`` makes what a terminal shows, and is called for nothing
    else. ``applied`` says that a write is behind it, for the error when it cannot be printed.
    ``exact`` lines are data for whoever reads them: no address in them is masked.
    """

    json: JsonValue
    plain: Sequence[str]
    quiet: Sequence[str] | None = None
    view: Callable[[], RenderableType] | None = None
    applied: bool = False
    exact: bool = False


class Output(NamedTuple):
    """Both streams with the form that the flags chose; ``masks`` addresses in text."""

    stdout: TextIO
    stderr: TextIO
    env: Mapping[str, str]
    form: Format = "text"
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    still: bool = False
    masks: bool = False

    @property
    def for_a_person(self) -> bool:
        """Tell whether the answer is drawn on a terminal."""
        return self.form == "text" and not self.quiet and is_terminal(self.stdout)

    @property
    def animated(self) -> bool:
        """Tell whether something may move on stderr."""
        # CI systems lend their jobs a terminal at which nobody sits.
        is_seen = self._chatty and is_terminal(self.stderr)
        return is_seen and not self.still and not self.env.get("CI")

    @property
    def can_ask(self) -> bool:
        """Tell whether stderr can carry a question; the session adds what it knows of stdin."""
        return is_terminal(self.stderr) and not self.env.get("CI")

    def show(self, answer: Answer) -> None:
        """Write the answer to stdout in the chosen form.

        Raises :class:`MachineError` when stdout cannot take it; a closed pipe is left to the
        boundary.
        """
        if self.for_a_person and answer.view is not None:
            self._draw(answer.view, applied=answer.applied)
        elif self.form == "json":
            self.write_document(answer.json, applied=answer.applied)
        elif self.quiet and answer.quiet is not None:
            self.write_lines(answer.quiet, applied=answer.applied)
        else:
            lines = answer.plain if answer.exact else [*map(self.shown, answer.plain)]
            self.write_lines(lines, applied=answer.applied)

    def write_document(self, value: JsonValue, *, applied: bool = False) -> None:
        """Write one JSON value, all of the answer: a terminal gets it indented, in colour."""
        if is_terminal(self.stdout):
            from contactctl import views

            # A line that is broken would be no JSON.
            view = partial(views.json_text, value)
            self._draw(view, applied=applied, soft_wrap=True)
        else:
            self.write_json(value, applied=applied)

    def write_json(self, value: JsonValue, *, applied: bool = False) -> None:
        """Write one JSON value as one line; a terminal gets ASCII escapes only."""
        self._write(to_json(value, ascii_only=is_terminal(self.stdout)) + "\n", applied=applied)

    def write_lines(self, lines: Sequence[str], *, applied: bool = False) -> None:
        """Write lines as they are to a pipe, made harmless to a terminal."""
        if is_terminal(self.stdout):
            lines = [to_safe(line, keep="\n\t") for line in lines]
        self._write("".join(line + "\n" for line in lines), applied=applied)

    def shown(self, text: str) -> str:
        """Return text as it is shown, addresses in it masked where that is asked for."""
        if not self.masks:
            return text
        from contactctl.masking import masked

        return masked(text)

    def note(self, text: str) -> None:
        """Say something to a person, unless ``-q`` or JSON keeps stderr for errors."""
        if self._chatty:
            self._say(text)

    def warn(self, text: str) -> None:
        """Warn a person; kept off stderr like a note."""
        if self._chatty:
            self._say(f"warning: {to_safe(text)}", safe=True, head=("warning:", "33"))

    def draw_note(self, view: Callable[[], RenderableType]) -> None:
        """Draw something beside a question; kept off stderr like a note."""
        if self._chatty:
            with suppress(OSError), self._masking():
                self.console(self.stderr).print(view())

    def trace(self, text: str) -> None:
        """Write one line of what ``-v`` asked for."""
        if self.verbose:
            self._say(text, fits=False)

    def error(self, error: Ending) -> None:
        """Write an error: one JSON line, a panel on a terminal, or ``error:`` lines."""
        from contactctl import failures

        if self.form == "json":
            self.tell(to_json({"error": failures.to_object(error)}, ascii_only=True))
        elif is_terminal(self.stderr) and not failures.is_brief(error):
            self._draw_error(error)
        else:
            self._say("\n".join(failures.lines(error)), safe=True, head=_ERROR_HEAD)

    def tell(self, text: str) -> None:
        """Write a line to stderr as it is; a reader that is gone, or a full disk, stops nothing."""
        with suppress(OSError):
            self.stderr.write(text + "\n")
            self.stderr.flush()

    def width(self, stream: TextIO) -> int:
        """Return how many columns a terminal has."""
        from contactctl.wrapping import terminal_width

        return terminal_width(stream, self.env)

    def console(self, stream: TextIO) -> Console:
        """Return a Rich console that interprets nothing in what it prints."""
        from contactctl.views import open_console

        return open_console(
            stream, self.env, colored=self._colored(stream), is_terminal=is_terminal(stream)
        )

    @property
    def _chatty(self) -> bool:
        return self.form == "text" and not self.quiet

    def _masking(self) -> AbstractContextManager[None]:
        if not self.masks:
            return nullcontext()
        from contactctl.masking import views_masked

        return views_masked()

    def _draw(
        self, view: Callable[[], RenderableType], *, applied: bool, soft_wrap: bool = False
    ) -> None:
        try:
            with self._masking():
                self.console(self.stdout).print(view(), soft_wrap=soft_wrap)
            self.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            from contactctl.failures import unwritable

            raise unwritable(error, applied=applied) from error

    def _draw_error(self, error: Ending) -> None:
        from contactctl import failures

        width = self.width(self.stderr)
        if failures.fits_panel(error, width):
            from contactctl import views

            with self._masking():
                self.console(self.stderr).print(views.error_panel(error, width))
        else:
            self._say("\n".join(failures.told(error)), safe=True, head=_ERROR_HEAD)
        # Below the panel, whose border would be copied with it.
        for text in failures.below_panel(error, width):
            self._say(text, safe=True, fits=False, head=("hint:", "36"))

    def _write(self, text: str, *, applied: bool) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        # A reader such as head has seen enough; the boundary knows how to end then.
        except BrokenPipeError:
            raise
        except (OSError, ValueError) as error:
            from contactctl.failures import unwritable

            raise unwritable(error, applied=applied) from error

    def _say(
        self, text: str, *, safe: bool = False, fits: bool = True, head: tuple[str, str] = ("", "")
    ) -> None:
        """Write to stderr, on a terminal in lines that fit it if ``fits``.

        ``head`` is the first word and its colour.
        """
        text = self.shown(text if safe else to_safe(text, keep="\n"))
        if fits and is_terminal(self.stderr):
            from contactctl.wrapping import fitted

            text = fitted(text, self.width(self.stderr))
        word, sgr = head
        if word and text.startswith(word) and self._colored(self.stderr):
            text = f"\x1b[{sgr}m{word}\x1b[0m{text[len(word) :]}"
        self.tell(text)

    def _colored(self, stream: TextIO) -> bool:
        if self.no_color or self.env.get("NO_COLOR"):
            return False
        if self.env.get("FORCE_COLOR"):
            return True
        return is_terminal(stream) and self.env.get("TERM") != "dumb"


class ClosedStream(io.StringIO):
    """Stands in for a stream that was closed before the program began."""

    encoding = "utf-8"

    def write(self, text: str, /) -> int:
        """Raise ``OSError`` for any text."""
        if text:
            raise OSError(errno.EBADF, "it is closed")
        return 0


def fit_for_any_text(stream: TextIO | None) -> None:
    r"""Make a stream of the process fail at no text, whatever the locale.

    A terminal shows as ``\u{…}`` what its encoding lacks. Other output is UTF-8, with ``\n`` at
    the end of lines on Windows too. Of what is read, bytes that are no text come as surrogates.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return
    if stream.readable():
        stream.reconfigure(errors="surrogateescape")
    elif is_terminal(stream):
        stream.reconfigure(errors=SPELLED)
    else:
        stream.reconfigure(encoding="utf-8", errors=SPELLED, newline="\n")


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether this very stream is a terminal; a closed one, None included, is not."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
