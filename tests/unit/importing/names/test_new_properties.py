"""Names and types of properties that are made for columns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_account import account_fields

from contactctl.changes.field_rules import check_new_property
from contactctl.exact_json import JsonValue, Number
from contactctl.importing.names.new_properties import (
    NewProperty,
    SeenTypes,
    WithProperties,
    property_name,
)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Phone Number", "phoneNumber"),
        ("MEMBER_RATING", "memberRating"),
        ("Größe (cm)", "grosseCm"),
        ("planID", "planID"),
        ("2nd visit", "column2ndVisit"),
        ("E-mail 2 - Value", "eMail2Value"),
        ("Имя", None),
        ("ID", None),
        ("User Id", None),
        ("", None),
    ],
)
def test_a_column_gives_a_name_in_camel_case_or_none(column: str, name: str | None) -> None:
    assert property_name(column) == name


@given(st.text())
def test_whatever_a_column_is_called_the_name_is_one_that_the_service_takes(column: str) -> None:
    name = property_name(column)
    if name is not None:
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name)
        assert check_new_property(name)


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("a", ["1", "2.5", "-3", ""], "number"),
        ("a", ["1", "02134"], "string"),
        ("a", ["1e5"], "string"),
        ("a", ["0", "1"], "number"),
        ("a", ["1234567890"], "string"),
        ("a", ["1,5"], "string"),
        ("Zip", ["12345"], "string"),
        ("Phone Number", ["171555"], "string"),
        ("Customer ID", ["7"], "string"),
        ("a", ["true", "FALSE", "null"], "boolean"),
        ("a", ["true", "maybe"], "string"),
        ("a", ["2024-01-17", "2024-01-17T10:21:11Z"], "date"),
        ("a", ["2024-01-17", "soon"], "string"),
        ("a", ["", " ", "null"], None),
    ],
)
def test_the_type_is_that_of_all_cells(column: str, cells: list[str], expected: str | None) -> None:
    seen = SeenTypes(column)
    for cell in cells:
        seen.add_cell(cell)
    assert seen.type == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([Number("1"), None], "number"),
        ([Number("12345678901")], "number"),
        (["1"], "string"),
        ([True, False], "boolean"),
        ([True, Number("1")], "string"),
        (["2024-01-17", ""], "date"),
        (["2024-01-17", "soon"], "string"),
        ([None, ""], None),
        ([["a"]], None),
        (["a", {"b": "c"}], None),
    ],
)
def test_values_in_json_are_of_their_own_type(
    values: list[JsonValue], expected: str | None
) -> None:
    seen = SeenTypes("id")
    for value in values:
        seen.add_value(value)
    assert seen.type == expected


def test_an_account_has_its_new_properties_before_they_are_made() -> None:
    account = account_fields({"plan": "string"}).account
    found = WithProperties(account, [NewProperty("Size", "size", "number")])
    assert found.properties() == {"plan": "string", "size": "number"}
    assert found.properties() is found.properties()
    assert found.declared_for(["size", "plan"]) == found.properties()
    assert account.asked == []  # type: ignore[attr-defined] # a known one's
    found.declared_for(["other"])
    assert account.asked == ["other"]  # type: ignore[attr-defined] # as above
