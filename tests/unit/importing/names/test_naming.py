"""Names as people write them, to the fields of an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from known_account import KnownAccount, account_fields

from contactctl.account.account import MailingList
from contactctl.errors import UnavailableError
from contactctl.importing.columns.columns import bind_columns
from contactctl.importing.columns.rules import ColumnRules, parse_rules
from contactctl.importing.names.naming import AccountFields, UnknownNameError
from contactctl.importing.names.unknown_columns import UnknownColumnsError
from contactctl.importing.names.usual_names import USUAL_NAMES

DECLARED = {
    "__domain": "string",
    "plan": "string",
    "trialEndsAt": "date",
    "opt1": "boolean",
    "zip": "string",
}
LABELS = {"plan": "Plan", "trialEndsAt": "Trial ends at", "opt1": "Likes our mug", "zip": "Zip"}
LISTS = (MailingList("c-news", "Product news"), MailingList("c-beta", "Beta"))


def fields(*, typed: bool = True) -> AccountFields:
    return AccountFields(KnownAccount(DECLARED, names=LABELS, mailing_lists=LISTS), typed=typed)


def meant(name: str, account: AccountFields | None = None) -> str:
    return (account or fields()).find(name).label


@pytest.mark.parametrize("field", USUAL_NAMES)
def test_the_usual_names_of_exports_are_known_however_they_are_written(field: str) -> None:
    for name in USUAL_NAMES[field]:
        spellings = (name, name.upper(), name.lower(), name.replace(" ", "_"), f" {name}")
        assert {meant(one) for one in spellings} == {field}


def test_the_readme_lists_the_usual_names() -> None:
    readme = (Path(__file__).parents[4] / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### Which column fills")[2].partition("###")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, flags=re.MULTILINE)
    assert {field: tuple(re.findall("`([^`]+)`", names)) for field, names in rows} == USUAL_NAMES


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Correo electronico", "email"),
        ("EmailAddress", "email"),
        ("first\u00a0name", "firstName"),
        ("User\u200bId", "userId"),
        ("trial_ends_at", "trialEndsAt"),
        ("TRIAL ENDS AT", "trialEndsAt"),
        ("likes our mug", "opt1"),
        ("Created At", "createdAt"),
        ("Product News", "list:c-news"),
        ("beta", "list:c-beta"),
    ],
)
def test_names_are_compared_without_case_and_what_parts_words(name: str, found: str) -> None:
    assert meant(name) == found


@pytest.mark.parametrize(
    "name", ["Name", "ID", "E-mail 2 - Label", "Email Type", "Customer ID", "Domain"]
)
def test_what_may_be_something_else_is_not_guessed(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        meant(name)
    assert caught.value.suggestions == ()


def test_without_a_schema_only_standard_names_and_usual_ones_are_bound() -> None:
    account = fields(typed=False)
    assert meant("Vorname", account) == "firstName"
    assert [meant(name, account) for name in ("Plan", "Beta")] == ["Plan", "Beta"]


def several(name: str, account: AccountFields) -> tuple[str, ...]:
    with pytest.raises(UnknownNameError, match="may mean") as caught:
        account.find(name)
    assert caught.value.several
    return caught.value.suggestions


def test_a_name_of_several_fields_is_refused_with_all_of_them() -> None:
    account = account_fields({"planName": "string", "plan_name": "string", "vorname": "string"})
    assert several("Plan Name", account) == ("planName", "plan_name")
    assert several("Vorname", account) == ("firstName", "vorname")
    beta = KnownAccount({"beta": "boolean"}, mailing_lists=LISTS)
    assert several("Beta", AccountFields(beta)) == ("beta", "list:c-beta")


def test_an_exact_name_is_not_in_doubt() -> None:
    account = account_fields({"planName": "string", "plan_name": "string", "vorname": "string"})
    assert [meant(name, account) for name in ("plan_name", "vorname")] == ["plan_name", "vorname"]
    beta = KnownAccount({"beta": "boolean"}, mailing_lists=LISTS)
    assert meant("beta", AccountFields(beta)) == "beta"
    labels = {"a": "Our plan", "b": "our plan"}
    assert meant("our plan", AccountFields(KnownAccount(dict.fromkeys(labels), names=labels))) == (
        "b"
    )


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("emial", ("email",)),
        ("frist_name", ("firstName",)),
        ("plans", ("plan",)),
        ("Plan (metadata)", ("plan",)),
        ("Subscription plan", ("plan",)),
        ("Zip Code", ("zip",)),
        ("PLZ", ("zip",)),
        ("Trail ends at", ("trialEndsAt",)),
        ("Product new", ("list:Product news",)),
        ("Mail 2", ("email",)),
        ("Phone", ()),
        ("Create Date", ()),
        ("zap", ()),
        ("Clan", ()),
        ("Plane", ()),
        ("Title", ()),
    ],
)
def test_what_is_really_near_is_offered_once(name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        meant(name)
    assert caught.value.suggestions == near
    assert str(caught.value.hint).count("did you mean") == bool(near)


class NoLists(KnownAccount):
    """The lists cannot be had."""

    def lists_named(self, *_: object) -> tuple[()]:
        raise UnavailableError("no answer")


def test_a_name_that_means_something_needs_no_lists() -> None:
    account = AccountFields(NoLists(DECLARED, names=LABELS))
    assert meant("Trial ends at", account) == "trialEndsAt"
    with pytest.raises(UnavailableError):
        account.find("Beta")


def refused(columns: list[str], *maps: str) -> dict[str, tuple[str, ...]]:
    with pytest.raises(UnknownColumnsError) as caught:
        bind_columns(columns, parse_rules(maps), fields())
    return {one.name: one.suggestions for one in caught.value.unknown}


def test_no_suggestion_names_a_field_that_another_column_fills() -> None:
    assert refused(["email", "plna", "plans"]) == {"plna": ("plan",), "plans": ()}
    assert refused(["email", "plan", "plans"]) == {"plans": ()}
    assert refused(["email", "x", "plans"], "x=plan") == {"plans": ()}


def test_another_address_is_told_of_with_the_column_that_gives_the_first() -> None:
    with pytest.raises(UnknownColumnsError) as caught:
        bind_columns(["Email", "E-mail 2 - Value"], ColumnRules(), fields())
    assert '"E-mail 2 - Value": another address; "Email" gives email' in caught.value.message
    assert refused(["Work Email", "Home E-mail", "plan"]) == {
        "Work Email": ("email",),
        "Home E-mail": (),
    }


def test_the_better_name_keeps_a_field_that_two_columns_give() -> None:
    assert refused(["Mail", "Email Address", "E-Mail"]) == {"Email Address": (), "Mail": ()}
    assert refused(["Vorname", "firstName"]) == {"Vorname": ()}
    assert refused(["Vorname", "firstName", "email"], "Vorname=firstName") == {"firstName": ()}


def test_unknown_columns_are_told_of_in_a_few_lines() -> None:
    with pytest.raises(UnknownColumnsError) as caught:
        bind_columns(
            ["email", *(f"column {n} {'x' * 90}" for n in range(1200))], ColumnRules(), fields()
        )
    assert len(caught.value.unknown) == 1200
    assert "1,200 columns" in caught.value.message
    assert len(caught.value.message) < 2000


OWN = ["Email", "First Name", "Source", "User Group", "User Id", "Subscribed", "Created At", "Id"]


def test_the_services_own_export_needs_no_flag_for_what_it_alone_writes() -> None:
    binding = bind_columns(OWN, ColumnRules(), fields())
    assert binding.passed_over == ("Created At", "Id")
    assert [item.label for item in binding.fields.values()] == [
        "email",
        "firstName",
        "source",
        "userGroup",
        "userId",
        "subscribed",
    ]
    told = bind_columns(OWN, parse_rules(["Created At=createdAt"], ["Id"]), fields())
    assert (told.passed_over, len(told.fields)) == ((), 7)
    assert refused(["email", "id"]) == {"id": ()}
