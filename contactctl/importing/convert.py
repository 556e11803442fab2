"""A row to the change that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from contactctl.changes.typing_rules import ValueProblem
from contactctl.contact import ContactChange
from contactctl.importing.fields import LIST_PREFIX
from contactctl.safe_text import excerpt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonScalar
    from contactctl.importing.fields import Field
    from contactctl.importing.row import Row


class Converter(Protocol):
    """Turns rows into changes, all by the same rules."""

    def to_change(self, row: Row) -> ContactChange:
        """Return what the row asks for; raise :class:`ValueProblem` when it cannot be sent."""


def to_contact_change(
    values: dict[str, JsonScalar], *, may_hold_lists: bool = True
) -> ContactChange:
    """Sort a row's values, by label, into identifiers, lists and the rest; ``values`` is used up.

    Raises :class:`ValueProblem` when there is no identifier.
    """
    email, user_id = values.pop("email", None), values.pop("userId", None)
    if email is None and user_id is None:
        raise ValueProblem("neither an email address nor a user id")
    memberships = _memberships(values) if may_hold_lists else {}
    return ContactChange(_text(email), _text(user_id), values, memberships)


def _memberships(values: dict[str, JsonScalar]) -> dict[str, bool]:
    """Take the lists out of a row's values."""
    labels = [label for label in values if label.startswith(LIST_PREFIX)]
    return {label.removeprefix(LIST_PREFIX): values.pop(label) is True for label in labels}


def _text(value: JsonScalar) -> str | None:
    assert value is None or isinstance(value, str)  # noqa: S101 - an identifier was checked
    return value


def by_label(constants: Mapping[Field, JsonScalar]) -> dict[str, JsonScalar]:
    """Return constants under the labels of their fields."""
    return {item.label: value for item, value in constants.items()}


def located(name: str, problem: ValueProblem) -> ValueProblem:
    """Return the problem with the name of the column or key before it."""
    return ValueProblem(f"{excerpt(name)}: {problem.message}", hint=problem.hint)
