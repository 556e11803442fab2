"""What a person sees of a slow call: one line on stderr, gone when the answer is there."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from contactctl.safe_text import to_safe, to_spelled
from contactctl.wrapping import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contactctl.output import Output
    from contactctl.service.retrying import Tell

#: A call that takes less is over before anybody wonders.
AFTER_S = 0.5
EVERY_S = 0.25
#: A terminal writes ``^C`` behind what is drawn; in a full line that would make one more.
_LEFT_FREE = 3
_CUT = "..."


class Wait:
    """One call that is waited for: since when, which attempt, and why the last one failed."""

    def __init__(self, host: str, words: str, now: Callable[[], float] = time.monotonic) -> None:
        self._host = host
        self._words = words
        self._now = now
        self._since = now()
        # One value, replaced as a whole: it is read from another thread.
        self._failure: tuple[str, str, float] | None = None

    def tell(self, attempt: str, reason: str, wait_s: float) -> None:
        """Note that an attempt failed, and that the next one comes after a wait."""
        self._failure = (attempt, reason, self._now() + wait_s)

    def line(self, width: int, encoding: str = "utf-8") -> str:
        """Return it in one line of so many columns; what is done goes first where room is short.

        ``encoding`` is the terminal's.
        """
        seconds = int(self._now() - self._since)
        waited = f"waiting {seconds} s" if seconds else "waiting"
        if self._failure is None:
            head, rest = f"{waited} for {self._host}", ""
        else:
            attempt, reason, next_at = self._failure
            left = next_at - self._now()
            when = f" in {left:.0f} s" if left >= 1 else ""
            head, rest = waited, f", {attempt}{when}: {reason}"
        whole, short = (
            to_spelled(to_safe(text), encoding)
            for text in (f"{head} to {self._words}{rest}", head + rest)
        )
        return whole if columns(whole) <= width else _cut(short, width)


@contextmanager
def waiting_line(
    output: Output, host: str, words: str, *, after_s: float = AFTER_S, every_s: float = EVERY_S
) -> Iterator[Tell]:
    """Draw a line while the block lasts longer than ``after_s``; give it what notes failures.

    ``words`` says what is waited for, and goes on from "to".
    """
    wait, ended = Wait(host, words), threading.Event()
    arguments = (output, wait, ended, after_s, every_s)
    thread = threading.Thread(target=_draw, args=arguments, daemon=True)
    thread.start()
    try:
        yield wait.tell
    finally:
        ended.set()
        thread.join()  # what is said next must find an empty line


def _draw(
    output: Output, wait: Wait, ended: threading.Event, after_s: float, every_s: float
) -> None:
    drawn = ""
    while not ended.wait(every_s if drawn else after_s):
        line = wait.line(output.width(output.stderr) - _LEFT_FREE, output.stderr.encoding)
        text = output.shown(line)
        if text != drawn:
            _write(output, _erased(drawn) + text)
            drawn = text
    _write(output, _erased(drawn))


def _erased(drawn: str) -> str:
    """Return what takes a line away; by spaces, which every terminal knows."""
    # Two more for the ``^C`` that may stand behind it.
    return f"\r{' ' * (columns(drawn) + 2)}\r" if drawn else ""


def _write(output: Output, text: str) -> None:
    with suppress(OSError):
        output.stderr.write(text)
        output.stderr.flush()


def _cut(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    while text and columns(text) > width - len(_CUT):
        text = text[:-1]
    return text + _CUT
