"""What is said of an error on stderr, in each of its forms."""

from __future__ import annotations

import io
import json

import pytest

from contactctl.errors import UsageError
from contactctl.output import Output

COMMAND = "contactctl import 'a b.csv' --map 'Tier=plan' --ignore=Notes-that-are-longer-than-a-line"


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def _error() -> UsageError:
    error = UsageError("something is undecided", hint="decide it")
    error.command = COMMAND
    return error


@pytest.mark.parametrize("stream", [io.StringIO, _Terminal])
def test_a_command_to_copy_stands_alone_on_the_last_line(stream: type[io.StringIO]) -> None:
    stderr = stream()
    Output(io.StringIO(), stderr, {"COLUMNS": "40", "TERM": "dumb"}).error(_error())
    *lines, last = stderr.getvalue().splitlines()
    assert last == COMMAND
    assert COMMAND not in "\n".join(lines)
    assert "decide it" in "\n".join(lines)


def test_in_json_the_command_ends_the_hint() -> None:
    stderr = io.StringIO()
    Output(io.StringIO(), stderr, {}, form="json").error(_error())
    assert json.loads(stderr.getvalue())["error"]["hint"] == f"decide it: {COMMAND}"
