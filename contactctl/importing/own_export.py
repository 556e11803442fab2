"""The service's own export, keys or labels, and what of it only the service writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.importing.fields import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

#: No other program's file has an address beside these two.
_MARKS = frozenset({"email", "usergroup"})
_MORE_MARKS = frozenset({"source", "userid", "subscribed"})
#: What the service answers with, and nobody can write.
_ANSWERED = frozenset({"id", "createdat", "updatedat", "optinstatus"})


def answered_only(names: Iterable[str]) -> frozenset[str]:
    """Return which columns, or keys, of the service's own export only the service writes.

    Nothing of any other file: there an ``id`` may be anything.
    """
    folded = {name: fold(name) for name in names}
    seen = {*folded.values()}
    if not seen >= _MARKS or not seen & _MORE_MARKS:
        return frozenset()
    return frozenset(name for name, one in folded.items() if one in _ANSWERED)


def may_be_answered(name: str) -> bool:
    """Tell whether a name is that of something that only the service writes."""
    return fold(name) in _ANSWERED
