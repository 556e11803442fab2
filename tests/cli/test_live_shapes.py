"""What the client makes of what the live service alone has: numbers as doubles, internal names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA
from sandbox_cli import contact, in_sandbox, saved

from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

LARGE = "9007199254740993"
WARNING = "warning: seats: the service probably keeps 9007199254740992"


@pytest.mark.parametrize("command", ["update", "create"])
@pytest.mark.parametrize("words", [("--prop", f"seats={LARGE}"), ("--prop", f"seats:={LARGE}")])
def test_a_number_beyond_doubles_is_warned_of_and_sent(
    cli: Cli, command: str, words: tuple[str, ...]
) -> None:
    done = in_sandbox(cli, command, "-e", ADA, *words)
    assert done.code == 0
    assert WARNING in done.err.splitlines()
    assert contact(cli, ADA)["seats"] == Number("9007199254740992")


def test_a_number_that_doubles_hold_is_not_warned_of(cli: Cli) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, "--prop", "seats=9007199254740992")
    assert (done.code, "warning" in done.err) == (0, False)


@pytest.mark.parametrize(
    "words",
    [
        ("--prop", "__domain=example.com"),
        ("--prop", "__domain:=null"),
        ("--unset", "__marketing_audience"),
        ("--data", '{"__critical_audience": true}'),
        ("--prop", "__nothing=x", "--no-schema"),
    ],
)
def test_what_the_service_keeps_for_itself_is_not_written(cli: Cli, words: tuple[str, ...]) -> None:
    done = in_sandbox(cli, "update", "-e", ADA, *words)
    assert done.code == 2
    assert "reserved by the service" in done.err


def test_nor_created(cli: Cli) -> None:
    done = in_sandbox(cli, "properties", "create", "__domain", "--type", "string")
    assert (done.code, "reserved by the service" in done.err) == (2, True)


def test_nor_offered_though_it_is_listed(cli: Cli) -> None:
    assert "__domain" in in_sandbox(cli, "properties", "list").out
    assert "__domain" not in in_sandbox(cli, "properties", "list", "--custom").out
    done = in_sandbox(cli, "update", "-e", ADA, "--prop", "_domain=x")
    assert (done.code, "__domain" in done.err) == (2, False)


def test_nor_imported(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,__domain\n{ADA},example.com\n")
    done = in_sandbox(cli, "import", str(path))
    assert done.code == 2
    assert "__domain" in done.err
    done = in_sandbox(cli, "import", str(path), "--map", "__domain=__domain")
    assert (done.code, "reserved by the service" in done.err) == (2, True)
    assert in_sandbox(cli, "import", str(path), "--ignore", "__domain").code == 0


def test_a_label_that_differs_from_its_key_binds_a_column(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,Trial Ends At,Signup Date\n{ADA},2025-01-15,2025-01-16\n")
    assert in_sandbox(cli, "import", str(path)).code == 0
    assert contact(cli, ADA)["trialEndsAt"] == "2025-01-15T00:00:00.000Z"


def test_what_find_does_not_show_is_nothing_that_differs(cli: Cli) -> None:
    """``notes`` and ``createdAt`` are written, and never come back."""
    words = ("--prop", "notes=by hand", "--prop", "createdAt=2025-01-15")
    saved(cli, "-e", ADA, *words)
    assert contact(cli, ADA).keys() & {"notes", "createdAt"} == set()
    done = in_sandbox(cli, "update", "-e", ADA, *words, "--dry-run", "-o", "json")
    assert done.json["would"] == "update"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("people.csv", f"email,seats\n{ADA},{LARGE}\n", f'"{LARGE}"'),
        ("people.jsonl", f'{{"email":"{ADA}","seats":{LARGE}}}\n', LARGE),
    ],
)
def test_an_import_tells_of_numbers_that_are_probably_rounded(
    cli: Cli, tmp_path: Path, name: str, text: str, shown: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    done = in_sandbox(cli, "import", str(path))
    assert done.code == 0
    line = "seats: 1 number has more digits than the service probably keeps"
    assert f"{line} ({shown} becomes 9007199254740992)" in done.err
    assert "normalised" not in done.err
    assert contact(cli, ADA)["seats"] == Number("9007199254740992")
