"""Counts, rates and what is left."""

from __future__ import annotations

import pytest
from import_counts import tally_of

from contactctl.importing.checking.report import KEPT_FAILURES


def test_every_row_is_counted_as_what_became_of_it() -> None:
    tally = tally_of("done", "failed", "skipped", "earlier done", rows=9)
    assert (tally.told, tally.done, tally.failed, tally.skipped) == (4, 2, 1, 1)
    assert (tally.earlier, tally.sent) == (1, 1)


def test_what_an_earlier_run_told_does_not_count_as_fast() -> None:
    tally = tally_of("done", "earlier done", rows=4)
    assert tally.rate == pytest.approx(0.5)
    assert tally.seconds_left == pytest.approx(4.0)
    assert tally_of("earlier done", rows=5).seconds_left is None


def test_the_first_failures_are_kept() -> None:
    tally = tally_of(*["failed"] * (KEPT_FAILURES + 3))
    assert tally.failures[0] == ("line 2", "why 1")
    assert len(tally.failures) == KEPT_FAILURES
    assert tally.failed == KEPT_FAILURES + 3
