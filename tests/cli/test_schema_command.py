from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Stream, run_python
from help_texts import help_texts
from jsonschema import Draft202012Validator

import contactctl
from contactctl import __version__
from contactctl.cli import main
from contactctl.doctor.machine import VARIABLES
from contactctl.errors import ExitCode, error_codes
from contactctl.menu import COMMANDS
from contactctl.schema.command_docs import leaves
from contactctl.session import Run

if TYPE_CHECKING:
    from conftest import Cli

PATHS = [" ".join(path) for path, _ in leaves(COMMANDS)]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return what the command prints, asked for once: the tests below only read it."""
    run = Run({}, Stream(), Stream(), Stream())
    assert main(["schema"], run) == 0
    assert isinstance(run.stdout, Stream)
    assert isinstance(run.stderr, Stream)
    assert run.stderr.getvalue() == ""
    found: dict[str, Any] = json.loads(run.stdout.getvalue())
    return found


def command(document: dict[str, Any], path: str) -> dict[str, Any]:
    (found,) = (one for one in document["commands"] if one["path"] == path.split())
    return dict(found)


def flags_of(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {flag["names"][-1]: flag for flag in described["flags"]}


# every command, every output


def test_a_dry_run_is_declared_where_there_is_one(document: dict[str, Any]) -> None:
    for described in document["commands"]:
        outputs = [output["flag"] for output in described["outputs"]]
        assert outputs[0] is None
        assert ("--dry-run" in outputs) == ("--dry-run" in flags_of(described))
        assert set(outputs[1:]) <= set(flags_of(described))


@pytest.mark.parametrize(
    "words",
    [
        ("find", "--email", "nobody@example.com", "--sandbox"),
        ("find", "--sandbox"),
        ("update", "--email", "ada@example.com"),
        ("nothing",),
        ("suppression", "remove", "--email", "ada@example.com", "--sandbox"),
    ],
)
def test_errors_fit_their_schema(
    cli: Cli, document: dict[str, Any], words: tuple[str, ...]
) -> None:
    done = cli(*words, "-o", "json")
    assert done.code in {2, 3, 4}
    Draft202012Validator(document["error"]).validate(json.loads(done.err))


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    schemas = [output["schema"] for one in document["commands"] for output in one["outputs"]]
    for schema in (*schemas, document["error"]):
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)


# the document


def test_the_document_has_every_command_in_the_order_of_the_tree(
    document: dict[str, Any],
) -> None:
    assert [" ".join(one["path"]) for one in document["commands"]] == PATHS
    assert document["version"] == __version__
    assert all(one["summary"] and one["help"] and one["examples"] for one in document["commands"])


def test_codes_are_those_of_the_program(document: dict[str, Any]) -> None:
    codes = {one["code"]: one["meaning"] for one in document["exitCodes"]}
    assert codes == {int(code): code.meaning for code in ExitCode}
    errors = {one["code"]: one["exitCode"] for one in document["errorCodes"]}
    assert errors == {code: int(exit_code) for code, exit_code in error_codes().items()}
    assert set(errors.values()) <= set(codes)


def test_error_codes_say_what_they_mean_and_whether_a_repeat_may_help(
    document: dict[str, Any],
) -> None:
    errors = {one["code"]: one for one in document["errorCodes"]}
    assert all(one["meaning"] and "`" not in one["meaning"] for one in errors.values())
    assert errors["bug"]["meaning"] == "a bug in contactctl"
    assert errors["rate_limited"]["retry"]
    assert not errors["refused"]["retry"]
    assert {one["exitCode"] for one in errors.values() if one["retry"]} == {7}


def test_commands_say_what_they_need_and_do(document: dict[str, Any]) -> None:
    needs = {" ".join(one["path"]): one["needsOneOf"] for one in document["commands"]}
    assert needs["update"] == ["ADDRESS", "--email", "--user-id", "--data"]
    assert needs["create"] == ["ADDRESS", "--email", "--data"]
    assert needs["find"] == ["ADDRESS", "--email", "--user-id", "--from"]
    assert needs["lists"] == needs["forget"] == []
    for one in document["commands"]:
        writes = {flag["names"][-1] for flag in one["flags"]} & {"--dry-run", "--undo-file"}
        assert not (one["readOnly"] and (writes or one["destructive"]))
        assert {0, 2, 9} <= set(one["exitCodes"])
        assert (8 in one["exitCodes"]) == ("--exit-code" in flags_of(one))
    assert command(document, "delete")["destructive"]
    assert command(document, "find")["readOnly"]
    for path in ("import", "find"):
        assert 6 in command(document, path)["exitCodes"]
    assert 7 not in command(document, "completion")["exitCodes"]
    assert {4, 5, 7} <= set(command(document, "sandbox load")["exitCodes"])
    assert 4 in command(document, "sandbox serve")["exitCodes"]


def test_variables_are_those_of_the_program(document: dict[str, Any]) -> None:
    named = {one["name"] for one in document["variables"]}
    sources = Path(contactctl.__file__).parent.rglob("*.py")
    texts = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = re.findall(r'"((?:CONTACTCTL|LOOPS)_[A-Z_]+)"', texts)
    # One is set for the service's own clients under test, and read by none of ours.
    assert set(used) - {"LOOPS_BASE_URL"} <= named
    # What decides where a request goes, and whom it trusts, the doctor names.
    assert {name for name in VARIABLES if name.isupper()} - {"ALL_PROXY"} <= named


@pytest.mark.parametrize(
    ("flag", "value", "fits"),
    [
        ("--prop", "plan=pro", True),
        ("--prop", "plan:=12", True),
        ("--prop", "plan", False),
        ("--list", "News=true", True),
        ("--list", "a=b=false", True),
        ("--list", "News=1", False),
    ],
)
def test_the_grammars_are_those_that_the_flags_take(
    cli: Cli, document: dict[str, Any], flag: str, value: str, *, fits: bool
) -> None:
    patterns = [one["pattern"] for one in document["grammars"] if one["flag"] == flag]
    assert any(re.fullmatch(pattern, value) for pattern in patterns) == fits
    done = cli("update", "x@example.com", flag, value, "--sandbox", "--dry-run", "--offline")
    refused = "is not KEY=VALUE" in done.err or "not a boolean" in done.err
    assert refused != fits


@pytest.mark.parametrize(("words", "paths"), [("update", 1), ("profile", 6), ("profile add", 1)])
def test_one_command_may_be_asked_for(
    cli: Cli, document: dict[str, Any], words: str, paths: int
) -> None:
    found = json.loads(cli("schema", *words.split()).out)
    assert len(found["commands"]) == paths
    assert found["commands"] == [
        one for one in document["commands"] if " ".join(one["path"]).startswith(words)
    ]
    assert cli("schema", "updaet").code == 2


def test_flags_say_what_they_take(document: dict[str, Any]) -> None:
    flags = flags_of(command(document, "update"))
    email, lists, subscribed = (flags[name] for name in ("--email", "--list", "--subscribed"))
    assert (email["names"], email["type"]) == (["-e", "--email"], "string")
    assert (email["repeatable"], lists["repeatable"]) == (False, True)
    assert subscribed["type"] == "boolean"
    assert subscribed["negativeNames"] == ["--unsubscribed"]
    assert subscribed["default"] is None
    assert flags["--dry-run"]["default"] is False
    kind = flags_of(command(document, "properties create"))["--type"]
    assert kind["allowedValues"] == ["string", "number", "boolean", "date"]
    assert (kind["required"], email["required"]) == (True, False)
    port = flags_of(command(document, "sandbox serve"))["--port"]
    limits = (port["type"], port["minimum"], port["maximum"], port["default"])
    assert limits == ("integer", 0, 65535, 8025)


def test_flags_of_every_command_are_said_once(document: dict[str, Any]) -> None:
    common = {flag["names"][-1]: flag for flag in document["globalFlags"]}
    assert {"--profile", "--sandbox", "--output", "--quiet", "--help"} <= set(common)
    defaults = {name: common[name]["default"] for name in ("--output", "--timeout", "--retries")}
    assert defaults == {"--output": "text", "--timeout": 30, "--retries": 3}
    for described in document["commands"]:
        assert not set(common) & set(flags_of(described))


def test_arguments_are_told_from_flags(document: dict[str, Any]) -> None:
    (shell,) = command(document, "completion")["arguments"]
    assert (shell["name"], shell["required"]) == ("shell", True)
    assert shell["allowedValues"] == ["bash", "zsh", "fish", "powershell"]
    (name,) = command(document, "profile show")["arguments"]
    assert (name["required"], name["metavar"]) == (False, "NAME")


@pytest.mark.parametrize("path", PATHS)
def test_help_shows_the_same_flags(document: dict[str, Any], path: str) -> None:
    lines = help_texts()[path].out.splitlines()
    heads = [line.strip().split("  ")[0] for line in lines if line.startswith("  -")]
    shown = {name for head in heads for name in re.findall(r"(?<!\S)--?[a-z][a-z-]*", head)}
    flags = command(document, path)["flags"]
    named = {name for flag in flags for name in (*flag["names"], *flag["negativeNames"])}
    assert shown == named


# how it is printed


@pytest.mark.parametrize("words", [(), ("-o", "text"), ("-q",), ("--sandbox",), ("-v",)])
def test_it_is_json_whatever_the_flags_say(
    cli: Cli, document: dict[str, Any], words: tuple[str, ...]
) -> None:
    assert json.loads(cli("schema", *words).out) == document


def test_a_terminal_gets_the_same_in_ascii(cli: Cli, document: dict[str, Any]) -> None:
    out = cli("schema", terminal=True, env={"NO_COLOR": "1"}).out
    assert out.isascii()
    assert out.startswith('{\n  "program": "contactctl",\n')
    assert json.loads(out) == document


def test_it_needs_no_library_of_the_network(own_folders: dict[str, str]) -> None:
    code = (
        "import sys; from contactctl.cli import main; main(['schema']);"
        " print('\\n' + repr({'httpx', 'httpcore', 'rich', 'pydantic'} & set(sys.modules)))"
    )
    assert run_python(code, own_folders).splitlines()[-1] == "set()"
