"""Numbers and times as a person reads them."""

from __future__ import annotations

import pytest

from contactctl.wording import counted, duration, per_second


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min 0 s"),
        (625, "10 min 25 s"),
        (3600, "1 h 0 min"),
        (125_000, "34 h 43 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_numbers_with_their_nouns() -> None:
    assert [counted(n, "row") for n in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
    assert [per_second(n) for n in (0.5, 8.0, 1270.4)] == [
        "0.5 a second",
        "8 a second",
        "1,270 a second",
    ]
