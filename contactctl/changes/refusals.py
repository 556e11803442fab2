"""Why a flag or a property of a change is refused; loaded only where one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contactctl.changes.draft import parse_prop, typed
from contactctl.changes.field_rules import FLAGS, check_clearable, checked_standard, parse_list_flag
from contactctl.contact import FLAG_FIELDS
from contactctl.errors import UsageError
from contactctl.faults import all_told
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.changes.draft import ChangeFlags, DeclaredTypes, Draft


def all_refusals(flags: ChangeFlags, first: UsageError) -> UsageError:
    """Return one error for all that is wrong with the flags; ``first`` is what was met first."""
    found = [first]
    given = [(name, text) for name, text in flags.fields.items() if isinstance(text, str)]
    for name in ("props", "unset", "lists"):
        given += [(name, text) for text in getattr(flags, name)]
    for name, text in given:
        error = refused(name, text)
        found += [error] if error is not None else []
    return together(found)


def all_misfits(draft: Draft, declared: DeclaredTypes | None, first: UsageError) -> UsageError:
    """Return one error for all values that do not fit their properties."""
    found = [first]
    for key, value in draft.values.items():
        try:
            typed(key, value, declared)
        except UsageError as error:
            found.append(error)
    return together(found)


def together(errors: Sequence[UsageError]) -> UsageError:
    """Return one error for several, each told once."""
    told = {(one.message, one.hint): one for one in errors}
    return errors[0] if len(told) == 1 else UsageError(all_told([*told]))


def refused(name: str, text: str) -> UsageError | None:
    """Return why the flag with this parameter's name does not take a text; None where it may."""
    wire_names = {one.name: one.wire_name for one in FLAG_FIELDS} | {"new_email": "email"}
    try:
        if name == "props":
            parse_prop(text)
        elif name == "lists":
            parse_list_flag(text)
        elif name == "unset":
            check_clearable(text)
        elif name in wire_names:
            checked_standard(wire_names[name], text)
    except UsageError as error:
        return error
    return None


def unknown_property(key: str, declared: DeclaredTypes) -> UsageError:
    """Return the error for a property that the account does not have.

    The service would take the request and drop the value in silence.
    """
    from contactctl.consent_words import Sense, name_sense
    from contactctl.wording import nearest

    ways = [FLAGS.get(name, excerpt(name)) for name in nearest(key, {**FLAGS, **declared})]
    # Who means an opt-out must not end with a property that opts nobody out.
    if name_sense(key) is Sense.OUT:
        ways.insert(0, "--unsubscribed, which opts the contact out")
    hints = [f"did you mean {', '.join(ways)}?"] if ways else []
    # Not offered where `properties create` would refuse the name.
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", key):
        command = f"`contactctl properties create {key} --type string`"
        kinds = "as string, number, boolean or date"
        hints.append(f"{'or ' if ways else ''}create it, {kinds}: {command}")
    return UsageError(
        f"the account has no property {quoted(key)}",
        hint=" ".join(hints) or "`contactctl properties list` shows the existing ones",
    )
