"""The retry policy: what is repeated, after how long, and when it ends."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.service.retry_policy import (
    CAP_WAIT_S,
    LONGEST_RETRY_AFTER_S,
    Failure,
    GiveUp,
    Kind,
    Wait,
    asked_wait_s,
    decide,
    worst_total_s,
)

NOW = 1_800_000_000.0
_TEXTS = st.text() | st.integers(0, 10_000).map(str) | st.floats(0, 4e9).map(formatdate)
_FAILURES = st.builds(
    Failure,
    kind=st.sampled_from(Kind),
    status=st.integers(0, 999),
    pace=st.dictionaries(st.sampled_from(("retry-after", "date")), _TEXTS),
)


def asking(status: int, retry_after: str) -> Failure:
    return Failure(Kind.STATUS, status, {"retry-after": retry_after})


def longest(low: float, high: float) -> float:  # noqa: ARG001 - stands in for random.uniform
    return high


def judge(failure: Failure, *, attempt: int = 1, retries: int = 3) -> Wait | GiveUp:
    return decide(
        failure,
        attempt=attempt,
        retries=retries,
        now=NOW,
        uniform=longest,
    )


@pytest.mark.parametrize("status", [408, 429, 500, 501, 502, 503, 504, 520, 599])
def test_a_passing_status_is_repeated(status: int) -> None:
    assert judge(Failure(Kind.STATUS, status)) == Wait(0.5)


@pytest.mark.parametrize("status", [300, 302, 304, 308, 400, 401, 403, 404, 405, 409, 418, 422])
def test_a_final_status_is_never_repeated(status: int) -> None:
    assert judge(Failure(Kind.STATUS, status)) == GiveUp()


@pytest.mark.parametrize("kind", [Kind.NOT_SENT, Kind.LOST])
def test_a_network_failure_is_repeated(kind: Kind) -> None:
    assert judge(Failure(kind)) == Wait(0.5)


def test_a_bad_reply_is_never_repeated() -> None:
    assert judge(Failure(Kind.BAD_REPLY, 200)) == GiveUp()


def test_what_this_machine_lacks_is_not_asked_for_again() -> None:
    assert judge(Failure(Kind.LOCAL)) == GiveUp()


def test_waits_double_up_to_the_cap() -> None:
    waits = [judge(Failure(Kind.LOST), attempt=n, retries=9) for n in range(1, 8)]
    assert waits == [Wait(s) for s in (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)]


def test_jitter_is_drawn_from_nothing_to_the_bound() -> None:
    drawn: list[tuple[float, float]] = []

    def lowest(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    found = decide(Failure(Kind.LOST), attempt=2, retries=3, now=NOW, uniform=lowest)
    assert (found, drawn) == (Wait(0.0), [(0.0, 1.0)])


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_come_after_the_first_attempt(retries: int) -> None:
    made = 1
    while isinstance(judge(Failure(Kind.LOST), attempt=made, retries=retries), Wait):
        made += 1
    assert made == retries + 1


def test_attempt_numbers_without_end_do_not_overflow() -> None:
    assert judge(Failure(Kind.LOST), attempt=10**6, retries=10**7) == Wait(CAP_WAIT_S)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("nan", None),
        ("٣", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("3600", 3600.0),
        ("9" * 6000, 31_536_000.0),
        (formatdate(NOW + 30, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), 0.0),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Friday, 15-Jan-27 08:00:30 GMT", 30.0),
        ("Fri Jan 15 08:00:30 2027", 30.0),
        ("Fri, 15 Jan 2027 10:00:30 +0200", 30.0),
        ("Fri, 99 Jan 2027 99:99:99 GMT", None),
        ("Fri, 15 Jan 99999 08:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(text: str | None, expected: float | None) -> None:
    assert asked_wait_s({} if text is None else {"retry-after": text}, NOW) == expected


@pytest.mark.parametrize("ahead_s", [-86_400, -40, 40, 7_000, 10**9])
@pytest.mark.parametrize("asked_s", [0, 30, 3600])
def test_a_date_is_measured_by_the_clock_of_whoever_wrote_it(asked_s: int, ahead_s: int) -> None:
    answered = NOW + ahead_s
    until = formatdate(answered + asked_s, usegmt=True)
    pace = {"retry-after": until, "date": formatdate(answered, usegmt=True)}
    assert asked_wait_s(pace, NOW) == asked_s
    assert judge(Failure(Kind.STATUS, 429, pace)) == (
        GiveUp(3600.0) if asked_s == 3600 else Wait(max(0.5, asked_s))
    )


@pytest.mark.parametrize("date", ["", "soon", "7"])
def test_without_a_date_of_the_answer_our_own_clock_counts(date: str) -> None:
    pace = {"retry-after": formatdate(NOW + 30, usegmt=True), "date": date}
    assert asked_wait_s(pace, NOW) == 30.0


def test_seconds_need_no_clock() -> None:
    assert asked_wait_s({"retry-after": "7", "date": formatdate(0, usegmt=True)}, NOW) == 7.0


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no tzset")
def test_a_date_is_read_the_same_in_every_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert asked_wait_s({"retry-after": "Fri Jan 15 08:00:30 2027"}, NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured_up_to_a_minute(status: int) -> None:
    assert judge(asking(status, "60")) == Wait(60.0)
    assert judge(asking(status, "60.1")) == GiveUp(60.1)


def test_a_verdict_is_equal_to_its_own_kind_alone() -> None:
    verdicts: list[Wait | GiveUp] = [Wait(60.0), GiveUp(60.0), Wait(60.0), GiveUp()]
    assert len(set(verdicts)) == 3
    assert list(map(repr, verdicts[:2])) == ["Wait(60.0)", "GiveUp(60.0)"]
    assert verdicts[0] != verdicts[1]


@pytest.mark.parametrize("status", [429, 503])
def test_a_longer_retry_after_ends_it_at_once(status: int) -> None:
    assert judge(asking(status, "3600")) == GiveUp(asked_s=3600.0)
    assert judge(asking(status, "3600"), retries=0) == GiveUp(asked_s=3600.0)


@pytest.mark.parametrize("text", ["0", "rubbish", formatdate(NOW - 9, usegmt=True)])
def test_a_retry_after_that_asks_for_nothing_leaves_the_usual_wait(text: str) -> None:
    assert judge(asking(429, text), attempt=3) == Wait(2.0)


@pytest.mark.parametrize("status", [302, 400, 404])
def test_retry_after_does_not_make_a_final_status_pass(status: int) -> None:
    assert judge(asking(status, "1")) == GiveUp()


def test_the_worst_case_counts_deadlines_looks_and_waits() -> None:
    assert worst_total_s(30, 3) == 4 * 30 + 3 * 60
    assert worst_total_s(30, 3, looks_first=True) == 8 * 30 + 3 * 60
    assert worst_total_s(5, 0, looks_first=True) == 5


@given(_FAILURES, st.integers(1, 9), st.integers(0, 9))
def test_every_failure_ends_or_waits_no_longer_than_promised(
    failure: Failure,
    attempt: int,
    retries: int,
) -> None:
    found = judge(failure, attempt=attempt, retries=retries)
    if isinstance(found, Wait):
        assert 0 <= found.seconds <= LONGEST_RETRY_AFTER_S
        assert attempt <= retries
        assert (
            failure.status in {408, 429} or failure.status >= 500 or failure.kind is not Kind.STATUS
        )
    elif found.asked_s is not None:
        assert found.asked_s > LONGEST_RETRY_AFTER_S


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9 ]{1,9} [A-Z][a-z]{2} [0-9:+ -]{1,30}"))
def test_any_retry_after_text_is_read_or_ignored(text: str) -> None:
    found = asked_wait_s({"retry-after": text, "date": text[::-1]}, NOW)
    assert found is None or 0 <= found < float("inf")
