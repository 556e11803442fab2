"""Which names are offered for a mistyped one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.wording import nearest

KNOWN = ["planName", "plan", "seats", "trialEnds", "signup_date", "note"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("plan_name", "planName"),
        ("PLANNAME", "planName"),
        ("plan-name", "planName"),
        ("plna", "plan"),
        ("plann", "plan"),
        ("seat", "seats"),
        ("signupDate", "signup_date"),
        ("trialends", "trialEnds"),
    ],
)
def test_the_nearest_comes_first(word: str, meant: str) -> None:
    assert nearest(word, KNOWN)[0] == meant


def test_names_that_differ_in_case_alone_are_all_offered() -> None:
    assert nearest("Plan_Name", ["planName", "plan_name"]) == ["planName", "plan_name"]


@pytest.mark.parametrize("word", ["zzz", "", "😀", "_"])
def test_nothing_near_offers_nothing(word: str) -> None:
    assert nearest(word, KNOWN) == []


@given(st.text(max_size=600), st.lists(st.text(max_size=30), max_size=20))
def test_only_known_names_are_offered_and_few(word: str, known: list[str]) -> None:
    found = nearest(word, known)
    assert len(found) <= 3
    assert set(found) <= set(known)
