"""Which columns name contacts, what is a plain list, and rows of a backup without a contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.errors import UsageError
from contactctl.importing.names.contact_list import LIST_COLUMN, is_list, picked_columns
from contactctl.importing.names.own_export import lacks_contact
from contactctl.importing.row import Row

if TYPE_CHECKING:
    from contactctl.exact_json import JsonObject

ADA = "ada@example.com"
OWN = ("id", "email", "userId", "source", "subscribed", "userGroup", "error")


def rows(*lines: str) -> list[Row]:
    return [Row(at, at + 1, line.split(",")) for at, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((ADA, "bob@example.com"), True),
        ((ADA, "42"), True),
        (("42", "43"), True),
        ((ADA,), True),
        (("email", ADA), False),
        (("E-Mail-Adresse", ADA), False),
        (("user_id", "42"), False),
        (("Adresse", ADA), False),
        (("42", ADA), False),
        ((LIST_COLUMN, ADA), False),
        ((f"{ADA},x", f"{ADA},y"), False),
    ],
)
def test_a_list_has_one_contact_a_line_and_no_header(
    lines: tuple[str, ...], *, expected: bool
) -> None:
    assert is_list(rows(*lines)) is expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("plan", "Email"), {"Email": "email"}),
        (("Mail", "e_mail", "email"), {"email": "email"}),
        (("Primary Email", "E-Mail"), {"E-Mail": "email"}),
        (("user-id", "Courriel"), {"user-id": "userId", "Courriel": "email"}),
    ],
)
def test_the_best_name_of_each_identifier_is_taken(
    columns: tuple[str, ...], expected: dict[str, str]
) -> None:
    assert picked_columns(columns, {}) == expected


def test_what_a_flag_says_is_all_that_is_taken() -> None:
    assert picked_columns(("email", "id"), {"id": "user_id"}) == {"id": "userId"}


@pytest.mark.parametrize(
    ("columns", "maps"),
    [
        (("plan",), {}),
        (("Mail", "Courriel"), {}),
        (("E-Mail", "e mail"), {}),
        (("a",), {"a": "plan"}),
        (("a", "b"), {"a": "email", "b": "email"}),
    ],
)
def test_no_column_and_two_that_are_as_good_are_refused(
    columns: tuple[str, ...], maps: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        picked_columns(columns, maps)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("", ADA, "", "", "", "", "not found"), True),
        (("", ADA, "", "", "", "", "not read: cannot look up"), True),
        (("c1", ADA, "", "", "", "", "not found"), False),
        (("", ADA, "", "", "", "", ""), False),
        (("", ADA, "", "", "", "", "seats: not a number"), False),
    ],
)
def test_a_row_of_csv_lacks_a_contact_where_it_says_so(
    cells: tuple[str, ...], *, expected: bool
) -> None:
    lacks = lacks_contact(OWN)
    assert lacks is not None
    assert lacks(Row(1, 2, cells)) is expected
    # In any other file these columns may be anything.
    assert lacks_contact(("id", "email", "error")) is None


def test_an_object_lacks_a_contact_where_it_has_an_error_in_place_of_an_id() -> None:
    lacks = lacks_contact(None)
    assert lacks is not None
    error: JsonObject = {"code": "not_found", "message": "x", "status": None}
    assert lacks(Row(1, 1, values={"id": None, "email": ADA, "userId": None, "error": error}))
    others: tuple[JsonObject, ...] = (
        {"id": "c1", "email": ADA, "error": error},
        {"id": None, "email": ADA},
        {"id": None, "email": ADA, "error": None},
        {"email": ADA, "error": error},
    )
    for values in others:
        assert not lacks(Row(1, 1, values=values))
