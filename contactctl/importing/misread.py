"""A file that is read in a wrong way, and the way that fits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class MisreadError(UsageError):
    """The flags that say how a file is read do not fit it.

    ``better`` are those that do, by their names among the flags of the file; none where nobody can
    tell. ``read_so`` says how it is read by them, such as ``read as cp1252``.
    """

    better: Mapping[str, Any] | None = None
    read_so: str = ""

    def with_better(self, read_so: str, **better: object) -> MisreadError:
        """Return the error with the flags that fit the file."""
        self.better, self.read_so = better, read_so
        return self
