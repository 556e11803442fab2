"""How old a plan or an undo file may be, and what is said of one that is older."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import GuardError, UsageError
from contactctl.plans.admission import MOST_AGE, check_age, parse_age
from contactctl.plans.file_account import FileAccount
from contactctl.plans.lines import FileKind, Header
from contactctl.plans.plan_file import open_plan_file, written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.plans.plan_file import PlanFile

MADE = 1_764_000_000.0
DAY_S = 86_400.0
HEADER = Header("plan", FileAccount("abc", "Acme", "https://app.loops.so/api"), MADE)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90m", 5400), ("24h", DAY_S), ("365d", 365 * DAY_S)]
)
def test_an_age_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "24", "24 h", "-1h", "1.5h", "366d", "9000h", "1w"])
def test_what_is_no_age_or_longer_than_is_remembered_is_a_wrong_call(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_age(text)
    assert caught.value.hint


@pytest.fixture
def plan(tmp_path: Path) -> PlanFile:
    path = tmp_path / "p.jsonl"
    with written_whole(path) as (_, finish):
        finish(HEADER)
    return open_plan_file(path, "p.jsonl")


@pytest.mark.parametrize(
    ("kind", "limit", "age_s", "words", "hint"),
    [
        ("plan", "24h", 25 * 3600, "25 h 0 min old, and --max-age allows 24 h 0 min", "a new plan"),
        ("plan", "7d", 8 * DAY_S, "8 days old, and --max-age allows 7 days", "or allow more"),
        ("undo", "30s", 40, "40 s old, and --max-age allows 30 s", "allow more"),
        ("undo", MOST_AGE, 366 * DAY_S, "366 days old", "remembered for no longer"),
        ("plan", "24h", -400, "made in the future", "clock"),
    ],
)
def test_one_that_is_too_old_is_refused_in_words(  # noqa: PLR0913 - a case
    plan: PlanFile, *, kind: FileKind, limit: str, age_s: float, words: str, hint: str
) -> None:
    file = replace(plan, header=replace(HEADER, kind=kind))
    with pytest.raises(GuardError, match=words) as caught:
        check_age(file, parse_age(limit), MADE + age_s)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("age_s", [-200.0, 0.0, DAY_S])
def test_one_that_is_as_old_as_is_allowed_passes(plan: PlanFile, age_s: float) -> None:
    check_age(plan, parse_age("24h"), MADE + age_s)
