"""What ``--data`` becomes beside flags, and what of it is refused."""

from __future__ import annotations

import pytest
from change_flags import body, change, given_flags, refusal

from contactctl.changes.data_input import parse_data


def test_data_is_the_body_to_start_from() -> None:
    data = parse_data(
        '{"email":"ada@example.com","firstName":null,"lastName":null,"userGroup":null,'
        '"subscribed":false,"seats":0.1000,"note":null,"mailingLists":{"a":true,"b":false}}'
    )
    assert body(given_flags(data=data)) == (
        '{"email":"ada@example.com","firstName":null,"lastName":null,"userGroup":null,'
        '"subscribed":false,"seats":0.1000,"note":null,"mailingLists":{"a":true,"b":false}}'
    )


def test_a_flag_replaces_the_same_field_of_data() -> None:
    data = parse_data(
        '{"email":null,"firstName":7,"plan":"old","note":"old","subscribed":true,'
        '"mailingLists":{"a":true,"b":true}}'
    )
    flags = given_flags(
        email="ada@example.com",
        first_name="Ada",
        props=["plan=new"],
        unset=["note"],
        subscribed=False,
        lists=["b=false"],
        data=data,
    )
    found = change(flags)
    assert found.email == "ada@example.com"
    assert found.mailing_lists == {"a": True, "b": False}
    assert found.values == {"firstName": "Ada", "plan": "new", "note": None, "subscribed": False}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"id":"x"}', "id is reserved"),
        ('{"optInStatus":"accepted"}', "optInStatus is reserved"),
        ('{"email":7}', "email: this is a number"),
        ('{"email":["a@b.com"]}', "email is a list"),
        ('{"userId":7}', "userId: this is a number"),
        ('{"userId":null}', "userId cannot be emptied"),
        ('{"firstName":true}', "firstName: this is a boolean"),
        ('{"source":null}', "source cannot be emptied"),
        ('{"subscribed":"true"}', "subscribed: this is a string"),
        ('{"subscribed":null}', "subscribed cannot be emptied"),
        ('{"mailingLists":[]}', "mailingLists is not an object"),
        ('{"mailingLists":{"a":1}}', 'the value of "a" is not a boolean'),
        ('{"mailingLists":{"a":null}}', 'the value of "a" is not a boolean'),
        ('{"mailingLists":{"":true}}', "is empty"),
        ('{"plan":[]}', "plan is a list"),
        ('{"plan":{"a":1}}', "plan is an object"),
        ('{"":1}', "is empty"),
        (f'{{"plan":"{"x" * 499}"}}', "499 characters"),
        (f'{{"{"k" * 499}":1}}', "499 characters"),
        (f'{{"firstName":"{"x" * 499}"}}', "499 characters"),
        (f'{{"mailingLists":{{"{"k" * 499}":true}}}}', "499 characters"),
    ],
)
def test_data_that_must_not_be_sent_is_refused(text: str, reason: str) -> None:
    assert reason in refusal(given_flags(data=parse_data(text)))


def test_data_re_subscribes_nobody_by_itself() -> None:
    data = parse_data('{"email":"ada@example.com","subscribed":true}')
    assert "--subscribed as well" in refusal(given_flags(data=data))
    assert change(given_flags(data=data, subscribed=True)).values == {"subscribed": True}
