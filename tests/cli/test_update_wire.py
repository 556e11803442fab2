"""What update sends, to the byte: every flag, exact digits, one request off a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve
from fault_server import reply_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Done, Program
    from fault_server import FaultServer

    from contactctl.exact_json import JsonValue

UPDATE, LOOK, PROPERTIES = "PUT contacts/update", "GET contacts/find", "GET contacts/properties"
LIST = "cm06f5v0e45nf0ml5754o9cix"
OTHER_LIST = "cm16k73gq014h0mmj5b6jdi9r"
ADA = ("--email", "ada@example.com")
DECLARED: list[JsonValue] = [
    {"key": key, "label": key, "type": kind}
    for key, kind in {
        "plan": "string",
        "zip": "string",
        "seats": "number",
        "trial": "boolean",
        "signupDate": "date",
        "note": "string",
    }.items()
]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with serve({PROPERTIES: [reply_json(DECLARED)]}) as found:
        yield found


def update(cli: Cli, server: FaultServer, *words: str, stdin: str = "") -> Done:
    return cli("update", *words, stdin=stdin, env=key_for(server))


def body(server: FaultServer) -> str:
    """Return the body of the one update that arrived."""
    (found,) = [request.body for request in server.received if request.route == UPDATE]
    return found.decode()


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("-e", "ada@example.com"), '{"email":"ada@example.com"}'),
        (("-u", "42"), '{"userId":"42"}'),
        ((*ADA, "--user-id", "42"), '{"email":"ada@example.com","userId":"42"}'),
        (("--user-id", "42", *ADA), '{"email":"ada@example.com","userId":"42"}'),
        (
            (*ADA, "--last-name=L", "--first-name", "F", "--user-group", "G", "--source", "S"),
            '{"email":"ada@example.com","firstName":"F","lastName":"L","userGroup":"G","source":"S"}',
        ),
        (("-u", "1", "--first-name", ""), '{"userId":"1","firstName":""}'),
        (("-u", "1", "--source="), '{"userId":"1","source":""}'),
        (("-u", "1", "--first-name", "-5"), '{"userId":"1","firstName":"-5"}'),
        (("-u", "-1", "--first-name", "-e"), '{"userId":"-1","firstName":"-e"}'),
        (("-u", "1", "--first-name=--email"), '{"userId":"1","firstName":"--email"}'),
        (("-u", "1", "--first-name", "--unknown"), '{"userId":"1","firstName":"--unknown"}'),
        (("-u", "1", "--first-name", "Zoë 💙\u2028"), '{"userId":"1","firstName":"Zoë 💙\u2028"}'),
        (("-u", "1", "--subscribed"), '{"userId":"1","subscribed":true}'),
        (("-u", "1", "--unsubscribed"), '{"userId":"1","subscribed":false}'),
        (
            ("-u", "1", "--list", f"{LIST}=true", "--list", f"{OTHER_LIST}=FALSE"),
            f'{{"userId":"1","mailingLists":{{"{LIST}":true,"{OTHER_LIST}":false}}}}',
        ),
        (("-u", "1", "--list", "News=true"), '{"userId":"1","mailingLists":{"cl1":true}}'),
        (
            ("-u", "1", "--unset", "note", "--unset", "firstName"),
            '{"userId":"1","note":null,"firstName":null}',
        ),
    ],
)
def test_each_flag_becomes_its_field(
    cli: Cli, server: FaultServer, words: tuple[str, ...], sent: str
) -> None:
    done = update(cli, server, *words)
    assert (done.code, done.out, done.err) == (0, "c1\n", "")
    assert body(server) == sent


@pytest.mark.parametrize(
    ("prop", "sent"),
    [
        ("plan=pro", '"plan":"pro"'),
        ("plan=a=b=c", '"plan":"a=b=c"'),
        ("plan=", '"plan":""'),
        ("plan=true", '"plan":"true"'),
        ("zip=02134", '"zip":"02134"'),
        ("seats=12", '"seats":12'),
        ("seats=9007199254740993", '"seats":9007199254740993'),
        ("seats=0.1000", '"seats":0.1000'),
        ("seats:=9007199254740993", '"seats":9007199254740993'),
        ("seats:=0.1000", '"seats":0.1000'),
        ("seats:=-0", '"seats":-0'),
        ("trial=false", '"trial":false'),
        ("trial:=true", '"trial":true'),
        ('plan:="12"', '"plan":"12"'),
        ("plan:=null", '"plan":null'),
        ("signupDate=2024-01-17T10:21+02:00", '"signupDate":"2024-01-17T10:21+02:00"'),
        ("signupDate=1705486871000", '"signupDate":1705486871000'),
        ("notes=by hand", '"notes":"by hand"'),
        ("createdAt=2024-01-17", '"createdAt":"2024-01-17"'),
    ],
)
def test_the_declared_type_decides_and_digits_stay(
    cli: Cli, server: FaultServer, prop: str, sent: str
) -> None:
    """Trap 4: values are typed, where the usual tools send everything as a string."""
    assert update(cli, server, "-u", "1", "--prop", prop).code == 0
    assert body(server) == f'{{"userId":"1",{sent}}}'


@pytest.mark.parametrize(
    ("prop", "sent"),
    [
        ("any=true", "true"),
        ("any=12", "12"),
        ("any=9007199254740993", "9007199254740993"),
        ("any=02134", '"02134"'),
        ("any=+1", '"+1"'),
        ("any=", '""'),
        ("any=null", '"null"'),
    ],
)
def test_without_the_schema_the_look_decides_and_nobody_is_asked(
    cli: Cli, server: FaultServer, prop: str, sent: str
) -> None:
    assert update(cli, server, "-u", "1", "--no-schema", "--prop", prop).code == 0
    assert body(server) == f'{{"userId":"1","any":{sent}}}'
    assert server.routes_seen() == [UPDATE]


@pytest.mark.parametrize("more", [(), ("-o", "json"), ("-q",), ("-q", "-o", "json")])
def test_off_a_terminal_one_request_is_made(
    cli: Cli, server: FaultServer, more: tuple[str, ...]
) -> None:
    done = update(cli, server, *ADA, *more)
    assert server.routes_seen() == [UPDATE]
    assert done.err == ""
    assert done.out == ('{"success":true,"id":"c1"}\n' if "json" in more else "c1\n")


def test_the_properties_are_asked_for_once_an_hour(cli: Cli, server: FaultServer) -> None:
    for _ in range(3):
        assert update(cli, server, *ADA, "--prop", "plan=pro").code == 0
    assert server.routes_seen() == [PROPERTIES, UPDATE, UPDATE, UPDATE]


def test_an_unknown_property_is_asked_for_again_and_then_refused(
    cli: Cli, server: FaultServer
) -> None:
    """Trap 5: the service answers a misspelt property with success, and drops the value."""
    assert update(cli, server, *ADA, "--prop", "plan=pro").code == 0
    done = update(cli, server, *ADA, "--prop", "plna=pro")
    assert (done.code, done.out) == (2, "")
    assert 'error: the account has no property "plna"' in done.err
    assert "did you mean plan?" in done.err
    assert "contactctl properties create plna" in done.err
    assert server.routes_seen() == [PROPERTIES, UPDATE, PROPERTIES]


# --data


@pytest.mark.parametrize(
    ("data", "words", "sent"),
    [
        ('{"email":"a@b.co","plan":"pro"}', (), '{"email":"a@b.co","plan":"pro"}'),
        ('\ufeff{"email":"a@b.co"}', (), '{"email":"a@b.co"}'),
        ('{"userId":"1","seats":0.1000}', (), '{"userId":"1","seats":0.1000}'),
        (
            '{"userId":"1","seats":9007199254740993}',
            (),
            '{"userId":"1","seats":9007199254740993}',
        ),
        ('{"email":"a@b.co"}', ADA, '{"email":"ada@example.com"}'),
        ('{"userId":"1","plan":"a"}', ("--prop", "plan=b"), '{"userId":"1","plan":"b"}'),
        ('{"userId":"1","note":"a"}', ("--unset", "note"), '{"userId":"1","note":null}'),
        (
            '{"userId":"1","subscribed":true}',
            ("--subscribed",),
            '{"userId":"1","subscribed":true}',
        ),
        ('{"userId":"1","subscribed":false}', (), '{"userId":"1","subscribed":false}'),
        (
            f'{{"userId":"1","mailingLists":{{"{LIST}":true,"{OTHER_LIST}":true}}}}',
            ("--list", f"{OTHER_LIST}=false"),
            f'{{"userId":"1","mailingLists":{{"{LIST}":true,"{OTHER_LIST}":false}}}}',
        ),
    ],
)
def test_data_is_the_body_to_start_from(
    cli: Cli, tmp_path: Path, data: str, words: tuple[str, ...], sent: str
) -> None:
    file = tmp_path / "row.json"
    file.write_text(data, encoding="utf-8")
    is_rounded = "9007199254740993" in data
    warned = "warning: seats: the service probably keeps 9007199254740992\n" * is_rounded
    for argument in (data, f"@{file}", "-"):
        with serve({PROPERTIES: [reply_json(DECLARED)]}) as server:
            done = update(cli, server, "--data", argument, *words, stdin=data)
        assert (done.code, done.err) == (0, warned)
        assert body(server) == sent


def test_the_program_reads_data_from_a_pipe(program: Program, server: FaultServer) -> None:
    sent = '{"userId":"1","firstName":"Zoë"}'
    done = program("update", "-d", "-", stdin=b"\xef\xbb\xbf" + sent.encode(), env=key_for(server))
    assert (done.code, done.out, done.err) == (0, "c1\n", "")
    assert body(server) == sent


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_word_that_is_not_utf8_is_a_usage_error(program: Program, form: str) -> None:
    done = program("update", "--sandbox", "-o", form, "-u", "1", "--first-name", b"\xff\xfe")
    assert (done.code, done.out) == (2, "")
    assert "is not valid UTF-8" in done.err
    assert form == "text" or done.error["code"] == "usage"
