from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import Stream

from contactctl.github import Annotations, annotation, hide_key
from contactctl.output import Output
from contactctl.profiles.api_key import ApiKey
from contactctl.profiles.credentials import Credentials

JOB = {"GITHUB_ACTIONS": "true"}
if TYPE_CHECKING:
    from pathlib import Path

KEY = Credentials("https://app.loops.so/api", ApiKey("a%key"), "profile op", from_command=True)


def output(env: dict[str, str], *, masks: bool = False) -> tuple[Output, Stream]:
    stderr = Stream()
    return Output(Stream(), stderr, env, masks=masks), stderr


def test_what_would_end_a_command_is_escaped() -> None:
    found = annotation("50 %\r\na,b:c", {"file": "a,b:c%\x1b.csv", "line": "3"})
    place = r"file=a%2Cb%3Ac%25\u{1b}.csv,line=3,title=contactctl"
    assert found == f"::error {place}::50 %25%0D%0Aa,b:c"


@pytest.mark.parametrize("env", [{}, {"GITHUB_ACTIONS": ""}, {"GITHUB_ACTIONS": "false"}])
def test_nothing_is_said_outside_of_a_job(env: dict[str, str]) -> None:
    here, stderr = output(env)
    Annotations(here, "people.csv").add(3, "wrong")
    hide_key(KEY, here)
    assert stderr.getvalue() == ""


def test_a_file_is_named_from_the_top_of_the_repository(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "people.csv").touch()
    here, stderr = output(JOB | {"GITHUB_WORKSPACE": str(tmp_path)})
    Annotations(here, str(folder / "people.csv")).add(3, "wrong")
    other, elsewhere = output(JOB | {"GITHUB_WORKSPACE": str(tmp_path / "else")})
    Annotations(other, str(folder / "people.csv")).add(3, "wrong")
    assert stderr.getvalue() == "::error file=data/people.csv,line=3,title=contactctl::wrong\n"
    assert f"file={folder / 'people.csv'},line=3" in elsewhere.getvalue()


def test_of_a_pipe_the_line_is_told_alone(tmp_path: Path) -> None:
    here, stderr = output(JOB | {"GITHUB_WORKSPACE": str(tmp_path)})
    Annotations(here, "-").add(3, "wrong")
    assert stderr.getvalue() == "::error title=contactctl::line 3: wrong\n"


def test_as_many_rows_are_annotated_as_github_keeps_of_a_job_addresses_masked() -> None:
    here, stderr = output(JOB, masks=True)
    annotations = Annotations(here, "-")
    for line in range(1, 100):
        annotations.add(line, "there is ada@example.com")
    lines = stderr.getvalue().splitlines()
    assert len(lines) == 50
    assert lines[-1].endswith("line 50: there is a***@example.com")


def test_only_a_key_that_a_command_printed_is_told_to_be_hidden() -> None:
    here, stderr = output(JOB)
    hide_key(KEY._replace(from_command=False), here)
    assert stderr.getvalue() == ""
    hide_key(KEY, here)
    assert stderr.getvalue() == "::add-mask::a%25key\n"
