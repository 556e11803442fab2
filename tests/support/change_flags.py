"""Flags of ``update`` and what they become, with properties of every type declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.changes.draft import ChangeFlags, to_change, to_draft
from contactctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.changes.draft import DeclaredTypes
    from contactctl.contact import ContactChange
    from contactctl.exact_json import JsonObject

DECLARED: DeclaredTypes = {
    "planName": "string",
    "zip": "string",
    "seats": "number",
    "trial": "boolean",
    "renewsAt": "date",
    "shape": None,
}


def given_flags(
    *,
    lists: Sequence[str] = (),
    props: Sequence[str] = (),
    unset: Sequence[str] = (),
    data: JsonObject | None = None,
    **fields: str | bool | None,
) -> ChangeFlags:
    return ChangeFlags(fields, lists=lists, props=props, unset=unset, data=data)


def change(flags: ChangeFlags, declared: DeclaredTypes | None = None) -> ContactChange:
    return to_change(to_draft(flags), declared)


def body(flags: ChangeFlags, declared: DeclaredTypes | None = None) -> str:
    return change(flags, declared).to_body().decode()


def refusal(flags: ChangeFlags, declared: DeclaredTypes | None = None) -> str:
    """Return message and hint of the refusal; there must be both."""
    with pytest.raises(UsageError) as caught:
        change(flags, declared)
    assert caught.value.hint
    return f"{caught.value.message} | {caught.value.hint}"
