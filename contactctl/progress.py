"""How far an import is: a bar on a terminal, a plain line every ten seconds elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contactctl.safe_text import excerpt, to_safe, to_spelled
from contactctl.wrapping import fitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType

    from contactctl.output import Output

#: Off a terminal: how often it is told how far things are, and how often looked for a stall, which
#: is told of soon after it begins.
LINE_EVERY_S = 10.0
LOOK_EVERY_S = 1.0
#: One look may meet an answer that is slow; what lasts until the next is a stall.
_WORTH_TELLING_LOOKS = 2
_DRAWN_A_SECOND = 10
_BAR_COLUMNS = 20
#: A terminal writes ``^C`` behind what is drawn; in a full line that would make one more.
_LEFT_FREE = 3


class Standing(NamedTuple):
    """How far things are, in a few short words each, and whether nothing moves."""

    parts: Sequence[str]
    stalled: bool = False

    @property
    def words(self) -> str:
        """Return all of it in one line."""
        return ", ".join(self.parts)

    def lines(self, width: int) -> list[str]:
        """Return it in lines of so many characters; one part alone may be longer."""
        lines: list[str] = []
        for part in self.parts:
            if lines and len(lines[-1]) + len(part) + 2 <= width:
                lines[-1] += f", {part}"
            else:
                lines.append(part)
        return lines


class Progress(NamedTuple):
    """What a run tells while it goes on: how much is done, and lines for a person.

    A line stands above what is drawn, which would be torn by one that is written past it.
    """

    advance: Callable[[int], None]
    say: Callable[[str], None]


@contextmanager
def shown_progress(
    output: Output,
    name: str,
    total: int,
    standing: Callable[[], Standing],
    *,
    every_s: tuple[float, float] = (LINE_EVERY_S, LOOK_EVERY_S),
) -> Iterator[Progress]:
    """Show progress while the block runs; give it what takes how much is done.

    ``standing`` says how far things are, and may be asked for from another thread.
    """
    if output.animated:
        with _bar(output, Drawn(Path(name).name or name, total, standing)) as progress:
            yield progress
    else:
        with _lines(output, name, standing, *every_s):
            yield Progress(lambda _: None, output.note)


class Drawn:
    """What is drawn, again each time: a run that waits has most to say when no row ends."""

    def __init__(self, name: str, total: int, standing: Callable[[], Standing]) -> None:
        self.done = 0
        self._name = excerpt(name)
        self._total = total
        self._standing = standing

    def advance(self, done: int) -> None:
        """Move the bar."""
        self.done = done

    def __rich_console__(
        self, _console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        from rich.text import Text

        width, standing = options.max_width - _LEFT_FREE, self._standing()
        room = width - _BAR_COLUMNS - 1
        shown, words = (
            to_spelled(one, options.encoding) for one in (self._name, to_safe(standing.words))
        )
        if len(shown) + len(words) < room:
            yield self._head(shown, words)
            return
        name = Text(shown)
        name.truncate(max(room, 1), overflow="ellipsis")
        yield self._head(name.plain)
        for line in standing.lines(width):
            text = Text(to_spelled(to_safe(line), options.encoding), no_wrap=True)
            text.truncate(width, overflow="ellipsis")
            yield text

    def _head(self, *words: str) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        name, *others = map(Text, words)
        head = Table.grid(padding=(0, 1, 0, 0))
        head.add_row(name, ProgressBar(self._total, self.done, width=_BAR_COLUMNS), *others)
        return head


@contextmanager
def _bar(output: Output, drawn: Drawn) -> Iterator[Progress]:
    from rich.live import Live
    from rich.text import Text

    console = output.console(output.stderr)

    def say(text: str) -> None:
        # As a terminal that has gone away ends no run.
        with suppress(OSError):
            shown = output.shown(to_safe(text))
            console.print(Text(fitted(shown, console.width)), soft_wrap=True)

    with Live(drawn, console=console, transient=True, refresh_per_second=_DRAWN_A_SECOND):
        yield Progress(drawn.advance, say)


@contextmanager
def _lines(
    output: Output,
    name: str,
    standing: Callable[[], Standing],
    every_s: float,
    look_every_s: float,
) -> Iterator[None]:
    ended = threading.Event()

    def tell() -> None:
        told_at, stalled_looks = time.monotonic(), 0
        while not ended.wait(look_every_s):
            now, found = time.monotonic(), standing()
            stalled_looks = stalled_looks + 1 if found.stalled else 0
            if now - told_at >= every_s or stalled_looks == _WORTH_TELLING_LOOKS:
                told_at = now
                output.note(f"{excerpt(name)}: {found.words}")

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
