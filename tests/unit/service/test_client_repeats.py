"""What is repeated, what is looked for first, and what is known after a lost answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from client_calls import ADA, CALLS, CHANGE, Spied, spied_client
from fault_server import FaultServer, hang_up, reply, reply_json

from contactctl.contact import ContactChange
from contactctl.errors import (
    ContactctlError,
    NoConnectionError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from fault_server import Behaviour

    from contactctl.exact_json import JsonObject, JsonValue

CREATE, FIND, DELETE = "POST contacts/create", "GET contacts/find", "POST contacts/delete"
CHECK, REMOVE = "GET contacts/suppression", "DELETE contacts/suppression"
LIST, ADD = "GET contacts/properties", "POST contacts/properties"
SAVED = reply_json({"success": True, "id": "c1"})
DONE = reply_json({"success": True})
ADA_FOUND: JsonObject = {
    "id": "c1",
    "email": "ada@example.com",
    "userId": "42",
    "firstName": "Ada",
    "lastName": None,
    "subscribed": True,
}
FOUND, NOT_FOUND = reply_json([ADA_FOUND]), reply_json([])
OTHER_FOUND = reply_json([{**ADA_FOUND, "firstName": "Grace", "plan": "pro"}])
TAKEN = reply_json({"success": False, "message": "Taken"}, 409)
GONE = reply_json({"success": False, "message": "Contact not found."}, 404)
AWAY = reply(503)
BAD_KEY = reply_json({"error": "Invalid API key"}, 401)
LIMITED = reply(429)


def ask(spied: Spied, route: str) -> object:
    with spied.client:
        return CALLS[route](spied.client)


def fail(spied: Spied, route: str) -> ContactctlError:
    with pytest.raises(ContactctlError) as caught:
        ask(spied, route)
    return caught.value


@pytest.mark.parametrize("first", [hang_up, AWAY], ids=["lost", "503"])
def test_a_create_that_arrived_is_not_sent_again(first: Behaviour) -> None:
    with FaultServer([first, SAVED], {FIND: [FOUND]}) as server:
        saved = ask(spied_client(server.url), CREATE)
    assert getattr(saved, "id", None) == "c1"
    assert server.routes_seen() == [CREATE, FIND]


def test_a_create_that_did_not_arrive_is_sent_again() -> None:
    with FaultServer([hang_up, SAVED], {FIND: [NOT_FOUND]}) as server:
        assert getattr(ask(spied_client(server.url), CREATE), "id", None) == "c1"
    assert server.routes_seen() == [CREATE, FIND, CREATE]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_create_that_is_lost_to_the_end_may_have_been_applied(retries: int) -> None:
    with FaultServer([hang_up], {FIND: [NOT_FOUND]}) as server:
        error = fail(spied_client(server.url, retries=retries), CREATE)
    assert isinstance(error, NoConnectionError)
    assert (error.outcome, error.exit_code) == (Outcome.UNKNOWN, 7)
    assert server.routes_seen() == [CREATE, *[FIND, CREATE] * retries]
    assert error.attempts == server.count
    assert "may have been applied" in error.message
    assert "contactctl find" in (error.hint or "")


def test_a_create_that_was_refused_for_the_rate_is_sent_again_without_a_look() -> None:
    with FaultServer([LIMITED, SAVED]) as server:
        ask(spied_client(server.url), CREATE)
    assert server.routes_seen() == [CREATE, CREATE]


@pytest.mark.parametrize(
    ("found", "routes"),
    [
        ([OTHER_FOUND], [CREATE, FIND]),
        ([NOT_FOUND, OTHER_FOUND], [CREATE, FIND, CREATE, FIND]),
    ],
    ids=["before a repeat", "after the conflict of one"],
)
def test_a_contact_that_differs_is_not_taken_for_the_lost_create(
    found: list[Behaviour], routes: list[str]
) -> None:
    with FaultServer([hang_up, TAKEN], {FIND: found}) as server:
        error = fail(spied_client(server.url, retries=3), CREATE)
    assert server.routes_seen() == routes
    assert isinstance(error, NoConnectionError)
    assert (error.exit_code, error.outcome) == (7, Outcome.UNKNOWN)
    assert error.attempts == len(routes)
    assert error.message.endswith(
        "a contact with this address exists, and differs from what was to be created in firstName,"
        " plan; it may have been applied"
    )
    assert "contactctl find" in (error.hint or "")


def test_of_many_fields_that_differ_the_first_are_named() -> None:
    many: JsonObject = {**ADA_FOUND, **{f"field{number}": True for number in range(13)}}
    with FaultServer([AWAY], {FIND: [reply_json([many])]}) as server:
        error = fail(spied_client(server.url), CREATE)
    assert error.status == 503
    assert "created in field0, field1" in error.message
    assert "field9 and 3 more;" in error.message


def test_a_name_that_differs_is_shown_without_its_control_characters() -> None:
    with FaultServer([AWAY], {FIND: [reply_json([{**ADA_FOUND, "\x1b[31m": "x"}])]}) as server:
        error = fail(spied_client(server.url), CREATE)
    assert "created in \\u{1b}[31m;" in error.message


def test_of_several_contacts_the_one_that_was_sent_is_the_one() -> None:
    other: JsonObject = {**ADA_FOUND, "id": "c0", "plan": "pro"}
    with FaultServer([hang_up], {FIND: [reply_json([other, ADA_FOUND])]}) as server:
        assert getattr(ask(spied_client(server.url), CREATE), "id", None) == "c1"


def test_a_create_that_arrives_late_is_found_after_the_conflict() -> None:
    with FaultServer([hang_up, TAKEN], {FIND: [NOT_FOUND, FOUND]}) as server:
        assert getattr(ask(spied_client(server.url), CREATE), "id", None) == "c1"
    assert server.routes_seen() == [CREATE, FIND, CREATE, FIND]


def test_a_plain_conflict_needs_no_look() -> None:
    with FaultServer([TAKEN]) as server:
        error = fail(spied_client(server.url), CREATE)
    assert (error.outcome, error.attempts, server.count) == (Outcome.NOT_APPLIED, 1, 1)
    assert "contactctl update" in (error.hint or "")


def test_a_look_that_fails_is_made_again_and_nothing_else_is_sent() -> None:
    with FaultServer([hang_up], {FIND: [AWAY, FOUND]}) as server:
        ask(spied_client(server.url, retries=2), CREATE)
    assert server.routes_seen() == [CREATE, FIND, FIND]


def test_a_look_that_is_refused_leaves_the_outcome_unknown() -> None:
    with FaultServer([hang_up], {FIND: [BAD_KEY]}) as server:
        error = fail(spied_client(server.url), CREATE)
    assert isinstance(error, UnauthorizedError)
    assert (error.outcome, error.attempts) == (Outcome.UNKNOWN, 2)


def test_a_delete_that_finds_nobody_after_a_lost_answer_is_done() -> None:
    with FaultServer([hang_up, GONE]) as server:
        assert ask(spied_client(server.url), DELETE) == {"success": True}
    assert server.routes_seen() == [DELETE, DELETE]


def test_a_page_that_says_404_after_a_lost_answer_does_not_tell_of_a_deletion() -> None:
    with FaultServer([hang_up, reply(404, b"<html><title>Not Found</title>")]) as server:
        error = fail(spied_client(server.url), DELETE)
    assert (type(error), error.outcome) == (RefusedError, Outcome.UNKNOWN)


@pytest.mark.parametrize("script", [[GONE], [LIMITED, GONE]], ids=["at once", "after a 429"])
def test_a_delete_that_finds_nobody_otherwise_is_not_found(script: list[Behaviour]) -> None:
    with FaultServer(script) as server:
        error = fail(spied_client(server.url), DELETE)
    assert isinstance(error, NotFoundError)
    assert (error.outcome, error.status) == (Outcome.NOT_APPLIED, 404)


def test_a_removal_that_arrived_spends_no_more_quota() -> None:
    status: JsonObject = {"isSuppressed": False, "removalQuota": {"remaining": True}}
    with FaultServer([hang_up], {CHECK: [reply_json(status)]}) as server:
        found = ask(spied_client(server.url), REMOVE)
    assert found == {"success": True, "removalQuota": {"remaining": True}}
    assert server.routes_seen() == [REMOVE, CHECK]


def test_a_removal_that_did_not_arrive_is_sent_again() -> None:
    with FaultServer([hang_up, DONE], {CHECK: [reply_json({"isSuppressed": True})]}) as server:
        ask(spied_client(server.url), REMOVE)
    assert server.routes_seen() == [REMOVE, CHECK, REMOVE]


@pytest.mark.parametrize(
    ("known", "routes"),
    [
        ([{"key": "plan", "type": "string"}], [ADD, LIST]),
        ([{"key": "plan", "type": "number"}], [ADD, LIST, ADD]),
        ([{"key": "seats", "type": "string"}], [ADD, LIST, ADD]),
    ],
    ids=["made", "of another type", "not made"],
)
def test_a_property_is_made_once(known: JsonValue, routes: list[str]) -> None:
    with FaultServer([hang_up, DONE], {LIST: [reply_json(known)]}) as server:
        ask(spied_client(server.url), ADD)
    assert server.routes_seen() == routes


def test_an_update_is_repeated_blindly_with_the_same_bytes() -> None:
    with FaultServer([hang_up, AWAY, SAVED]) as server:
        ask(spied_client(server.url, retries=2), "PUT contacts/update")
    assert [request.body for request in server.received] == [CHANGE.to_body()] * 3


@pytest.mark.parametrize("last", [BAD_KEY, reply(400), LIMITED], ids=["401", "400", "429"])
def test_once_in_doubt_a_later_refusal_does_not_clear_it(last: Behaviour) -> None:
    with FaultServer([hang_up, last]) as server:
        error = fail(spied_client(server.url), "PUT contacts/update")
    assert isinstance(error, (UnauthorizedError, RefusedError, RateLimitedError))
    assert error.outcome is Outcome.UNKNOWN


def test_waits_double_and_follow_what_the_service_asks() -> None:
    asks = reply(503, headers=[("Retry-After", "9")])
    with FaultServer([AWAY, AWAY, asks, SAVED]) as server:
        spied = spied_client(server.url, retries=3)
        ask(spied, "PUT contacts/update")
    first, second, third = spied.waits
    assert 0 <= first <= 0.5
    assert 0 <= second <= 1.0
    assert third == 9.0


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimitedError), (503, UnavailableError)])
def test_too_long_a_wait_ends_it_and_says_how_long(
    status: int, kind: type[ContactctlError]
) -> None:
    with FaultServer([reply(status, headers=[("Retry-After", "3600")])]) as server:
        spied = spied_client(server.url, retries=5)
        error = fail(spied, "GET lists")
    assert isinstance(error, kind)
    assert (error.attempts, spied.waits, error.exit_code) == (1, [], 7)
    assert "3600 s" in error.message


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (ContactChange(user_id="42"), "add --email"),
        (ContactChange(email="ada@example.com", user_id="42"), "two contacts"),
        (ContactChange(email="ada@example.com"), "--dry-run"),
    ],
    ids=["user id alone", "both", "email alone"],
)
def test_a_refused_update_says_what_to_do(change: ContactChange, word: str) -> None:
    with FaultServer([reply_json({"success": False, "message": "No."}, 400)]) as server:
        spied = spied_client(server.url)
        with spied.client, pytest.raises(RefusedError) as caught:
            spied.client.update(change)
    assert word in (caught.value.hint or "")
    assert caught.value.message.endswith("No. (HTTP 400)")


def test_find_takes_none_one_or_more() -> None:
    several = reply_json([ADA_FOUND, ADA_FOUND])
    with FaultServer([NOT_FOUND, FOUND, several]) as server:
        spied = spied_client(server.url)
        with spied.client:
            assert [len(spied.client.find(ADA)) for _ in range(3)] == [0, 1, 2]
