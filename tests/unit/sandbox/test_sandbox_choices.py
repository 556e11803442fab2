"""What is not known of the service: refused, or let pass, as the flags say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import ADA, PUBLIC_LIST
from sandbox_http import called_over_wsgi

from contactctl.sandbox.app import Settings
from contactctl.sandbox.choices import CHOICES, Manner

if TYPE_CHECKING:
    import httpx

README = Path(__file__).parents[3] / "README.md"
#: Stands for a key that is there already.
REPEATED = "plan-again"
#: A request of each case: method, path, and what its body has beside an address.
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "unknown property": ("PUT", "/contacts/update", {"plann": "x"}),
    "answer field": ("PUT", "/contacts/update", {"id": "c1"}),
    "spaces": ("PUT", "/contacts/update", {"email": f" {ADA} "}),
    "wrong type": ("PUT", "/contacts/update", {"seats": "many"}),
    "seconds": ("PUT", "/contacts/update", {"signupDate": 1705486871}),
    "unknown list": ("PUT", "/contacts/update", {"mailingLists": {"none": True}}),
    "list of unsubscribed": (
        "PUT",
        "/contacts/update",
        {"subscribed": False, "mailingLists": {PUBLIC_LIST: True}},
    ),
    "empty user id": ("PUT", "/contacts/update", {"userId": ""}),
    "repeated key": ("PUT", "/contacts/update", {"plan": "a", REPEATED: "b"}),
    "property name": ("POST", "/contacts/properties", {"name": "plan-name", "type": "string"}),
    "post": ("POST", "/contacts/update", {}),
    "list parameter": ("GET", "/contacts/properties?list=mine", {}),
}


def asked(client: httpx.Client, case: str) -> int:
    """Send the request of a case and return its status."""
    method, path, body = CASES[case]
    content = json.dumps({"email": ADA, **body}).replace(REPEATED, "plan")
    return client.request(method, path, content=content).status_code


@pytest.mark.parametrize("case", CHOICES)
def test_each_choice_follows_the_flags(tmp_path: Path, case: str) -> None:
    found = []
    for manner in Manner:
        with called_over_wsgi(tmp_path / manner.value, Settings(manner=manner)) as client:
            found.append(asked(client, case) < 400)
    assert found == [not CHOICES[case].is_refused, False, True]


def test_what_is_let_pass_does_what_is_said(tmp_path: Path) -> None:
    warnings: list[str] = []
    settings = Settings(manner=Manner.LENIENT, warn=warnings.append)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        for case in CASES:
            assert asked(client, case) == 200
        (contact,) = client.get("/contacts/find", params={"email": ADA}).json()
        keys = {item["key"] for item in client.get("/contacts/properties").json()}
    assert (contact["plan"], contact["seats"]) == ("b", "many")
    assert contact["signupDate"] == "1970-01-20T17:44:46.871Z"
    assert (contact["mailingLists"], contact["userId"], contact["subscribed"]) == ({}, None, False)
    assert "plan-name" in keys
    told = "\n".join(warnings)
    assert [word in told for word in ('"plann"', '"id"', '"none"', "unsubscribed")] == [True] * 4


@pytest.mark.parametrize(
    "body", ['{"a": NaN, "a": 1}', '{"a": 1, "a": "\\ud800"}', "[" * 20_000, '{"a": 1, "a"', "[]"]
)
def test_what_is_no_json_object_is_refused_however_lenient(tmp_path: Path, body: str) -> None:
    settings = Settings(manner=Manner.LENIENT)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        assert client.put("/contacts/update", content=body).status_code == 400


def test_a_subscription_state_is_never_anything_else(tmp_path: Path) -> None:
    settings = Settings(manner=Manner.LENIENT)
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", settings) as client:
        body = {"email": ADA, "subscribed": "no"}
        assert client.put("/contacts/update", json=body).status_code == 400


def test_the_readme_has_every_choice() -> None:
    text = README.read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    expected = [
        (one.about, "refused" if one.is_refused else one.passed, one.passed)
        for one in CHOICES.values()
    ]
    assert [row for row in expected if row not in rows] == []
