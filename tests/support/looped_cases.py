"""Says which case of a loop failed: thousands of tests of one line each cost more than they do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def case(*of: object) -> Iterator[None]:
    """Name the case beside whatever fails in it."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"in the case of {', '.join(ascii(str(part)) for part in of)}")
        raise
