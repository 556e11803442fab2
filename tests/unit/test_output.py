"""What is said of an error on stderr in each of its forms, and of an answer nobody can see."""

from __future__ import annotations

import errno
import io
import json

import pytest

from contactctl.cli import main
from contactctl.errors import MachineError, Outcome, UsageError
from contactctl.output import Answer, Output
from contactctl.session import Run

COMMAND = "contactctl import 'a b.csv' --map 'Tier=plan' --ignore=Notes-that-are-longer-than-a-line"


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class _BrokenOnce(_Terminal):
    """A terminal that what draws on it fails for, once."""

    def write(self, text: str) -> int:
        if self.encoding:
            self.encoding = ""
            raise ValueError(text)
        return super().write(text)


class _FullTerminal(_Terminal):
    """A terminal that takes no more."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, f"no space for {len(text)} characters")


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


def test_no_frame_breaks_a_word_that_may_be_copied() -> None:
    address = f"{'a' * 50}@example.com"
    for width, framed in ((40, False), (len(address) + 3, False), (len(address) + 4, True)):
        stderr = _Terminal()
        output = Output(io.StringIO(), stderr, {"COLUMNS": str(width), "TERM": "dumb"})
        error = UsageError(
            f"there is no {address}", hint=f"make one: `contactctl create {address}`"
        )
        output.error(error)
        assert (address in stderr.getvalue(), "─" in stderr.getvalue()) == (True, framed)
        assert stderr.getvalue().endswith(f"\ncontactctl create {address}\n")


@pytest.mark.parametrize("columns", ["0", "9999999999", "9" * 5000, "-1", "wide"])
def test_a_width_that_no_terminal_has_is_none(columns: str) -> None:
    stderr = _Terminal()
    Output(io.StringIO(), stderr, {"COLUMNS": columns, "LINES": columns}).error(_error())
    assert len(stderr.getvalue().splitlines()[0]) <= 200


def test_in_json_the_command_ends_the_hint() -> None:
    stderr = io.StringIO()
    Output(io.StringIO(), stderr, {}, form="json").error(_error())
    assert json.loads(stderr.getvalue())["error"]["hint"] == f"decide it: {COMMAND}"


@pytest.mark.parametrize(
    ("applied", "outcome"), [(True, Outcome.APPLIED), (False, Outcome.NOT_APPLIED)]
)
def test_an_answer_that_cannot_be_drawn_says_what_was_written(
    *, applied: bool, outcome: Outcome
) -> None:
    output = Output(_FullTerminal(), io.StringIO(), {"TERM": "dumb", "COLUMNS": "40"})
    answer = Answer(json={}, plain=[], view=lambda: "Ada", applied=applied)
    with pytest.raises(MachineError) as caught:
        output.show(answer)
    assert caught.value.outcome is outcome
    assert bool(caught.value.hint) is applied


def test_an_error_that_cannot_be_drawn_is_told_in_plain_lines() -> None:
    stderr = _BrokenOnce()
    run = Run({"TERM": "dumb"}, io.StringIO(), io.StringIO(), stderr)
    assert main(("find", "--bogus"), run) == 2
    assert stderr.getvalue().startswith("error: 2 things are wrong:\n  there is no flag --bogus\n")
