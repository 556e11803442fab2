"""What each command prints, held against the JSON Schema that it declares."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from conftest import PROGRAM
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from output_samples import SAMPLES, sampled, words_of

from contactctl.menu import COMMANDS
from contactctl.schema.command_docs import leaves
from contactctl.schema.document import OUTPUTS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli
    from output_samples import Sample

#: What its server prints while it runs is looked at by a test of its own.
SERVE = "sandbox serve"
PATHS = [" ".join(path) for path, _ in leaves(COMMANDS)]


def check(text: str, path: str, flag: str | None = None) -> None:
    """Hold what a command printed against the schema of that output."""
    (output,) = (one for one in OUTPUTS[path] if one.flag == flag)
    schema = plain(output.to_json_object())["schema"]
    lines = text.splitlines()
    # A whole sandbox is written a contact a line, so that it is never held as one text.
    values = lines if output.lines else [text]
    assert output.lines or len(lines) == 1 or (path, flag) == ("sandbox dump", "--all")
    for value in values:
        Draft202012Validator(schema).validate(json.loads(value))


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON of ours with Python's numbers."""
    from contactctl.exact_json import to_json

    return json.loads(to_json(value))


def test_every_command_has_a_schema_and_nothing_else_has_one() -> None:
    assert sorted(OUTPUTS) == sorted(PATHS)


def test_every_output_has_a_sample() -> None:
    """A new command, or a new output of an old one, cannot be forgotten here."""
    declared = {(path, output.flag) for path, outputs in OUTPUTS.items() for output in outputs}
    assert set(sampled()) == declared - {(SERVE, None)}


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_what_a_command_prints_fits_its_schema(
    cli: Cli, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in sample.before:
        done = cli(*words_of(line))
        assert done.code == 0, done.err
    done = cli(*sample.words)
    assert done.code == (8 if "--exit-code" in sample.line else 0)
    assert done.err == ""
    check(done.out, sample.path, sample.flag)


def test_what_a_served_sandbox_prints_fits_its_schema(own_folders: dict[str, str]) -> None:
    words = [str(PROGRAM), "sandbox", "serve", "--port", "0", "-o", "json"]
    with subprocess.Popen(words, env=own_folders, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        running.terminate()
    check(line, SERVE)


def test_a_schema_refuses_what_is_not_there(cli: Cli) -> None:
    """A schema that takes anything would pass every test above."""
    done = cli("update", "--email", "ada@example.com", "--sandbox", "-o", "json")
    for text in ("{}", "[]", '{"success": false, "id": "x"}', '{"success": true}'):
        with pytest.raises(ValidationError):
            check(text, "update")
    with pytest.raises(ValidationError):
        check(done.out, "update", "--dry-run")
    with pytest.raises(ValidationError):
        check('{"would": "explode", "request": {}, "changes": {}}', "update", "--dry-run")
    with pytest.raises(ValidationError):
        check('{"active": "a", "more": 1}', "profile use")
