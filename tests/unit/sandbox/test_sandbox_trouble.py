"""Failures by number, share, method and path; latencies; what befalls requests one by one."""

from __future__ import annotations

import pytest

from contactctl.errors import UsageError
from contactctl.sandbox.limits import RateLimit
from contactctl.sandbox.trouble import (
    Fault,
    Latency,
    Script,
    Trouble,
    parse_fault,
    parse_latency,
    to_faults,
    to_latencies,
)


def trouble(*faults: str, draw: float | None = None, seed: int | None = None) -> Trouble:
    """Return trouble with these faults, each drawn number the same one or of a seed."""
    script = Script(to_faults(faults), seed=seed)
    return Trouble(script, RateLimit(None, lambda: 0.0), None if draw is None else lambda: draw)


def statuses(asked: Trouble, count: int, method: str = "GET", path: str = "/lists") -> list[int]:
    """Return the status that each of several equal requests fails with, 0 for none."""
    faults = [asked.fault_of(method, path) for _ in range(count)]
    return [fault.status if fault else 0 for fault in faults]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503:0.1", Fault(503, 0.1)),
        ("429:1", Fault(429, 1)),
        ("500:1e-3", Fault(500, 0.001)),
        ("503@3", Fault(503, numbers=range(3, 4))),
        ("503@2-4", Fault(503, numbers=range(2, 5))),
        ("500:0.1:PUT:/contacts/update", Fault(500, 0.1, method="PUT", path="/contacts/update")),
        ("500:1:/contacts", Fault(500, 1, path="/contacts")),
        ("404@1:DELETE", Fault(404, numbers=range(1, 2), method="DELETE")),
    ],
)
def test_a_fault_is_a_status_and_what_it_falls_on(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert parse_fault(text).text == text


@pytest.mark.parametrize(
    "text",
    ["", "503", ":0.1", "503:", "200:0.1", "600:0.1", "503:0", "503:1.1", "503:-1", "503:nan",
     "503:inf", "a:b", "503:0.1:2", "503@0", "503@", "503@4-3", "503@x", "503:0.1:put", "503:e",
     "503:1:PUT:contacts", "503:1:/a b", "503@1:0.5", "5030:1", "503:1:/a:PUT"],
)  # fmt: skip
def test_anything_else_is_no_fault(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_fault(text)
    assert "503:0.1" in str(caught.value.hint)
    assert "503@3" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "latency"),
    [("80", Latency(0.08)), ("500:/contacts/find", Latency(0.5, "/contacts/find"))],
)
def test_a_latency_is_milliseconds_and_perhaps_a_path(text: str, latency: Latency) -> None:
    assert parse_latency(text) == latency


@pytest.mark.parametrize("text", ["", "-1", "0.5", "80:", "80:find", "600001", "80:/a b"])
def test_anything_else_is_no_latency(text: str) -> None:
    with pytest.raises(UsageError, match="latency"):
        parse_latency(text)


def test_shares_add_up_and_leave_the_rest_alone() -> None:
    found = [
        statuses(trouble("503:0.25", "429:0.25", draw=n / 100 + 1e-9), 1)[0] for n in range(100)
    ]
    assert [found.count(status) for status in (503, 429, 0)] == [25, 25, 50]


def test_a_share_of_one_is_every_request() -> None:
    assert statuses(trouble("500:1", draw=0.999999), 3) == [500] * 3


def test_a_number_is_that_request_and_a_range_those() -> None:
    assert statuses(trouble("503@3"), 5) == [0, 0, 503, 0, 0]
    assert statuses(trouble("503@2-4"), 5) == [0, 503, 503, 503, 0]


def test_two_faults_count_the_same_requests_and_the_first_given_wins() -> None:
    assert statuses(trouble("503@2", "500@2-3"), 4) == [0, 503, 500, 0]


def test_a_fault_of_a_path_counts_and_hits_its_own_requests_alone() -> None:
    asked = trouble("500@2:PUT:/contacts/update")
    assert statuses(asked, 1, "PUT", "/contacts/update") == [0]
    assert statuses(asked, 3, "GET", "/contacts/update") == [0] * 3
    assert statuses(asked, 3, "PUT", "/contacts/updated") == [0] * 3
    assert statuses(asked, 2, "PUT", "/contacts/update") == [500, 0]


def test_a_path_stands_for_those_below_it() -> None:
    asked = trouble("500:1:/contacts", draw=0.5)
    assert statuses(asked, 1, path="/contacts/find") == [500]
    assert statuses(asked, 1, path="/contactsfind") == [0]


def test_a_seed_lets_chance_repeat_itself() -> None:
    first, again = (statuses(trouble("503:0.5", seed=7), 40) for _ in range(2))
    assert first == again
    assert set(first) == {0, 503}
    assert first != statuses(trouble("503:0.5", seed=8), 40)


def test_another_script_counts_from_the_first_request_again() -> None:
    asked = trouble("503@2", seed=7)
    assert statuses(asked, 3) == [0, 503, 0]
    asked.set(asked.script)
    assert statuses(asked, 3) == [0, 503, 0]


def test_of_several_latencies_that_of_the_longest_path_counts() -> None:
    script = Script(latencies=to_latencies(["80", "500:/contacts/find", "20:/contacts"]))
    asked = Trouble(script, RateLimit(None, lambda: 0.0))
    paths = ["/lists", "/contacts/find", "/contacts/update", "/contacts"]
    assert [asked.latency_s(path) for path in paths] == [0.08, 0.5, 0.02, 0.02]
    asked.set(Script())
    assert asked.latency_s("/lists") == 0
