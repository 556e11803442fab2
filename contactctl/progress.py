"""How far an import is: a bar on a terminal, a plain line every ten seconds elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Task

    from contactctl.output import Output

LINE_EVERY_S = 10.0
_DRAWN_EVERY_S = 0.1


@contextmanager
def shown_progress(
    output: Output,
    name: str,
    total: int,
    words: Callable[[], str],
    *,
    every_s: float = LINE_EVERY_S,
) -> Iterator[Callable[[int], None]]:
    """Show progress while the block runs; give it a function that takes how much is done.

    ``words`` says in a line how far things are, and may be asked for from another thread.
    """
    if output.animated:
        with _bar(output, name, total, words) as advance:
            yield advance
    else:
        with _lines(output, name, words, every_s):
            yield lambda _: None


@contextmanager
def _bar(
    output: Output, name: str, total: int, words: Callable[[], str]
) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.text import Text

    class Words(ProgressColumn):
        """The words, anew at each drawing: a run that waits has most to say when no row ends."""

        def render(self, _task: Task) -> Text:
            return Text(words())

    console = output.console(output.stderr)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
    with Progress(
        *columns,
        Words(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(excerpt(name), total=total)
        drawn_at = 0.0

        def advance(done: int) -> None:
            nonlocal drawn_at
            now = time.monotonic()
            if now - drawn_at >= _DRAWN_EVERY_S:
                drawn_at = now
                progress.update(task, completed=done)

        yield advance


@contextmanager
def _lines(output: Output, name: str, words: Callable[[], str], every_s: float) -> Iterator[None]:
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(every_s):
            output.note(f"{excerpt(name)}: {words()}")

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # Waited for, or a last line might come behind the summary.
        thread.join()
