"""Values of a line held against those of a contact, and what is said where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.preview import same_value
from contactctl.contact import DEFAULT_TYPES, ContactChange
from contactctl.errors import DriftedError
from contactctl.exact_json import Number, to_json
from contactctl.plans.lines import LIST_PREFIX
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.exact_json import JsonScalar, JsonValue

_IDENTIFIERS = ("email", "userId")
_SHOWN_FIELDS = 3


def has_value(name: str, now: JsonValue, wanted: JsonValue, kinds: DeclaredTypes) -> bool:
    """Tell whether a field has a value; the service keeps numbers as doubles."""
    if name.startswith(LIST_PREFIX):
        return (now is True) == (wanted is True)  # off a list and never on it look the same
    if isinstance(wanted, list | dict):
        return now == wanted
    if isinstance(now, Number) and isinstance(wanted, Number):
        return now == wanted or float(now.text) == float(wanted.text)
    return same_value(name, now, wanted, kinds.get(name) or DEFAULT_TYPES.get(name))


def difference(name: str, now: JsonValue, wanted: JsonValue) -> str:
    """Say what a field is now, and what it should be."""
    return f"{excerpt(name)} is {_shown(now)}, not {_shown(wanted)}"


def refuse(differences: Iterable[str], *, hint: str) -> None:
    """Raise :class:`DriftedError` with the first of the differences, if there are any."""
    found = list(differences)
    if found:
        more = f", and {len(found) - _SHOWN_FIELDS} more" if len(found) > _SHOWN_FIELDS else ""
        raise DriftedError(f"drifted: {', '.join(found[:_SHOWN_FIELDS])}{more}", hint=hint)


def fields_in(
    values: Mapping[str, JsonValue], email: str | None, user_id: str | None
) -> ContactChange:
    """Return the change that gives a contact these values, identifiers apart."""
    return ContactChange(
        email,
        user_id,
        {name: _scalar(value) for name, value in values.items() if _is_plain(name)},
        {
            name.removeprefix(LIST_PREFIX): value is True
            for name, value in values.items()
            if name.startswith(LIST_PREFIX)
        },
    )


def to_text(value: JsonValue) -> str | None:
    """Return a text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def _is_plain(name: str) -> bool:
    return name not in _IDENTIFIERS and not name.startswith(LIST_PREFIX)


def _scalar(value: JsonValue) -> JsonScalar:
    """Return a value that can be sent; the service takes no others in a field."""
    return None if isinstance(value, list | dict) else value


def _shown(value: JsonValue) -> str:
    return "unset" if value is None else excerpt(to_json(value))
