"""The closed set of errors, each with its exit code."""

from __future__ import annotations

import re

import pytest

from contactctl import errors
from contactctl.errors import ContactctlError, Ending, ExitCode, Outcome, StoppedError, error_codes


def subclasses(kind: type[Ending]) -> list[type[Ending]]:
    return [kind, *(found for child in kind.__subclasses__() for found in subclasses(child))]


def ours(kind: type[Ending]) -> list[type[Ending]]:
    return [found for found in subclasses(kind) if found.__module__ == errors.__name__]


ERRORS = ours(ContactctlError)
ALL: list[type[Ending]] = [*ERRORS, StoppedError]


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)
    assert error_codes() == {kind.code: kind.exit_code for kind in ALL}


@pytest.mark.parametrize("kind", ALL)
def test_the_tree_in_the_docstring_is_the_tree(kind: type[Ending]) -> None:
    assert errors.__doc__ is not None
    if kind is ContactctlError:
        assert (kind.code, kind.exit_code) == ("bug", ExitCode.BUG)
    elif kind is StoppedError:
        assert "StoppedError          130/143  interrupted" in errors.__doc__
    else:
        line = rf"{kind.__name__} +{kind.exit_code.value}  {kind.code}\b"
        assert re.search(line, errors.__doc__)


@pytest.mark.parametrize("kind", ALL)
def test_an_error_ends_as_its_parent_does(kind: type[Ending]) -> None:
    for parent in kind.__mro__[1:]:
        if parent is ContactctlError:
            break
        if issubclass(parent, ContactctlError):
            assert kind.exit_code == parent.exit_code


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_has_a_meaning(code: ExitCode) -> None:
    assert code.meaning


def test_the_exit_codes_are_those_that_scripts_rely_on() -> None:
    assert [code.value for code in ExitCode] == [*range(10), 130, 143]


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_carries_its_advice(kind: type[Ending]) -> None:
    error = kind("what happened", hint="what to do", status=409, attempts=2)
    assert str(error) == error.message == "what happened"
    assert (error.hint, error.status, error.attempts) == ("what to do", 409, 2)
    assert error.outcome is Outcome.NOT_SENT


def test_a_stop_passes_by_everything_that_catches_errors() -> None:
    assert ours(Ending) == [Ending, *ALL]
    assert not issubclass(StoppedError, Exception)
    assert issubclass(ContactctlError, Exception)


def test_a_stop_says_which_signal_and_that_nothing_is_known() -> None:
    error = StoppedError("stopped", signum=15)
    assert error.signum == 15
    assert error.outcome is Outcome.UNKNOWN


def test_outcomes_are_a_closed_set() -> None:
    assert {item.value for item in Outcome} == {"not_sent", "not_applied", "applied", "unknown"}
