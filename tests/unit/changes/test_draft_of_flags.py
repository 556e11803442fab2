"""What flags and ``--data`` become, and what is refused before anything is sent."""

from __future__ import annotations

import pytest
from change_flags import DECLARED, body, given_flags, refusal

from contactctl.changes.data_input import parse_data
from contactctl.changes.draft import ChangeFlags, Draft, Untyped, to_draft
from contactctl.errors import UsageError

ADA = given_flags(email="ada@example.com")


def test_every_flag_reaches_its_field() -> None:
    flags = given_flags(
        email="ada@example.com",
        user_id="42",
        first_name="Ada",
        last_name="",
        user_group="staff",
        source="crm",
        subscribed=False,
        lists=["cm06f5v0e45nf0ml5754o9cix=true", "vip=false"],
        props=["plan=pro", "seats:=12"],
        unset=["note", "userGroup2"],
    )
    assert body(flags) == (
        '{"email":"ada@example.com","userId":"42","firstName":"Ada","lastName":"",'
        '"userGroup":"staff","source":"crm","subscribed":false,"plan":"pro","seats":12,'
        '"note":null,"userGroup2":null,'
        '"mailingLists":{"cm06f5v0e45nf0ml5754o9cix":true,"vip":false}}'
    )


def test_what_is_not_given_is_not_sent() -> None:
    assert body(ADA) == '{"email":"ada@example.com"}'
    assert body(given_flags(user_id="42")) == '{"userId":"42"}'


def test_somebody_must_be_named() -> None:
    assert "--email ADDRESS or --user-id ID" in refusal(given_flags(first_name="Ada"))
    assert "no contact is named" in refusal(given_flags(data={"plan": "pro"}))


@pytest.mark.parametrize(
    "address",
    ["", " ", "ada", "ada@", "ada@example", "ada@example.c", "zoë@example.com", " ada@example.com"],
)
def test_an_empty_or_malformed_address_is_refused(address: str) -> None:
    assert "mail" in refusal(given_flags(email=address))
    assert "mail" in refusal(given_flags(data={"email": address}))


def test_an_empty_user_id_is_refused() -> None:
    assert "userId is empty" in refusal(given_flags(user_id=""))
    assert "userId is empty" in refusal(given_flags(user_id="  ", email="ada@example.com"))


@pytest.mark.parametrize(
    ("item", "sent"),
    [
        ("plan=pro", '"plan":"pro"'),
        ("plan=", '"plan":""'),
        ("plan=a=b", '"plan":"a=b"'),
        ("plan=a:=b", '"plan":"a:=b"'),
        ("plan=-x", '"plan":"-x"'),
        ("seats=9007199254740993", '"seats":9007199254740993'),
        ("rate=0.1000", '"rate":0.1000'),
        ("trial=false", '"trial":false'),
        ("zip=02134", '"zip":"02134"'),
        ("seats:=9007199254740993", '"seats":9007199254740993'),
        ("rate:=0.1000", '"rate":0.1000'),
        ("rate:=1e400", '"rate":1e400'),
        ('zip:="7"', '"zip":"7"'),
        ("trial:= true", '"trial":true'),
        ("note:=null", '"note":null'),
        ("createdAt=2024-01-17", '"createdAt":"2024-01-17"'),
        ("notes=hello", '"notes":"hello"'),
    ],
)
def test_a_property_is_split_at_its_first_operator(item: str, sent: str) -> None:
    assert body(ADA._replace(props=[item])) == f'{{"email":"ada@example.com",{sent}}}'


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("plan", "KEY=VALUE"),
        ("", "KEY=VALUE"),
        ("=pro", "KEY=VALUE"),
        (":=1", "KEY=VALUE"),
        ("plan:=pro", "is not JSON"),
        ("plan:=", "is not JSON"),
        ("plan:=NaN", "NaN is not JSON"),
        ("plan:=-Infinity", "-Infinity is not JSON"),
        ("plan:=01", "is not JSON"),
        ("plan:=[1]", "plan is a list"),
        ("plan:={}", "plan is an object"),
        ('plan:="\\ud800"', "lone surrogate"),
        ("plan=caf\udce9", "not valid UTF-8"),
        ("caf\udce9=x", "not valid UTF-8"),
        ("plan=" + "x" * 499, "499 characters"),
        (f'plan:="{"x" * 499}"', "499 characters"),
        ("k" * 499 + "=x", "499 characters"),
        ("id=7", "id is reserved by the service"),
        ("listId=7", "reserved by the service"),
        ("teamId=7", "reserved by the service"),
        ("softDeleteAt=7", "reserved by the service"),
        ("updatedAt:=7", "reserved by the service"),
        ("optInStatus=accepted", "reserved by the service"),
    ],
)
def test_a_property_that_must_not_be_sent_is_refused(item: str, reason: str) -> None:
    assert reason in refusal(ADA._replace(props=[item]))


@pytest.mark.parametrize(
    ("key", "flag"),
    [
        ("email", "--email"),
        ("userId", "--user-id"),
        ("firstName", "--first-name"),
        ("lastName", "--last-name"),
        ("userGroup", "--user-group"),
        ("source", "--source"),
        ("subscribed", "--subscribed or --unsubscribed"),
        ("mailingLists", "--list"),
    ],
)
def test_a_field_with_a_flag_of_its_own_names_it(key: str, flag: str) -> None:
    assert flag in refusal(ADA._replace(props=[f"{key}=x"]))
    assert flag in refusal(ADA._replace(props=[f"{key}:=null"]))


@pytest.mark.parametrize(
    "flags",
    [
        ADA._replace(props=["plan=a", "plan=b"]),
        ADA._replace(props=["plan=a", "plan:=1"]),
        ADA._replace(props=["plan=a"], unset=["plan"]),
        ADA._replace(unset=["plan", "plan"]),
        given_flags(email="ada@example.com", first_name="Ada", unset=["firstName"]),
        given_flags(email="ada@example.com", user_group="", unset=["userGroup"]),
        ADA._replace(lists=["vip=true", "vip=true"]),
        ADA._replace(lists=["vip=true", "vip=false"]),
    ],
)
def test_a_field_is_given_once(flags: ChangeFlags) -> None:
    assert "given twice" in refusal(flags)


def test_both_flags_that_collide_are_named() -> None:
    said = refusal(given_flags(email="ada@example.com", first_name="Ada", unset=["firstName"]))
    assert "by --first-name and --unset" in said


@pytest.mark.parametrize("item", ["vip", "=true", " =true", "vip=yes", "vip=", "vip=1", "vip=null"])
def test_a_list_takes_true_or_false(item: str) -> None:
    assert "true" in refusal(ADA._replace(lists=[item]))


def test_a_list_is_split_at_the_last_equals_sign() -> None:
    draft = to_draft(ADA._replace(lists=["a=b=false", "News & more=TRUE"]))
    assert draft.flag_lists == {"a=b": False, "News & more": True}


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("email", "--new-email"),
        ("userId", "--replace-user-id"),
        ("subscribed", "--unsubscribed"),
        ("mailingLists", "--list ID=false"),
        ("source", "--source"),
    ],
)
def test_what_cannot_be_empty_is_not_unset(name: str, way_out: str) -> None:
    assert way_out in refusal(ADA._replace(unset=[name]))
    said = refusal(given_flags(data={name: None}))
    assert ("not an object" if name == "mailingLists" else way_out) in said


@pytest.mark.parametrize("name", ["", "id", "updatedAt", "optInStatus", "x" * 499])
def test_what_is_no_property_is_not_unset(name: str) -> None:
    refusal(ADA._replace(unset=[name]))


@pytest.mark.parametrize("field", ["first_name", "last_name", "user_group", "source", "user_id"])
def test_a_text_flag_keeps_to_the_limits_of_a_text(field: str) -> None:
    assert "499 characters" in refusal(ChangeFlags({"email": "a@b.com", field: "x" * 499}))
    assert "not valid UTF-8" in refusal(ChangeFlags({"email": "a@b.com", field: "\udce9"}))


def test_the_schema_is_asked_for_custom_keys_of_every_source() -> None:
    flags = given_flags(
        first_name="Ada",
        subscribed=True,
        props=["a=1", "b:=1"],
        unset=["c", "lastName"],
        data=parse_data(
            '{"email":"ada@example.com","d":1,"userGroup":"x","mailingLists":{"e":true}}'
        ),
    )
    assert sorted(to_draft(flags).custom_keys) == ["a", "b", "c", "d"]
    assert (
        to_draft(
            given_flags(email="ada@example.com", first_name="Ada", lists=["a=true"])
        ).custom_keys
        == ()
    )


def test_no_message_repeats_a_value_whole_or_raw() -> None:
    for item in ("\x1b[31m" + "x" * 400, "trial=\x1b[31m" + "x" * 400, "seats:=\x1b" + "x" * 400):
        said = refusal(ADA._replace(props=[item]), DECLARED)
        assert "\x1b" not in said
        assert "x" * 60 not in said


def test_what_no_type_takes_is_refused_before_the_types_are_asked_for() -> None:
    with pytest.raises(UsageError, match="499 characters"):
        to_draft(ADA._replace(props=["plan=" + "x" * 499]))


def test_a_text_waits_for_its_type() -> None:
    assert to_draft(ADA._replace(props=["zip=02134"])) == Draft(
        email="ada@example.com", values={"zip": Untyped("02134")}
    )
