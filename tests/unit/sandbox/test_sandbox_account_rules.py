from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, PUBLIC_LIST, Rules, refused

from contactctl.exact_json import Number
from contactctl.sandbox.calls import Call
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.demo import DEMO_PROPERTIES
from contactctl.sandbox.records import INTERNAL_PROPERTIES, STANDARD_PROPERTIES
from contactctl.sandbox.rules import api_key, create_property, lists, properties
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contactctl.exact_json import JsonValue


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    with open_store(tmp_path / "sandbox.sqlite3") as store:
        yield Rules(store)


def _keys(rules: Rules, **query: str) -> list[str]:
    found = rules(properties, **query).value
    assert isinstance(found, list)
    return [str(item["key"]) for item in found if isinstance(item, dict)]


def test_the_key_belongs_to_a_team(rules: Rules) -> None:
    assert rules(api_key).value == {"success": True, "teamName": "Sandbox"}


def test_lists_are_shown_whole(rules: Rules) -> None:
    found = rules(lists).value
    assert isinstance(found, list)
    assert found[0] == {
        "id": PUBLIC_LIST,
        "name": "Product updates",
        "description": "New features and release notes",
        "isPublic": True,
    }


def test_properties_are_all_or_custom(rules: Rules) -> None:
    every = {item.key for item in (*STANDARD_PROPERTIES, *INTERNAL_PROPERTIES)}
    custom = {item.key for item in DEMO_PROPERTIES}
    assert _keys(rules) == _keys(rules, list="all")
    assert sorted(_keys(rules)) == sorted(every | custom)
    assert sorted(_keys(rules, list="custom")) == sorted(custom)


def test_custom_properties_stand_between_the_others_and_in_no_order(rules: Rules) -> None:
    custom = {item.key for item in DEMO_PROPERTIES}
    is_custom = [key in custom for key in _keys(rules)]
    assert is_custom != sorted(is_custom)
    assert is_custom != sorted(is_custom, reverse=True)
    assert _keys(rules, list="custom") != [item.key for item in DEMO_PROPERTIES]


def test_another_choice_of_properties_is_refused(rules: Rules) -> None:
    with refused(400, "list"):
        rules(properties, list="mine")


def test_a_new_property_can_be_written_at_once(rules: Rules) -> None:
    answer = rules(create_property, {"name": "favoriteColor", "type": "string"})
    assert answer.value == {"success": True}
    assert "favoriteColor" in _keys(rules)
    rules.update(email=ADA, favoriteColor="blue")
    assert rules.contact()["favoriteColor"] == "blue"


def test_no_property_is_named_like_one_of_the_services_own(rules: Rules) -> None:
    rules.call = Call(manner=Manner.LENIENT)
    with refused(400, "reserved"):
        rules(create_property, {"name": "__plan", "type": "string"})


@pytest.mark.parametrize("name", ["plan", "email", "firstName", "userId", "notes", "createdAt"])
def test_a_taken_name_is_refused(rules: Rules, name: str) -> None:
    with refused(400, "Property already exists."):
        rules(create_property, {"name": name, "type": "string"})


@pytest.mark.parametrize(
    "name",
    ["id", "listId", "softDeleteAt", "teamId", "updatedAt", "mailingLists", "optInStatus"],
)
def test_a_reserved_name_is_refused(rules: Rules, name: str) -> None:
    with refused(400, f'"{name}" is reserved'):
        rules(create_property, {"name": name, "type": "string"})


@pytest.mark.parametrize("name", ["1st", "with blank", "a-b", "é", "_x", "a\n", "[red]"])
def test_a_malformed_name_is_refused(rules: Rules, name: str) -> None:
    with refused(400, "not valid"):
        rules(create_property, {"name": name, "type": "string"})


@pytest.mark.parametrize("name", [None, "", Number("1"), True, ["a"]])
def test_a_name_is_required(rules: Rules, name: JsonValue) -> None:
    with refused(400, "name is required"):
        rules(create_property, {"name": name, "type": "string"})


def test_a_name_has_a_length(rules: Rules) -> None:
    rules(create_property, {"name": "a" * 498, "type": "string"})
    with refused(400, "longer than allowable"):
        rules(create_property, {"name": "a" * 499, "type": "string"})


@pytest.mark.parametrize("kind", [None, "text", "String", "", Number("1"), ["string"], {}])
def test_a_type_is_one_of_four(rules: Rules, kind: JsonValue) -> None:
    with refused(400, "string, number, boolean, date"):
        rules(create_property, {"name": "favoriteColor", "type": kind})
    assert "favoriteColor" not in _keys(rules)
