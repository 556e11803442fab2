"""The cache of an account's answers: never in the way, never trusted too long."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from contactctl.account.cache import AccountCache, Kind, account_digest
from contactctl.exact_json import Number, parse_json
from contactctl.profiles.api_key import ApiKey

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.exact_json import JsonObject

NOW = 1_700_000_000.9
ITEMS: list[JsonObject] = [{"key": "plan", "label": "Plan", "type": "string"}]


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> AccountCache:
    return AccountCache(tmp_path / "cache", "digest", clock)


def write(cache: AccountCache, text: str, kind: Kind = "properties") -> None:
    path = cache.path(kind)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_what_is_kept_is_there_within_the_hour(cache: AccountCache, clock: Clock) -> None:
    cache.save("properties", ITEMS)
    clock.now += 3598
    assert cache.load("properties") == ITEMS
    assert cache.load("lists") is None
    clock.now = int(NOW) + 3600
    assert cache.load("properties") is None
    assert cache.problems == []


def test_a_date_to_come_is_not_trusted(cache: AccountCache, clock: Clock) -> None:
    cache.save("properties", ITEMS)
    clock.now -= 60
    assert cache.load("properties") is None


def test_nothing_kept_is_no_problem(cache: AccountCache) -> None:
    assert cache.load("lists") is None
    assert cache.load_candidates("lists") == []
    assert cache.problems == []


def test_an_empty_answer_is_an_answer(cache: AccountCache) -> None:
    cache.save("lists", [])
    assert cache.load("lists") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_nobody_else_can_read_it(cache: AccountCache) -> None:
    before = os.umask(0)
    try:
        cache.save("properties", ITEMS)
    finally:
        os.umask(before)
    path = cache.path("properties")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


DAMAGED = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"version":1}',
    '{"version":"1","savedAt":1700000000,"items":[]}',
    '{"version":1,"savedAt":"1700000000","items":[]}',
    '{"version":1,"savedAt":1700000000,"items":{}}',
    '{"version":1,"savedAt":1700000000,"items":[],"items":[]}',
    '{"version":1,"savedAt":NaN,"items":[]}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_named_and_left_alone(cache: AccountCache, text: str) -> None:
    write(cache, text)
    assert cache.load("properties") is None
    assert len(cache.problems) == 1
    assert str(cache.path("properties")) in cache.problems[0]
    before = cache.path("properties").read_bytes()
    cache.save("properties", ITEMS)
    assert cache.path("properties").read_bytes() == before


def test_bytes_that_are_no_text_are_damage(cache: AccountCache) -> None:
    write(cache, "")
    cache.path("properties").write_bytes(b"\xff\xfe\x00")
    assert cache.load("properties") is None
    assert cache.load_candidates("properties") == []


@pytest.mark.parametrize("stamp", ["1e400", "-1e400", "7" * 5000, "1e-400", "-1", "0"])
def test_no_date_is_too_strange(cache: AccountCache, stamp: str) -> None:
    write(cache, f'{{"version":1,"savedAt":{stamp},"items":[]}}')
    assert cache.load("properties") is None


def test_a_file_of_another_version_is_left_alone(cache: AccountCache) -> None:
    text = '{"version":2,"savedAt":1700000000,"items":[]}'
    write(cache, text)
    assert cache.load("properties") is None
    cache.save("properties", ITEMS)
    assert cache.path("properties").read_text(encoding="utf-8") == text
    assert "another version" in cache.problems[0]


def test_items_of_another_shape_are_passed_over(cache: AccountCache) -> None:
    write(cache, '{"version":1,"savedAt":1700000000,"items":[1,null,{"key":"plan"},[]]}')
    assert cache.load("properties") == [{"key": "plan"}]


def test_without_a_folder_there_is_no_cache_and_no_error(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = AccountCache(tmp_path / "file" / "cache", "digest", clock)
    cache.save("properties", ITEMS)
    assert cache.load("properties") is None
    assert cache.problems == []


def test_a_folder_in_the_place_of_the_file_is_no_error(cache: AccountCache) -> None:
    cache.path("properties").mkdir(parents=True)
    cache.save("properties", ITEMS)
    assert cache.load("properties") is None
    assert [path.name for path in cache.path("lists").parent.iterdir()] == [
        cache.path("properties").name
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_the_place_of_the_file_does_not_hang(cache: AccountCache) -> None:
    cache.path("lists").parent.mkdir()
    os.mkfifo(cache.path("lists"))
    assert cache.load("lists") is None


def test_commands_side_by_side_never_see_a_part(cache: AccountCache, clock: Clock) -> None:
    long = [[{"key": f"{number}" * 400}] * 40 for number in range(8)]

    def command(number: int) -> bool:
        mine = AccountCache(cache.path("lists").parent, "digest", clock)
        mine.save("lists", [dict(item) for item in long[number % 8]])
        return mine.load("lists") in long and not mine.problems

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(command, range(40)))


def test_candidates_are_what_no_shell_would_run(cache: AccountCache) -> None:
    keys = ["plan", "a.b@c+d-e_1", "$(reboot)", "a;b", "a b", "", "x" * 81, "zo\u00eb", "a\n"]
    kept: list[JsonObject] = [{"key": key} for key in keys]
    cache.save("properties", [*kept, {"key": Number("1")}, {}])
    assert cache.load_candidates("properties") == ["a.b@c+d-e_1", "plan"]


def test_a_list_that_cannot_be_completed_by_name_is_by_id(cache: AccountCache) -> None:
    cache.save("lists", [{"id": "c1", "name": "News"}, {"id": "c2", "name": "$(reboot)"}])
    assert cache.load_candidates("lists") == ["News", "c2"]


def test_candidates_may_be_old(cache: AccountCache, clock: Clock) -> None:
    cache.save("properties", ITEMS)
    clock.now += 10**6
    assert cache.load_candidates("properties") == ["plan"]


def test_the_file_name_holds_no_secret(cache: AccountCache, tmp_path: Path, clock: Clock) -> None:
    digest = account_digest("https://a", profile=None, key=ApiKey("secret-key-12345"))
    cache = AccountCache(tmp_path, digest, clock)
    cache.save("lists", [])
    assert digest.isalnum()
    assert "secret" not in str(cache.path("lists"))
    assert parse_json(cache.path("lists").read_bytes()) == {
        "version": Number("1"),
        "savedAt": Number("1700000000"),
        "items": [],
    }


def test_accounts_are_told_apart() -> None:
    one, other = ApiKey("secret-key-12345"), ApiKey("secret-key-54321")
    digests = [
        account_digest("https://a", profile=None, key=one),
        account_digest("https://a", profile=None, key=other),
        account_digest("https://b", profile=None, key=one),
        account_digest("https://a", profile="work", key=one),
        account_digest("https://a", profile="home", key=one),
        account_digest("https://a", profile="work", team="Acme", key=one),
        account_digest("https://b", profile="work", team="Acme", key=one),
    ]
    assert len(set(digests)) == len(digests)


def test_the_key_of_a_profile_does_not_count() -> None:
    with_key = account_digest("https://a", profile="work", key=ApiKey("secret-key-12345"))
    assert with_key == account_digest("https://a", profile="work")
