"""What one field of a change takes, whichever way it came in; all that needs no account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.changes.typing_rules import ValueProblem, check_text, check_value, typed_boolean
from contactctl.contact import (
    CLEARABLE_FIELDS,
    DEFAULT_TYPES,
    FIELDS,
    STANDARD_FIELDS,
    is_address,
    is_of_the_service,
)
from contactctl.errors import UsageError
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from contactctl.contact import PropertyType
    from contactctl.exact_json import JsonScalar, JsonValue

#: How each standard field is given; none of them is a property to be given by ``--prop``.
FLAGS = {one.wire_name: one.flag.replace("/", " or ") for one in FIELDS if one.flag}
_FIELDS_BY_NAME = {one.wire_name: one for one in FIELDS if one.flag}


def problem_with(name: str, problem: ValueProblem) -> UsageError:
    """Return the error that names the field whose value has the problem."""
    return UsageError(f"{excerpt(name)}: {problem.message}", hint=problem.hint)


def check_property_name(name: str) -> None:
    """Refuse what is no name of a property: a standard field, a reserved name, a long text.

    Raises :class:`UsageError`.
    """
    if name in STANDARD_FIELDS:
        raise UsageError(f"{name} is not for --prop", hint=f"give it with {FLAGS[name]}")
    if is_of_the_service(name):
        raise UsageError(f"{name} is reserved by the service", hint="leave it out")
    _check_spelling(name)


def check_new_property(name: str) -> bool:
    """Refuse a name that no new property can have; return whether it is in camelCase.

    The service asks for camelCase but has accounts with other names. Raises :class:`UsageError`.
    """
    # Requests and answers have these for something else: the property could never be reached.
    if name in STANDARD_FIELDS | DEFAULT_TYPES.keys() or is_of_the_service(name):
        raise UsageError(f"{name} is reserved by the service", hint="choose another name")
    _check_spelling(name)
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is None:
        raise UsageError(
            f"{quoted(name)} cannot be the name of a property",
            hint="use letters and digits, beginning with a letter, such as planName",
        )
    return re.fullmatch(r"[a-z][A-Za-z0-9]*", name) is not None


def check_clearable(name: str) -> None:
    """Refuse to empty a field that cannot be without a value; raises :class:`UsageError`."""
    if name in CLEARABLE_FIELDS:
        return
    if name in _FIELDS_BY_NAME:
        raise UsageError(f"{name} cannot be emptied", hint=_FIELDS_BY_NAME[name].instead)
    check_property_name(name)


def checked_standard(name: str, value: JsonValue) -> JsonScalar:
    """Return the value of a standard field other than the lists, or raise :class:`UsageError`.

    Identifiers are not empty, an address is well formed; ``null`` is for what it can empty.
    """
    # null empties a field, so it is held to the rule of --unset.
    if value is None:
        check_clearable(name)
        return None
    field = _FIELDS_BY_NAME[name]
    scalar = _checked_scalar(name, value, None if field.type == "lists" else field.type)
    if field.role == "identifier" and isinstance(scalar, str):
        _check_identifier(name, scalar)
    return scalar


def checked_property(name: str, value: JsonValue) -> JsonScalar:
    """Return the JSON value of a custom property, or raise :class:`UsageError`."""
    check_property_name(name)
    return _checked_scalar(name, value, None)


def checked_lists(value: JsonValue) -> dict[str, bool]:
    """Return the ``mailingLists`` of a JSON object, or raise :class:`UsageError`."""
    if not isinstance(value, dict):
        raise UsageError(
            "mailingLists is not an object", hint='write {"mailingLists": {"ID": true}}'
        )
    for list_id, wanted in value.items():
        _check_spelling(list_id)
        if not isinstance(wanted, bool):
            raise UsageError(
                f"mailingLists: the value of {quoted(list_id)} is not a boolean",
                hint="write true to add the contact, false to remove it",
            )
    return {list_id: wanted is True for list_id, wanted in value.items()}


def parse_list_flag(item: str) -> tuple[str, bool]:
    """Read ``ID=true`` or ``ID=false``, split at the last ``=``; raises :class:`UsageError`."""
    # A list's name may hold one, true and false do not.
    name, equals, text = item.rpartition("=")
    if not equals or not name.strip():
        raise UsageError(
            f"--list {quoted(item)} is not ID=true or ID=false",
            hint="write --list ID=true to add the contact, ID=false to remove it",
        )
    _check_spelling(name)
    try:
        return name, typed_boolean(text)
    except ValueProblem as problem:
        raise problem_with(f"--list {name}", problem) from None


def _check_identifier(name: str, text: str) -> None:
    if not text.strip():
        raise UsageError(f"{name} is empty", hint="give a value, or leave it out")
    if name == "email" and not is_address(text):
        raise UsageError(
            f"{quoted(text)} is not an email address",
            hint="the service takes addresses such as ada@example.com, in ASCII and without spaces",
        )


def _checked_scalar(name: str, value: JsonValue, kind: PropertyType | None) -> JsonScalar:
    if isinstance(value, list | dict):
        shape = "a list" if isinstance(value, list) else "an object"
        raise UsageError(
            f"{excerpt(name)} is {shape}", hint="give a string, a number, a boolean or null"
        )
    try:
        if kind is not None:
            check_value(value, kind)
        elif isinstance(value, str):
            check_text(value)
    except ValueProblem as problem:
        raise problem_with(name, problem) from None
    return value


def _check_spelling(name: str) -> None:
    if not name:
        raise UsageError("the name of a field is empty", hint="give it a name")
    try:
        check_text(name)
    except ValueProblem as problem:
        raise UsageError(f"the name {problem.message}", hint=problem.hint) from None
