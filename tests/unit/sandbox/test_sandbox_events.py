"""Events and transactional mails: what they do to contacts, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_calls import ADA, BOB, PUBLIC_LIST
from sandbox_http import called_over_wsgi, put

from contactctl.sandbox.app import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

TOO_LONG = "Some body key or value is longer than allowable"


class Clock:
    now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[httpx.Client]:
    with called_over_wsgi(tmp_path / "sandbox.sqlite3", Settings(now_s=clock)) as client:
        yield client


def event(client: httpx.Client, key: str = "", **body: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    """Send an event."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/events/send", json={"eventName": "signup", **body}, headers=headers)


def mail(client: httpx.Client, **body: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    """Send a transactional mail."""
    return client.post("/transactional", json={"transactionalId": "cm1", "email": ADA, **body})


def found(client: httpx.Client, email: str = ADA) -> Any:  # noqa: ANN401 - JSON
    """Return the contact with an address, None for none."""
    contacts = client.get("/contacts/find", params={"email": email}).json()
    return contacts[0] if contacts else None


def test_an_event_makes_the_contact_and_changes_it(client: httpx.Client) -> None:
    lists = {PUBLIC_LIST: True}
    first = event(client, email=ADA, userId="42", plan="pro", mailingLists=lists)
    second = event(client, userId="42", firstName="Ada", eventProperties={"amount": 5})
    assert [(one.status_code, one.json()) for one in (first, second)] == [
        (200, {"success": True})
    ] * 2
    contact = found(client)
    assert (contact["plan"], contact["firstName"], contact["mailingLists"]) == ("pro", "Ada", lists)
    assert not contact.keys() & {"eventName", "eventProperties", "amount"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"userId": "unknown"}, "Contact not found."),
        ({"email": BOB, "userId": "42"}, "Multiple contacts found for the given criteria"),
        ({}, "An email or userId is required."),
        ({"email": "nobody"}, "Invalid email address."),
        ({"email": ADA, "eventName": ""}, "eventName is required."),
        ({"email": ADA, "eventName": 5}, "eventName is required."),
        ({"email": ADA, "seats": "many"}, 'The contact property "seats" must be a number.'),
        ({"email": ADA, "mailingLists": {"none": True}}, 'Unknown mailing list "none".'),
        ({"email": ADA, "eventProperties": []}, "eventProperties must be an object."),
        ({"email": ADA, "eventProperties": {"a": "x" * 499}}, TOO_LONG),
        ({"email": ADA, "note": "x" * 499}, TOO_LONG),
    ],
)
def test_an_event_is_refused_and_changes_nobody(
    client: httpx.Client, body: dict[str, Any], message: str
) -> None:
    put(client, email=ADA, userId="42")
    put(client, email=BOB)
    before = [found(client), found(client, BOB)]
    answer = event(client, **body)
    assert (answer.status_code, answer.json()) == (400, {"success": False, "message": message})
    assert [found(client), found(client, BOB)] == before


def test_a_repeated_event_is_answered_and_done_once(client: httpx.Client) -> None:
    assert event(client, "k1", email=ADA, plan="pro").status_code == 200
    put(client, email=ADA, plan="free")
    assert event(client, "k1", email=ADA, plan="pro").json() == {"success": True}
    assert found(client)["plan"] == "free"
    other = event(client, "k1", email=ADA, plan="max")
    assert (other.status_code, found(client)["plan"]) == (409, "free")
    assert other.json()["message"] == "Idempotency key already used with a different request body."


def test_a_key_is_free_again_after_a_day(client: httpx.Client, clock: Clock) -> None:
    event(client, "k1", email=ADA)
    clock.now_s += 24 * 3600 - 1
    assert event(client, "k1", email=BOB).status_code == 409
    clock.now_s += 1
    assert event(client, "k1", email=BOB).status_code == 200


def test_a_refused_event_does_not_use_its_key_up(client: httpx.Client) -> None:
    assert event(client, "k1", userId="unknown").status_code == 400
    assert event(client, "k1", email=ADA).status_code == 200


def test_a_key_has_a_hundred_characters_at_most(client: httpx.Client) -> None:
    assert event(client, "k" * 100, email=ADA).status_code == 200
    assert event(client, "k" * 101, email=ADA).status_code == 400


def test_a_mail_is_taken_and_makes_nobody_unless_asked(client: httpx.Client) -> None:
    variables = {"link": "https://example.com", "items": [{"name": "x" * 600}]}
    answer = mail(client, dataVariables=variables)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert found(client) is None
    mail(client, addToAudience=True)
    contact = found(client)
    assert contact["subscribed"] is True
    mail(client, addToAudience=True)
    assert found(client)["id"] == contact["id"]


def test_a_repeated_mail_is_taken_once(client: httpx.Client) -> None:
    body = {"transactionalId": "cm1", "email": ADA, "addToAudience": True}
    headers = {"Idempotency-Key": "k1"}
    for _ in range(2):
        assert client.post("/transactional", json=body, headers=headers).status_code == 200
        client.post("/contacts/delete", json={"email": ADA})
    assert found(client) is None


def test_attachments_may_be_large(client: httpx.Client) -> None:
    large = {"filename": "a.pdf", "contentType": "application/pdf", "data": "x" * 2_000_000}
    assert mail(client, attachments=[large]).status_code == 200
    assert mail(client, attachments=[large] * 3).status_code == 413


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"transactionalId": ""}, "transactionalId is required."),
        ({"email": None}, "An email is required."),
        ({"email": "nobody"}, "Invalid email address."),
        ({"dataVariables": []}, "dataVariables must be an object."),
        ({"dataVariables": {"a": "x" * 499}}, TOO_LONG),
    ],
)
def test_a_mail_is_refused(client: httpx.Client, body: dict[str, Any], message: str) -> None:
    answer = mail(client, **body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


@pytest.mark.parametrize("path", ["/transactional", "/transactional-emails"])
def test_no_mails_are_there_to_be_sent(client: httpx.Client, path: str) -> None:
    found = client.get(path).json()
    assert found["data"] == []
    assert found["pagination"]["totalResults"] == 0
