"""Columns of which nobody can tell which field they fill, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contactctl.errors import UsageError
from contactctl.safe_text import quoted
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_HINT = (
    "name its field with --map 'COLUMN=FIELD', or leave it out with --ignore COLUMN, or all that"
    " match no field with --ignore-unknown"
)
#: A file of 4,000 columns is not told of column by column.
_SHOWN_LINES = 12
_SHOWN_NAMES = 12


class UnknownColumn(NamedTuple):
    """A column, or a key of JSON objects, that fills no field until somebody says which.

    ``reason`` is why, where that is more than that no field has its name. ``suggestions`` are
    fields as ``--map`` takes them, the likeliest first. No column fills one of them already, and
    no two columns of a file have the same one as their first. ``several`` tells that it means
    more than one thing, so that leaving it out is a choice. ``through`` is the command that brings
    the addresses to the top of JSON objects that stand in this one.
    """

    name: str
    reason: str = ""
    suggestions: tuple[str, ...] = ()
    several: bool = False
    through: str = ""

    @property
    def told(self) -> str:
        """Return what is known of the column, for a line of its own; "" for nothing."""
        fields = " or ".join(self.suggestions)
        if self.reason:
            colon = "" if self.reason.startswith(("gives ", "is ")) else ":"
            return f"{quoted(self.name)}{colon} {self.reason}"
        return f"{quoted(self.name)} is not a field: did you mean {fields}?" if fields else ""


class UnknownColumnsError(UsageError):
    """Columns fill no field; ``unknown`` are all of them, in the order of the file.

    ``has_identifier`` tells whether another column gives an address or a user id.
    """

    def __init__(self, unknown: Sequence[UnknownColumn], *, has_identifier: bool = True) -> None:
        self.unknown = tuple(unknown)
        self.has_identifier = has_identifier
        super().__init__(_message(self.unknown), hint=_HINT)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self.unknown)


def settle(
    unknown: Iterable[UnknownColumn], filled: Mapping[str, str]
) -> tuple[UnknownColumn, ...]:
    """Return the columns without suggestions that another column takes, each column once.

    ``filled`` has the column that fills a field, by the field as ``--map`` takes it.
    """
    taken = {**filled}
    found: dict[str, UnknownColumn] = {}
    for column in unknown:
        if column.name in found:
            continue
        left = tuple(one for one in column.suggestions if one not in taken)
        reason = column.reason
        if "email" in column.suggestions and "email" in taken and not (left or reason):
            reason = f"another address; {quoted(taken['email'])} gives email"
        found[column.name] = column._replace(reason=reason, suggestions=left)
        taken.update(dict.fromkeys(left[:1], column.name))
    return tuple(found.values())


def _message(unknown: Sequence[UnknownColumn]) -> str:
    told = [f"  {column.told}" for column in unknown if column.told]
    bare = [quoted(column.name) for column in unknown if not column.told]
    if len(told) > _SHOWN_LINES:
        more = len(told) - _SHOWN_LINES
        told[_SHOWN_LINES:] = [f"  and {counted(more, 'more column', 'more columns')} like these"]
    if bare:
        more = len(bare) - _SHOWN_NAMES
        names = ", ".join(bare[:_SHOWN_NAMES]) + (f" and {more:,} more" if more > 0 else "")
        told.append(f"  there is no field called {names}")
    if len(unknown) == 1:
        only = unknown[0]
        return (
            f"the column {only.told}"
            if only.told
            else f"there is no field called {quoted(only.name)}"
        )
    return f"{len(unknown):,} columns match no field:\n" + "\n".join(told)
