"""import: whatever hint of an error is followed, nobody who is out is subscribed."""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest
from consent_cases import SPELLINGS, People, Spelling, write_people
from import_cli import imported, ready_flags, subscribed
from sandbox_cli import saved

from contactctl.files import SANDBOX_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli, Done

NEVER = "--never-resubscribe"
_PLACEHOLDERS = ("COLUMN", "FIELD", "WORD", "FILE")
_FLAG = re.compile(r"""(--[a-z-]+)(?: ('[^']+'|"[^"]+"|[^\s,;()'"-][^\s,;()]*))?""")
_WITH_VALUE = {"--map", "--ignore", "--set", "--subscribed-when", "--unsubscribed-when"}
_SWITCHES = {"--skip-invalid", NEVER, "--empty-clears", "--literal-null", "--no-schema"}
_DEEPEST = 5
#: Each column in either form: in one of them, in turn, if the run is not the long one.
FILES = [
    pytest.param(form, one, marks=[pytest.mark.slow][: (at + turn) % 2], id=f"{form}-{one.column}")
    for at, one in enumerate(SPELLINGS)
    for turn, form in enumerate(("csv", "jsonl"))
]


def hinted(done: Done, file: Path) -> Iterator[list[str]]:
    """Yield the words of every command line and every flag that an error names."""
    for line in done.err.splitlines():
        if line.startswith("contactctl "):
            yield ready_flags(done, file)
            continue
        for flag, value in _FLAG.findall(line):
            if flag in _SWITCHES:
                yield [flag]
            elif flag in _WITH_VALUE and value and not any(one in value for one in _PLACEHOLDERS):
                yield [flag, *shlex.split(value)]


def follow(cli: Cli, file: Path, people: People, spelling: Spelling) -> int:
    """Follow every hint to its end, and return how many of them imported something."""
    sandbox = file.with_name("sandbox.sqlite3")
    cli.env[SANDBOX_VARIABLE] = str(sandbox)
    prepare(cli, people)
    as_before = shutil.copy(sandbox, file.with_name("as before"))
    seen: set[tuple[str, ...]] = set()
    waiting: list[list[str]] = [[]]
    imports = 0
    while waiting:
        words = waiting.pop()
        if tuple(sorted(words)) in seen or len(words) > 2 * _DEEPEST:
            continue
        seen.add(tuple(sorted(words)))
        assert not {"--allow-resubscribe", f"--map={spelling.column}=subscribed"} & {*words}
        done = imported(cli, file, *words)
        for flags in hinted(done, file):
            assert flags != ["--ignore", spelling.column]
            more = [flag for flag in flags if flag not in words]
            waiting.append([*words, *more] if flags != words else words)
        if done.code in {0, 6}:
            imports += 1
            check(cli, people)
            shutil.copy(as_before, sandbox)
    return imports


def prepare(cli: Cli, people: People) -> None:
    for address, is_in in people.known:
        saved(cli, "--email", address, "--subscribed" if is_in else "--unsubscribed")


def check(cli: Cli, people: People) -> None:
    """Who is out by the file, or was out before, is out."""
    found = subscribed(cli)
    assert not any(found.get(one) for one in people.out)
    assert not any(found[one] for one, is_in in people.known if not is_in)


@pytest.mark.parametrize(("form", "spelling"), FILES)
def test_no_hint_subscribes_anybody_who_is_out(
    cli: Cli, tmp_path: Path, spelling: Spelling, form: str
) -> None:
    file = tmp_path / f"people.{form}"
    people = write_people(file, spelling)
    imports = follow(cli, file, people, spelling)
    unambiguous = spelling.column not in {"consent", "usubscribed", "not subscribed"}
    assert imports or not unambiguous or "VIP" in spelling.kept_in


@pytest.mark.parametrize("column", ["unsubscribed", "Do not email", "Abgemeldet"])
@pytest.mark.parametrize("form", ["csv", "map file"])
def test_a_column_of_opt_outs_that_was_taken_the_wrong_way_round_is_turned_by_the_ready_line(
    cli: Cli, tmp_path: Path, column: str, form: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"email,{column}\nout@example.com,true\nin@example.com,false\n")
    given = ["--map", f"{column}=subscribed"]
    if form == "map file":
        map_file = tmp_path / "map.toml"
        map_file.write_text(f'[map]\n"{column}" = "subscribed"\n')
        given = ["--map-file", str(map_file)]
    done = imported(cli, file, *given)
    assert done.code == 2
    assert "the command below reads yes as opted out, and re-subscribes nobody" in done.err
    assert imported(cli, file, *ready_flags(done, file)).code == 0
    assert subscribed(cli) == {"out@example.com": False, "in@example.com": True}
