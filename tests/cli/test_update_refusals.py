"""What update refuses before anything is sent: exit 2, the reason, the way out, in both forms."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from command_calls import key_for, serve

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

LONG = "x" * 499
LIST = "cm06f5v0e45nf0ml5754o9cix"

#: What follows ``update``; the reason; a part of the way out.
CASES = f"""
 | no contact is named | --email ADDRESS or --user-id
--first-name Ada                         | no contact is named            | --user-id ID
--email ''                               | email is empty                 | give a value
--email ' '                              | email is empty                 | give a value
--user-id=                               | userId is empty                | give a value
-e ada                                   | "ada" is not an email address  | ada@example.com
-e a@b                                   | "a@b" is not an email address  | ada@example.com
-e a@b.c                                 | "a@b.c" is not an email address| ada@example.com
-e ä@example.com                         | is not an email address        | in ASCII
-e ' a@b.co'                             | " a@b.co" is not an email      | without spaces
-e 'a@b.co\t'                            | is not an email address        | without spaces
-u {LONG}                                | userId: "xxx                   | at most 498
-e a@b.co -e a@b.co                      | --email is given twice         | give it once
-e a@b.co --email c@d.co                 | --email is given twice         | give it once
-u 1 --source a --source=b               | --source is given twice        | give it once
-u 1 --subscribed --unsubscribed | --subscribed or --unsubscribed is given twice | give it once
-d '{{"userId":"1"}}' -d '{{}}'          | --data is given twice          | give it once
-u 1 --prop plan=a --prop plan=b         | "plan" is given twice, by --prop            | once
-u 1 --prop plan=a --prop 'plan:="b"'    | "plan" is given twice, by --prop            | once
-u 1 --prop plan=a --unset plan          | "plan" is given twice, by --prop and --unset| once
-u 1 --unset plan --unset plan           | "plan" is given twice, by --unset           | once
-u 1 --first-name A --unset firstName    | "firstName" is given twice, by --first-name | once
-u 1 --list {LIST}=true --list {LIST}=true | the list "{LIST}" is given twice           | once
-u 1 --list News=true --list NEWS=false  | is given twice, once by another name        | once
-u 1 --prop email=a@b.co                 | email is not for --prop        | give it with --email
-u 1 --prop userId=2                     | userId is not for --prop       | --user-id
-u 1 --prop firstName=A                  | firstName is not for --prop    | --first-name
-u 1 --prop lastName=A                   | lastName is not for --prop     | --last-name
-u 1 --prop userGroup=A                  | userGroup is not for --prop    | --user-group
-u 1 --prop source=A                     | source is not for --prop       | --source
-u 1 --prop subscribed=true              | subscribed is not for --prop   | --subscribed
-u 1 --prop mailingLists={LIST}          | mailingLists is not for --prop | --list ID=true
-u 1 --prop id=x                         | id is reserved by the service    | leave it out
-u 1 --prop listId=x                     | listId is reserved by the service| leave it out
-u 1 --prop softDeleteAt=x               | softDeleteAt is reserved by the  | leave it out
-u 1 --prop teamId=x                     | teamId is reserved by the service| leave it out
-u 1 --prop updatedAt=x                  | updatedAt is reserved by the     | leave it out
-u 1 --prop optInStatus=x                | optInStatus is reserved by the   | leave it out
-u 1 --prop plan                         | --prop "plan" is not KEY=VALUE | KEY:=JSON
-u 1 --prop =x                           | --prop "=x" is not KEY=VALUE   | KEY=VALUE
-u 1 --prop :=1                          | is not KEY=VALUE               | KEY=VALUE
-u 1 --prop plan={LONG}                  | plan: "xxx                     | at most 498
-u 1 --prop {LONG}=x                     | the name "xxx                  | at most 498
-u 1 --prop 'plan:=[1]'                  | plan is a list                 | a string, a number
-u 1 --prop 'plan:={{}}'                 | plan is an object              | a string, a number
-u 1 --prop plan:=pro                    | "pro" is not JSON              | --prop plan=VALUE
-u 1 --prop seats:=NaN                   | NaN is not JSON                | --prop seats=VALUE
-u 1 --prop seats:=Infinity              | is not JSON                    | --prop seats=VALUE
-u 1 --prop seats:=012                   | is not JSON                    | --prop seats=VALUE
-u 1 --prop seats:=                      | is not JSON                    | --prop seats=VALUE
-u 1 --unset email                       | email cannot be emptied        | --new-email
-u 1 --unset userId                      | userId cannot be emptied       | --replace-user-id
-u 1 --unset subscribed                  | subscribed cannot be emptied   | --unsubscribed
-u 1 --unset mailingLists                | mailingLists cannot be emptied | --list ID=false
-u 1 --unset source                      | source cannot be emptied       | --source
-u 1 --unset teamId                      | teamId is reserved by the        | leave it out
-u 1 --unset ''                          | the name of a field is empty   | give it a name
-u 1 --list {LIST}                       | is not ID=true or ID=false     | ID=true to add
-u 1 --list =true                        | is not ID=true or ID=false     | ID=true to add
-u 1 --list {LIST}=                      | --list {LIST}:                 | true or false
-u 1 --list {LIST}=maybe                 | "maybe" is not a boolean       | true or false
-u 1 --list {LIST}=1                     | "1" is not a boolean           | true or false
-u 1 --list NAME=true                    | there is no mailing list "NAME"| "News" (cl1)
-u 1 --list Newss=true | there is no mailing list "Newss" | did you mean "News" (cl1)?
-u 1 --first-name {LONG}                 | firstName: "xxx                | at most 498
-d ''                                    | --data is empty                | one JSON object
-d @                                     | --data @ names no file         | @FILE
-d @nowhere.json                         | there is no file "nowhere.json"| check the name
-d x                                     | --data is not JSON             | one JSON object
-d '{{"userId":"1"}} x'                  | --data is not JSON             | one JSON object
-d '[{{"userId":"1"}}]'                  | --data is a list               | contactctl import
-d '"x"'                                 | --data is not a JSON object    | one JSON object
-d '{{"userId":"1","userId":"2"}}'       | the key "userId" is given twice| one JSON object
-d '{{"userId":"1","id":"c1"}}'          | id is reserved by the service    | leave it out
-d '{{"userId":"1","optInStatus":null}}' | optInStatus is reserved by the   | leave it out
-d '{{"userId":1}}'                      | userId: this is a number       | write it as a string
-d '{{"email":"a@b"}}'                   | "a@b" is not an email address  | ada@example.com
-d '{{"email":null}}'                    | email cannot be emptied        | leave it out
-d '{{"userId":"1","plan":[]}}'          | plan is a list                 | a string, a number
-d '{{"userId":"1","seats":NaN}}'        | --data is not JSON             | one JSON object
-d '{{"userId":"1","mailingLists":[]}}'  | mailingLists is not an object  | "mailingLists"
-d '{{"userId":"1","mailingLists":{{"x":1}}}}' | "x" is not a boolean     | true to add
-d '{{"userId":"1","subscribed":"no"}}'  | and the property is a boolean               |
-d '{{"userId":"1","subscribed":true}}' | which re-subscribes people who opted out | --subscribed
-u 1 --prop plna=pro | the account has no property "plna" | did you mean plan
-u 1 --unset plna | the account has no property "plna" | did you mean plan
-d '{{"userId":"1","Plan":"x"}}' | the account has no property "Plan" | did you mean plan
-u 1 --prop plan:=12                     | plan:                          | string
-d '{{"userId":"1","plan":true}}'        | plan:                          |
--email --user-id 42 | --email has no value: --user-id follows it | --email=--user-id
--email --user-id=42 | --email has no value: --user-id=42 follows it | --email=--user-id=42
-e --user-id 42                          | --email has no value           | --email=--user-id
-u 1 --first-name --dry-run              | --first-name has no value      | --first-name=--dry-run
-u 1 --prop --unset note                 | --prop has no value            | --prop=--unset
-u 1 --first-name --help                 | --first-name has no value      | --first-name=--help
-u 1 --source --sandbox                  | --source has no value          | --source=--sandbox
-u 1 --offline                           | --offline goes with --dry-run  | add --dry-run
-u 1 --exit-code                         | --exit-code goes with --dry-run| add --dry-run
-u 1 --must-exist --no-lookup            | --must-exist needs a look-up, and --no-lookup  | give one
-u 1 --dry-run --no-lookup               | --dry-run without --offline needs a look-up | give one
-u 1 --must-exist --dry-run --offline    | --must-exist needs a look-up, and --offline    | give one
-u 1 --new-email a@b.co                  | --new-email needs --email      | --user-id ID --email NEW
-e a@b.co --new-email A@B.co             | --new-email is the address in --email       | another
-e a@b.co --new-email x                  | "x" is not an email address    | ada@example.com
-e a@b.co --new-email c@d.co --no-lookup | --new-email needs a look-up, and --no-lookup   | give one
-u 1 --sandbox --profile work            | two different places           | one of them
-u 1 --emial a@b.co                      | there is no flag --emial       | did you mean --email?
-u 1 -x                                  | there is no flag -x            | contactctl update --help
-u 1 --first-name                        | --first-name has no value      | give --first-name TEXT
-u 1 --subscribed=yes                    | --subscribed takes no value    | give --subscribed alone
-email a@b.co                            | there is no flag -email        | did you mean --email?
-u 1 --json                              | there is no flag --json        | --output json
-u 1 stray words | 1 word is too many | in quotes
-u 1 stray       | this word is not an email address   | put values that hold spaces in quotes
''                | email is empty | give a value
-u 1 -- --email | this word is not an email address | --user-id ID
-e b@b.co ada@example.com | with --email and without | give the address once
-u 1 --timeout 0                         | --timeout                      | contactctl update --help
-u 1 --timeout nan                       | --timeout                      | contactctl update --help
-u 1 --retries -1                        | --retries                      | contactctl update --help
-u 1 -o yaml                             | "yaml"                         | contactctl update --help
"""


def cases() -> list[object]:
    lines = [line for line in CASES.splitlines() if line]
    parts = [[part.strip() for part in line.split("|")] for line in lines]
    return [pytest.param(shlex.split(words), *rest, id=words[:60]) for words, *rest in parts]


@pytest.mark.parametrize(("words", "message", "hint"), cases())
def test_refused_before_anything_is_sent(
    cli: Cli, words: list[str], message: str, hint: str
) -> None:
    with serve() as server:
        text = cli("update", *words, env=key_for(server))
        in_json = cli("update", "--output", "json", *words, env=key_for(server))
    first, *details = text.err.splitlines()
    assert (text.code, text.out, in_json.code, in_json.out) == (2, "", 2, "")
    assert first.startswith("error: ")
    assert message in first
    assert [line[:8] for line in details] == ["  hint: "]
    assert hint in details[0]
    assert in_json.err.count("\n") == 1
    assert (in_json.error["code"], in_json.error["outcome"]) == ("usage", "not_sent")
    assert message in str(in_json.error["message"])
    assert hint in str(in_json.error["hint"])
    assert {request.method for request in server.received} <= {"GET"}


@pytest.mark.parametrize("content", [b"\xff\xfe{\x00}\x00", b'{"userId":"1","plan":"\xff"}'])
def test_a_data_file_that_is_not_utf8_names_the_byte(
    cli: Cli, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "row").write_bytes(content)
    done = cli("update", "--sandbox", "-d", f"@{tmp_path / 'row'}")
    assert done.code == 2
    assert "is not UTF-8 at byte" in done.err


def test_a_data_file_that_cannot_be_read_is_this_machine(cli: Cli, tmp_path: Path) -> None:
    done = cli("update", "--sandbox", "-d", f"@{tmp_path}")
    assert (done.code, done.out) == (9, "")
    assert "Is a directory" in done.err


def test_a_secret_typed_as_a_stray_word_is_not_repeated(cli: Cli) -> None:
    done = cli("update", "--sandbox", "-u", "1", "canary-0123456789")
    assert done.code == 2
    assert "canary" not in done.err
