from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, BOB, Rules, refused

from contactctl.exact_json import JsonObject, Number
from contactctl.sandbox.calls import Call
from contactctl.sandbox.rules import QUOTA_PERIOD_S, remove_suppression, suppression
from contactctl.sandbox.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from contactctl.sandbox.calls import Answer
    from contactctl.sandbox.tables import Transaction

NOW_S = 1_800_000_000.0


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Rules]:
    with open_store(tmp_path / "sandbox.sqlite3") as store:
        opened = Rules(store, Call(now_s=NOW_S))
        opened.update(email=ADA, userId="42")
        yield opened


def _quota(remaining: int) -> JsonObject:
    return {"limit": Number("100"), "remaining": Number(str(remaining))}


@pytest.mark.parametrize("query", [{"email": ADA}, {"userId": "42"}])
@pytest.mark.parametrize("on", [True, False])
def test_the_status_names_contact_and_quota(
    rules: Rules, query: dict[str, str], *, on: bool
) -> None:
    rules.store.suppress(ADA, on=on)
    assert rules(suppression, **query).value == {
        "contact": {"id": rules.contact()["id"], "email": ADA, "userId": "42"},
        "isSuppressed": on,
        "removalQuota": _quota(100),
    }


def test_a_removal_frees_the_address_and_costs_one(rules: Rules) -> None:
    rules.store.suppress(ADA, on=True)
    assert rules(remove_suppression, userId="42").value == {
        "success": True,
        "message": "Email removed from suppression list.",
        "removalQuota": _quota(99),
    }
    with refused(400, "This contact is not suppressed."):
        rules(remove_suppression, email=ADA)
    status = rules(suppression, email=ADA).value
    assert isinstance(status, dict)
    assert (status["isSuppressed"], status["removalQuota"]) == (False, _quota(99))


def test_a_hundred_removals_use_the_quota_up_until_they_are_30_days_old(rules: Rules) -> None:
    with rules.store.write() as transaction:
        for number in range(100):
            transaction.add_removal(NOW_S - QUOTA_PERIOD_S + 1 + number)
    rules.store.suppress(ADA, on=True)
    with refused(400, "quota"):
        rules(remove_suppression, email=ADA)
    rules.call = Call(now_s=NOW_S + 2)
    answer = rules(remove_suppression, email=ADA).value
    assert isinstance(answer, dict)
    assert answer["removalQuota"] == _quota(1)


@pytest.mark.parametrize("rule", [suppression, remove_suppression])
@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({}, 400, "An email or userId is required."),
        ({"email": ADA, "userId": "42"}, 400, "Only one"),
        ({"email": "ada"}, 400, "Invalid email address."),
        ({"email": BOB}, 404, "This contact was not found."),
        ({"userId": "43"}, 404, "This contact was not found."),
    ],
)
def test_it_takes_one_identifier_of_a_contact(
    rules: Rules,
    rule: Callable[[Transaction, Call], Answer],
    query: dict[str, str],
    status: int,
    message: str,
) -> None:
    with refused(status, message):
        rules(rule, **query)


def test_suppression_belongs_to_the_address_and_not_to_the_contact(rules: Rules) -> None:
    rules.store.suppress(ADA, on=True)
    rules.update(userId="42", email="new@example.com")
    status = rules(suppression, userId="42").value
    assert isinstance(status, dict)
    assert status["isSuppressed"] is False


def test_a_suppressed_contact_can_be_updated_and_stays_subscribed(rules: Rules) -> None:
    rules.store.suppress(ADA, on=True)
    rules.update(email=ADA, plan="pro")
    assert (rules.contact()["plan"], rules.contact()["subscribed"]) == ("pro", True)
