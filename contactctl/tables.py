"""Tables that fit a terminal: columns side by side where no word is broken, else a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from contactctl.safe_text import to_spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.measure import Measurement
    from rich.segment import Segment

    Cells = Sequence[Text]

_GAP = 3
#: A longer word of a value may be broken; what is copied, in the columns kept whole, never is.
_LONGEST_WHOLE = 32
#: With two columns, the second one is given what is left, as long as it is so much.
_LEAST_VALUE = 12


class SpelledText(Text):
    """Text of one style, measured and drawn as the terminal's encoding can spell it."""

    def spelled(self, encoding: str) -> Text:
        """Return the text that an encoding has."""
        return Text(to_spelled(self.plain, encoding), style=self.style)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return self.spelled(options.encoding).__rich_measure__(console, options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        return self.spelled(options.encoding).__rich_console__(console, options)


class Fitting:
    """A table where each column has room for its words; else what ``otherwise`` makes of it.

    ``whole`` are the numbers of the columns in which no word is broken, however long.
    """

    def __init__(
        self,
        titles: Sequence[str],
        rows: Sequence[Cells],
        otherwise: Callable[[], RenderableType],
        *,
        whole: Collection[int] = (0,),
    ) -> None:
        self._titles = titles
        self._rows = rows
        self._otherwise = otherwise
        self._whole = whole

    def __rich_console__(
        self, _console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        rows = [
            [one.spelled(options.encoding) if isinstance(one, SpelledText) else one for one in row]
            for row in self._rows
        ]
        widths = self._widths(rows, options.max_width - _GAP * (len(self._titles) - 1))
        yield self._otherwise() if widths is None else self._drawn(rows, widths)

    def _widths(self, rows: Sequence[Cells], room: int) -> list[int] | None:
        columns = [*zip(*rows, strict=True)]
        least = [
            self._least(at, title, columns[at] if columns else ())
            for at, title in enumerate(self._titles)
        ]
        longest = [max(map(_longest_line, cells), default=0) for cells in columns] or least
        if len(least) == 2 and sum(least) > room:  # noqa: PLR2004 - a name and its value
            least[1] = max(room - least[0], _LEAST_VALUE)
        return shared(least, [*map(max, least, longest)], room)

    def _least(self, at: int, title: str, cells: Cells) -> int:
        word = max(map(_longest_word, cells), default=0)
        return max(cell_len(title), word if at in self._whole else min(word, _LONGEST_WHOLE))

    def _drawn(self, rows: Sequence[Cells], widths: Sequence[int]) -> Table:
        table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="dim")
        for title, width in zip(self._titles, widths, strict=True):
            table.add_column(title, width=width, overflow="fold")
        for row in rows:
            table.add_row(*row)
        return table


def shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int] | None:
    """Return a width for each column, between its least and its most; None where room is short.

    What is left is shared evenly among the columns that can use it.
    """
    left = room - sum(least)
    if left < 0:
        return None
    widths = [*least]
    by_need = sorted(range(len(least)), key=lambda at: most[at] - least[at])
    for done, at in enumerate(by_need):
        more = min(most[at] - least[at], left // (len(least) - done))
        widths[at] += more
        left -= more
    return widths


def records(titles: Sequence[str], rows: Sequence[Cells]) -> RenderableType:
    """Return each row as its first cell and, below it, a line for each other one that has text."""
    parts: list[RenderableType] = []
    for first, *others in rows:
        heading = first
        fields = Table.grid(padding=(0, 2, 0, 0))
        fields.add_column(no_wrap=True)
        fields.add_column(overflow="fold")
        for title, cell in zip(titles[1:], others, strict=True):
            if not title:  # what stands beside the name, as "active" does
                heading = Text.assemble(heading, " ", cell)
            elif cell.plain:
                fields.add_row(Text(f"  {title}", style="dim"), cell)
        parts += [*([Text()] * bool(parts)), heading, *([fields] * bool(fields.row_count))]
    return Group(*parts)


def change_line(name: Text, before: Text, after: Text) -> Text:
    """Return a field in one text: what it was and what it becomes, or the one of both there is."""
    parts = [name.plain.replace("\n", " "), ": "]
    line = Text.assemble(*parts, before)
    if before.plain:
        line.append(" → ")
        after = after if after.plain else Text("(empty)", style=after.style)
    return line.append_text(after)


def _longest_word(text: Text) -> int:
    return max(map(cell_len, text.plain.split()), default=0)


def _longest_line(text: Text) -> int:
    return max(map(cell_len, text.plain.split("\n")), default=0)
