from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from contactctl.sandbox.limits import RateLimit


@dataclass
class Clock:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_so_many_requests_in_a_second_and_no_more() -> None:
    limit = RateLimit(3, Clock())
    assert [limit.take().remaining for _ in range(4)] == [2, 1, 0, 0]
    assert limit.take().exceeded


def test_the_next_second_begins_anew() -> None:
    clock = Clock(1000.9)
    limit = RateLimit(2, clock)
    assert [limit.take().exceeded for _ in range(3)] == [False, False, True]
    clock.now_s = 1001.0
    assert [limit.take().exceeded for _ in range(3)] == [False, False, True]


def test_a_refused_request_spends_nothing() -> None:
    clock = Clock()
    limit = RateLimit(1, clock)
    for _ in range(50):
        limit.take()
    clock.now_s += 1
    assert not limit.take().exceeded


def test_a_budget_is_told_in_two_headers() -> None:
    assert RateLimit(10, Clock()).take().headers == (
        ("x-ratelimit-limit", "10"),
        ("x-ratelimit-remaining", "9"),
    )


def test_without_a_limit_there_are_no_headers() -> None:
    limit = RateLimit(None, Clock())
    budgets = [limit.take() for _ in range(100)]
    assert not any(budget.exceeded or budget.headers for budget in budgets)


def test_threads_share_the_budget_exactly() -> None:
    limit = RateLimit(100, Clock())
    with ThreadPoolExecutor(8) as threads:
        budgets = list(threads.map(lambda _: limit.take(), range(300)))
    assert sum(not budget.exceeded for budget in budgets) == 100
