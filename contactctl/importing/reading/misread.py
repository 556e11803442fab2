"""A file that is read in a wrong way, and the way that fits it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_PIPE = " | contactctl import -"
_FLAGS = {"--format": "form", "--header": "header"}
_TO_FILL_IN = re.compile(r"\b(?:FILE|NAME|TABLE|PATH)\b")


class MisreadError(UsageError):
    """The flags that say how a file is read do not fit it.

    ``better`` are those that do, by their names among the flags of the file; none where nobody can
    tell. ``read_so`` says how it is read by them, such as ``read as cp1252``. ``through`` is the
    command whose output has rows, where the file itself has none.
    """

    better: Mapping[str, Any] | None = None
    read_so: str = ""
    through: str = ""

    def with_better(self, read_so: str, **better: object) -> MisreadError:
        """Return the error with the flags that fit the file."""
        self.better, self.read_so = better, read_so
        return self


def no_rows(message: str, way: str) -> MisreadError:
    """Return the error of a file without rows; ``way`` is the command that makes some, or advice.

    One in which a person has to fill something in is advice as well.
    """
    error = MisreadError(message, hint=way)
    through, pipe, flags = way.partition(_PIPE)
    if pipe and not _TO_FILL_IN.search(through):
        words = flags.split()
        named = {_FLAGS[flag]: value for flag, value in zip(words[::2], words[1::2], strict=True)}
        error.through, error.better = through, {"form": None, **named}
    return error
