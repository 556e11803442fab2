"""find --from: whom a file names, every field of each, in the file's order."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from command_calls import ADA as FOUND
from command_calls import GOOD, key_for, serve
from fault_server import reply_json
from import_cli import imported
from import_process import json_lines
from sandbox_cli import LISTS, in_sandbox, saved

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli, Done
    from fault_server import Visit

ADA, BOB, NOBODY = "ada@example.com", "bob@example.com", "nobody@example.com"
NEWS, DIGEST = LISTS["Product updates"], LISTS["Weekly digest"]


@pytest.fixture
def contacts(cli: Cli) -> Cli:
    """Have two contacts in the sandbox, one of them full."""
    props = ("--prop", "seats:=12.5", "--prop", "trial=false", "--prop", "note=null")
    lists = ("--list", f"{NEWS}=true", "--list", f"{DIGEST}=true")
    saved(cli, "-e", ADA, "-u", "42", "--first-name", "Ada\nnée\r\nB.", *props, *lists)
    saved(cli, "-e", BOB, "--list", f"{NEWS}=true")
    saved(cli, "-e", BOB, "--unsubscribed")
    return cli


def found(cli: Cli, file: Path, *words: str, text: str | None = None) -> Done:
    if text is not None:
        file.write_text(text)
    return in_sandbox(cli, "find", "--from", str(file), *words)


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def dumped(cli: Cli) -> list[dict[str, Any]]:
    """Return every contact of the sandbox, without the fields that have no value."""
    lines = in_sandbox(cli, "sandbox", "dump").out.splitlines()
    pairs = [json.loads(line).items() for line in lines]
    return [{name: value for name, value in one if value is not None} for one in pairs]


def test_lines_are_in_the_order_of_the_file_and_the_missing_ones_among_them(
    contacts: Cli, tmp_path: Path
) -> None:
    text = f"{BOB}\n{NOBODY}\n42\n\n43\n{ADA}\n"
    done = found(contacts, tmp_path / "people.txt", "-o", "json", text=text)
    lines = json_lines(done.out)
    assert [line["email"] for line in lines] == [BOB, NOBODY, ADA, None, ADA]
    assert [line["userId"] for line in lines] == [None, None, "42", "43", "42"]
    assert [line["id"] is None for line in lines] == [False, True, False, True, False]
    error = lines[1]["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["status"]) == ("not_found", None)
    assert (done.code, done.error["code"]) == (3, "not_found")
    assert "outcome" not in done.error
    assert done.error["message"] == "no contact exists for 2 of 5 rows"


def test_every_property_and_list_is_in_every_line(contacts: Cli, tmp_path: Path) -> None:
    done = found(contacts, tmp_path / "people.txt", "-o", "json", text=f"{ADA}\n{BOB}\n")
    ada, bob = json_lines(done.out)
    assert (done.code, done.err) == (0, "")
    assert ada.keys() == bob.keys() >= {"id", "firstName", "optInStatus", "seats", "zip", "plan"}
    assert '"seats":12.5' in done.out
    assert (ada["trial"], ada["note"], bob["trial"]) == (False, "null", None)
    lists = [{name: on for name, on in one["mailingLists"].items() if on} for one in (ada, bob)]  # type: ignore[union-attr] # an object
    assert lists == [{NEWS: True, DIGEST: True}, {NEWS: True}]
    assert ada["mailingLists"].keys() == bob["mailingLists"].keys()  # type: ignore[union-attr] # likewise
    # Nobody is shown these: as null they would be emptied by the import that puts a backup back.
    assert not ada.keys() & {"notes", "createdAt", "__domain"}


def test_csv_has_a_column_for_each_of_them(contacts: Cli, tmp_path: Path) -> None:
    done = found(contacts, tmp_path / "people.txt", "--csv", text=f"{ADA}\n{NOBODY}\n{BOB}\n")
    ada, nobody, bob = rows_in(done.out)
    assert (ada["firstName"], ada["seats"]) == ("Ada\nnée\r\nB.", "12.5")
    assert (ada[f"list:{DIGEST}"], bob[f"list:{DIGEST}"], bob["subscribed"]) == (
        "true",
        "false",
        "false",
    )
    assert {name: value for name, value in nobody.items() if value} == {
        "email": NOBODY,
        "error": "not found",
    }
    assert done.code == 3
    assert "3 rows: 2 found, 1 not found, in 0 s" in done.err
    assert f"line 2, {NOBODY}: there is no contact" in done.err


@pytest.mark.parametrize(
    ("form", "flags"),
    [("-ojson", ()), ("--csv", ("--empty-clears", "--literal-null"))],
    ids=["JSON Lines", "CSV"],
)
def test_a_backup_is_put_back_by_an_import(
    contacts: Cli, tmp_path: Path, form: str, flags: tuple[str, ...]
) -> None:
    before = dumped(contacts)
    backup = tmp_path / ("backup.jsonl" if form == "-ojson" else "backup.csv")
    named = f"{ADA}\n{NOBODY}\n{BOB}\n"
    backup.write_text(found(contacts, tmp_path / "people.txt", form, text=named).out)
    wrecks = ("--prop", "plan=x", "--unset", "note", "--prop", "seats=1", "--last-name", "Z")
    saved(contacts, "-e", ADA, *wrecks, "--user-group", "g", "--list", f"{NEWS}=false")
    saved(contacts, "-e", ADA, "--unsubscribed")
    saved(contacts, "-e", BOB, "--subscribed", "--list", f"{DIGEST}=true", "--first-name", "No")
    assert dumped(contacts) != before
    done = imported(contacts, backup, "--allow-resubscribe", *flags)
    assert done.code == 0, done.err
    assert "1 row of the backup without a contact left out" in done.err
    assert "1 row opts out and joins no list" in done.err
    assert dumped(contacts) == before


def test_a_file_of_another_kind_names_its_contacts_in_one_column(
    contacts: Cli, tmp_path: Path
) -> None:
    """Nothing else of it counts: neither columns without a field, nor what says of consent."""
    files = {
        "a.csv": f"Tier;E-Mail-Adresse;unsubscribed\ngold;{ADA};yes\n;mailto:{BOB};no\n",
        "b.csv": f"User ID,Email,Notes\n7,{ADA},x\n,{BOB},y\n",
        "c.jsonl": f'{{"Email":"{ADA}","unsubscribed":true,"x":{{"y":1}}}}\n{{"Email":"{BOB}"}}\n',
        "d.json": json.dumps([{"email": ADA, "id": None, "error": {"code": "x"}}, {"email": BOB}]),
        "e.csv": f"where,who\nx,{ADA}\ny,{BOB}\n",
        "f.csv": f"{ADA},x\n{BOB},y\n",
    }
    flags = {"e.csv": ("--map", "who=email"), "f.csv": ("--header", "email,tier")}
    for name, text in files.items():
        done = found(contacts, tmp_path / name, "-ojson", *flags.get(name, ()), text=text)
        assert done.code == 0, (name, done.err)
        assert [line["email"] for line in json_lines(done.out)] == [ADA, BOB]


def test_user_ids_are_taken_where_there_is_no_address(contacts: Cli, tmp_path: Path) -> None:
    for text in ("user_id,plan\n42,x\n", "42\n", f"userId,email\n42,\n99,{ADA}\n"):
        done = found(contacts, tmp_path / "people.csv", text=text)
        assert done.code == 0, done.err
        assert {line.split("\t")[1] for line in done.out.splitlines()} == {ADA}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tier,Notes\na,b\n", "no column gives an email address or a user id"),
        (f"Adresse\n{ADA}\n", "no column gives an email address or a user id"),
        (f"E-mail,e_mail\n{ADA},{BOB}\n", "both give email"),
        (f"{ADA}\nno one@example\n", "1 of 2 rows cannot be sent; nothing was sent"),
        (f"email\n{ADA}\nNULL\n", "placeholder text, which identifies nobody"),
        ("", "is empty"),
    ],
)
def test_a_file_that_names_nobody_is_refused_before_any_request(
    cli: Cli, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "people.csv").write_text(text)
    with serve() as server:
        done = cli("find", "--from", str(tmp_path / "people.csv"), env=key_for(server))
    assert (done.code, done.out, server.count) == (2, "", 0)
    assert words in done.err


def test_a_row_that_fails_is_told_in_its_place_and_kept_to_be_tried_again(
    cli: Cli, tmp_path: Path
) -> None:
    file, rejects = tmp_path / "people.txt", tmp_path / "rejects.csv"
    file.write_text(f"{ADA}\n{BOB}\n{NOBODY}\n")
    answers = {ADA: reply_json([FOUND]), BOB: reply_json({"message": "No."}, 400)}

    def answer(visit: Visit) -> bool:
        (asked,) = parse_qs(urlsplit(visit.request.target).query)["email"]
        return answers.get(asked, reply_json([]))(visit)

    with serve({"GET contacts/find": [answer]}) as server:
        words = ("find", "--from", str(file), "-ojson", "--rejects", str(rejects), "--rate", "max")
        done = cli(*words, env=key_for(server))
    first, second, third = json_lines(done.out)
    assert (first["plan"], second["id"], third["id"]) == ("pro", None, None)
    errors = [one["error"]["code"] for one in (second, third)]  # type: ignore[index, call-overload] # objects
    assert errors == ["refused", "not_found"]
    assert (done.code, done.error["code"], done.error["failed"]) == (6, "rows_failed", Number("2"))
    assert [row["email or user id"] for row in rows_in(rejects.read_text())] == [BOB, NOBODY]
    with serve() as server:
        again = cli("find", "--from", str(rejects), "-q", env=key_for(server))
    assert (again.code, again.out) == (0, "c1\nc1\n")


def test_what_does_not_go_together_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{ADA}\n")
    file = f"--from={tmp_path / 'a.txt'}"
    for words, message in (
        ((ADA, file), "one contact is named, and --from names many"),
        (("-u", "4", file), "one contact is named, and --from names many"),
        ((ADA, "--rate", "5"), "--rate goes with --from"),
        ((ADA, "--csv"), "--csv goes with --from"),
        ((file, "--csv", "-ojson"), "two forms"),
        ((file, "--field", "plan"), "--field does not go with --from"),
        ((file, "--map", "a=plan"), "contacts are picked by email or userId"),
        ((file, "--rate", "fast"), "--rate"),
        ((file, "--patience", "long"), "--patience"),
    ):
        done = cli("find", *words, "--sandbox")
        assert (done.code, done.out) == (2, ""), words
        assert message in done.err


def test_hints_name_this_command_and_not_an_import(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    done = cli("find", "--from", str(tmp_path / "a.db"), "--sandbox")
    assert done.code == 2
    assert "| contactctl --sandbox find --from -" in done.err
    assert "import" not in done.err


def test_a_terminal_gets_no_control_characters(contacts: Cli, tmp_path: Path) -> None:
    saved(contacts, "-e", BOB, "--first-name", "\x1b[31m[red]\u202e")
    (tmp_path / "people.txt").write_text(f"{BOB}\n")
    for form in ("-ojson", "--csv", "-v"):
        words = ("find", "--from", str(tmp_path / "people.txt"), form)
        done = in_sandbox(contacts, *words, terminal=True)
        assert done.code == 0
        assert not {"\x1b", "\u202e"} & {*done.out}


def test_a_run_that_ended_early_goes_on_where_it_stopped(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.txt"
    file.write_text("".join(f"p{number}@example.com\n" for number in range(6)))
    words = ("find", "--from", str(file), "--csv", "--rate=max", "--patience=0", "--retries=0")
    away = reply_json({"message": "down"}, 503)
    good = reply_json(GOOD["GET contacts/find"])
    with serve({"GET contacts/find": [good, good, good, away, good]}) as server:
        first = cli(*words, env=key_for(server))
        command = first.err.splitlines()[-1].split()
        second = cli(*command[1:], env=key_for(server))
        third = cli(*command[1:], env=key_for(server))
    assert (first.code, second.code, third.code) == (7, 0, 0)
    assert {"--csv", "--resume", f"--from={file}"} <= {*command}
    rows = rows_in(first.out + second.out)
    assert [row["email"] for row in rows] == [ADA] * 6
    assert third.out == ""
    assert "nothing to resume" in third.err
