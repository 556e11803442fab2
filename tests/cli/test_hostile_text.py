"""Hostile text from flags and from the service, on every path that prints it to a terminal."""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from command_calls import ADA, COMMAND_CALLS, GOOD, SUPPRESSED, key_for, serve
from fault_server import reply, reply_json
from hostile_texts import HOSTILE, JOINED, foreign_in
from looped_cases import case

from contactctl.exact_json import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Cli, Done

    from contactctl.exact_json import JsonObject, JsonValue

#: A terminal without styles of Rich's own, so that every escape sequence in it is foreign.
PLAIN = {"TERM": "dumb", "COLUMNS": "80"}
CODES = {0, 2, 3, 4, 5, 7, 8, 9}
WHO = ("-e", "ada@example.com")
#: A wide character set in one field each, so that one answer carries them all.
ALL_FIELDS: JsonObject = {f"field{number}": text for number, text in enumerate(HOSTILE)}
ALL_KEYS: JsonObject = dict.fromkeys(HOSTILE, "value")
FORMS = ((), ("-v",), ("-o", "json"), ("-o", "json", "-v"), ("-q",))


def check(done: Done) -> None:
    """Nothing foreign reached the terminal, nothing crashed, and the code is in the table."""
    assert done.code in CODES, done.err
    assert foreign_in(done.out) == [], ascii(done.out)
    assert foreign_in(done.err) == [], ascii(done.err)
    assert "a bug in contactctl" not in done.err


def words_with(text: str) -> list[tuple[str, ...]]:
    """Return calls with the text in every place where a word of the command line may stand."""
    return [
        ("update", "--sandbox", *WHO, f"--first-name={text}", f"--last-name={text}"),
        ("update", "--sandbox", *WHO, f"--source={text}", f"--user-group={text}", "--dry-run"),
        ("update", "--sandbox", f"--user-id={text}", *WHO, "--prop", f"plan={text}", "-v"),
        ("update", "--sandbox", *WHO, "--no-schema", "--prop", f"{text}={text}"),
        ("update", "--sandbox", *WHO, "--prop", f"{text}={text}"),
        ("update", "--sandbox", *WHO, "--prop", f"seats={text}"),
        ("update", "--sandbox", *WHO, "--prop", f"plan:={text}"),
        ("update", "--sandbox", *WHO, f"--prop={text}"),
        ("update", "--sandbox", *WHO, f"--unset={text}"),
        ("update", "--sandbox", *WHO, f"--list={text}=true"),
        ("update", "--sandbox", *WHO, f"--list={text}"),
        ("update", "--sandbox", *WHO, f"--list=Weekly digest={text}"),
        ("update", "--sandbox", *WHO, f"--data={text}"),
        ("update", "--sandbox", *WHO, f"--data=@{text}"),
        ("update", "--sandbox", "--data", to_json({"userId": text, text: text})),
        ("update", "--sandbox", f"--email={text}"),
        ("update", "--sandbox", *WHO, f"--new-email={text}"),
        ("update", "--sandbox", f"--user-id={text}", "--must-exist"),
        ("update", "--sandbox", *WHO, f"--{text}"),
        ("update", "--sandbox", *WHO, text),
        ("find", "--sandbox", f"--user-id={text}"),
        ("find", "--sandbox", *WHO, f"--field={text}"),
        ("delete", "--sandbox", f"--user-id={text}"),
        ("suppression", "remove", "--sandbox", f"--user-id={text}"),
        ("suppression", "remove", "--sandbox", *WHO, f"--user-id={text}"),
        ("properties", "create", "--sandbox", "--type=string", "--", text),
        ("properties", "create", "--sandbox", f"--type={text}", "x"),
        ("profile", "add", f"--key-env={text}", "--no-check", "--", text),
        ("profile", "add", "x", "--key-env=V", f"--base-url={text}", f"--only-domains={text}"),
        ("profile", "add", "x", "--key-env=V", "--no-check", f"--only-domains={text}"),
        ("profile", "use", "--", text),
        ("profile", "show", "--", text),
        ("lists", f"--profile={text}"),
        ("lists", "--sandbox", f"--output={text}"),
        ("lists", "--sandbox", f"--timeout={text}"),
        (text,),
        ("profile", text),
        (f"--{text}",),
    ]


EACH_ALONE = [pytest.param(text, marks=pytest.mark.slow) for text in HOSTILE]
#: In the usual run a text stands in every third place, and each place has every third text.
STRIDE = 3


@pytest.mark.parametrize("text", [*JOINED, *EACH_ALONE], ids=ascii)
def test_hostile_words_of_the_command_line(cli: Cli, text: str) -> None:
    """Each text alone stands in every place, with the slow ones."""
    cli("update", "--sandbox", *WHO)
    first, stride = (JOINED.index(text) % STRIDE, STRIDE) if text in JOINED else (0, 1)
    for words in words_with(text)[first::stride]:
        with case(*words):
            check(cli(*words, terminal=True, env=PLAIN, stdin="n\n"))


@pytest.mark.parametrize("text", [*JOINED, *EACH_ALONE], ids=ascii)
def test_hostile_text_of_the_environment(cli: Cli, text: str) -> None:
    for name in ("CONTACTCTL_PROFILE", "CONTACTCTL_BASE_URL", "LOOPS_API_KEY"):
        env = {**PLAIN, "LOOPS_API_KEY": "k", name: text}
        for words in (("lists", "--retries=0", "--timeout=0.05"), ("profile", "show")):
            check(cli(*words, terminal=True, env=env))


def hostile_answers() -> dict[str, JsonValue]:
    """Return what a service answers that has hostile text wherever text can stand."""
    listed: list[JsonValue] = [
        {"id": text, "name": text, "description": text, "isPublic": True} for text in HOSTILE
    ]
    declared: list[JsonValue] = [
        {"key": text, "label": text, "type": kind} for text in HOSTILE for kind in ("string", text)
    ]
    names: JsonObject = dict.fromkeys(("firstName", "lastName", "userGroup"), " ".join(HOSTILE))
    lists: JsonObject = dict.fromkeys(HOSTILE, True)
    person: JsonObject = {**ADA, **names, "mailingLists": lists, **ALL_FIELDS, **ALL_KEYS}
    quota: JsonObject = dict.fromkeys(("limit", "remaining"), " ".join(HOSTILE))
    contact: JsonObject = {"email": HOSTILE[0], "id": HOSTILE[1], "userId": HOSTILE[2]}
    written: JsonObject = {"success": True, "id": " ".join(HOSTILE), **ALL_KEYS}
    return {
        **dict.fromkeys(GOOD, written),
        "GET contacts/find": [person],
        "GET contacts/suppression": {**SUPPRESSED, "contact": contact, "removalQuota": quota},
        "GET contacts/properties": [*declared, {"key": "plan", "label": "Plan", "type": "string"}],
        "GET lists": [*listed, {"id": "cl1", "name": "News"}],
        "GET api-key": {"success": True, "teamName": " ".join(HOSTILE)},
    }


ANSWERS = {route: [reply_json(value)] for route, value in hostile_answers().items()}


@pytest.mark.parametrize("turns", [(0,), pytest.param((0, 1), marks=pytest.mark.slow)])
@pytest.mark.parametrize("more", FORMS, ids=" ".join)
def test_hostile_answers_of_the_service(
    cli: Cli, more: tuple[str, ...], turns: tuple[int, ...]
) -> None:
    """A command is called at a terminal with every other form, and off it with the rest."""
    with serve(ANSWERS) as server:
        for (number, call), turn in product(enumerate(COMMAND_CALLS), turns):
            terminal = (FORMS.index(more) + number + turn) % 2 == 1
            with case(call, terminal):
                env = {**(PLAIN if terminal else {}), **key_for(server)}
                done = cli(*call.words, *more, terminal=terminal, env=env)
                assert done.code == 0
                check_answer(done, terminal=terminal, in_json="json" in more)


def check_answer(done: Done, *, terminal: bool, in_json: bool) -> None:
    """Hold that a table stays a table, and a line a line, where it is piped too."""
    if terminal:
        check(done)
        return
    assert "\x1b" not in done.err
    assert in_json or foreign_in(done.out) == [], ascii(done.out)


@pytest.mark.parametrize("text", [*JOINED, *EACH_ALONE], ids=ascii)
def test_a_piped_preview_is_harmless_before_and_after_and_in_the_request(
    cli: Cli, text: str
) -> None:
    words = ("update", *WHO, "--dry-run", f"--first-name={text}", f"--user-group={text}")
    with serve(ANSWERS) as server:
        done = cli(*words, env=key_for(server))
    assert (done.code, done.out.splitlines()[0]) == (0, "would\tupdate")
    assert foreign_in(done.out) == [], ascii(done.out)


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("more", [(), ("-q",), ("-o", "json")], ids=" ".join)
def test_a_hint_is_as_harmless_as_the_message_before_it(
    cli: Cli, more: tuple[str, ...], *, terminal: bool
) -> None:
    """The nearest name is the service's own, and would end the line and colour the rest."""
    answers = {
        "GET contacts/find": [reply_json([{"id": "c1", "plannedRenewal\x1b\u202e": "x"}])],
        "GET contacts/properties": [reply_json([])],
    }
    with serve(answers) as server:
        env = {**PLAIN, **key_for(server)}
        done = cli("find", *WHO, "--field=plannedRenewal", *more, terminal=terminal, env=env)
    assert (done.code, done.out) == (2, "")
    assert "did you mean plannedRenewal\\u" in done.err
    assert foreign_in(done.err) == [], ascii(done.err)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Return a folder whose path is so short that a terminal shows it whole."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("terminal", [False, True])
def test_a_warning_is_as_harmless_as_an_error(
    cli: Cli, short_path: Path, *, terminal: bool
) -> None:
    """The path of a file with keys that others may read is named, and may hold anything."""
    env = {
        "TERM": "dumb",
        "COLUMNS": "400",
        "CONTACTCTL_CONFIG_DIR": str(short_path / "red\x1b[31m\u202e"),
    }
    words = ("profile", "add", "work", "--key-stdin", "--no-check")
    assert cli(*words, stdin="a-key-of-some-length", env=env).code == 0
    (file,) = short_path.glob("red*/profiles.toml")
    file.chmod(0o644)
    done = cli("profile", "list", terminal=terminal, env=env)
    assert (done.code, "can be read by other users" in done.err) == (0, True)
    assert foreign_in(done.err) == [], ascii(done.err)
    doctor = cli("doctor", "--sandbox", terminal=terminal, env=env)
    assert "chmod 600" in doctor.out
    assert foreign_in(doctor.out) == [], ascii(doctor.out)


@pytest.mark.parametrize("text", [*JOINED, *EACH_ALONE], ids=ascii)
def test_hostile_messages_of_the_service(cli: Cli, text: str) -> None:
    call = COMMAND_CALLS[0]
    bodies = (
        to_json({"success": False, "message": text}).encode(),
        to_json({"error": {"message": text}, text: text}).encode(),
        f"<title>{text}</title><p>{text}".encode(),
        text.encode(),
        text.encode("utf-16"),
    )
    header = [("Location", f"https://{text.encode().decode('latin-1')}/".replace("\n", ""))]
    forms = [("-v",), ("-o", "json")]
    if text in JOINED:  # each text in one of the forms, and each status in both
        forms = forms[JOINED.index(text) % 2 :][:1]
    with serve() as server:
        for status, body in zip((400, 401, 500, 200, 302), bodies, strict=True):
            fault = reply(status, body, header if "\r" not in text else ())
            server.begin_anew({call.route: [fault]})
            for more in forms:
                words = (*call.words, "--retries", "0", "--no-lookup", *more)
                check(cli(*words, terminal=True, env={**PLAIN, **key_for(server)}))


@pytest.mark.parametrize("text", [text for text in HOSTILE if "[" in text and text.isprintable()])
def test_markup_is_shown_as_it_is(cli: Cli, text: str) -> None:
    env = {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "200"}
    words = ("update", "--sandbox", *WHO, "--first-name", text)
    done = cli(*words, terminal=True, env=env)
    refused = cli("update", "--sandbox", f"--email={text}", terminal=True, env=env)
    assert re.search(rf"firstName +{re.escape(text)} ", done.out)
    assert f'"{text}" is not an email address' in refused.err


@pytest.mark.parametrize("text", [*JOINED, *EACH_ALONE], ids=ascii)
def test_a_value_goes_there_and_back_unchanged(cli: Cli, text: str) -> None:
    """What is made harmless on a screen is left alone in data."""
    assert cli("update", "--sandbox", *WHO, "--prop", f"note={text}").code == 0
    done = cli("find", "--sandbox", *WHO, "--field", "note")
    in_json = cli("find", "--sandbox", *WHO, "-o", "json")
    assert done.out == f"{text}\n"
    assert in_json.json["note"] == text
