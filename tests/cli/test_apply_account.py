"""Whose plans are applied: those of the same profile, or of the same key, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from client_calls import KEY
from sandbox_served import served

from contactctl.plans.lines import parse_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Cli

OTHER_KEY = KEY[::-1]


@pytest.fixture
def key_env(cli: Cli, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve a sandbox, with a profile ``work`` for it, and return the variables of its bare key."""
    with served(tmp_path / "served.sqlite3") as server:
        url = f"{server.address}/v1"
        words = ("--no-check", "--base-url", url, "--key-stdin")
        assert cli("profile", "add", "work", *words, stdin=KEY).code == 0
        yield {"LOOPS_API_KEY": KEY, "CONTACTCTL_BASE_URL": url}


def planned(cli: Cli, path: Path, *words: str, env: dict[str, str] | None = None) -> Path:
    done = cli("create", "-e", "ada@example.com", "--plan", str(path), *words, env=env)
    assert done.code == 0, done.err
    return path


def test_a_plan_made_with_a_profile_is_applied_with_its_key_and_once(
    cli: Cli, key_env: dict[str, str], tmp_path: Path
) -> None:
    plan, undo = planned(cli, tmp_path / "p.jsonl", "-p", "work"), tmp_path / "u.jsonl"
    done = cli("apply", str(plan), "--undo-file", str(undo), env=key_env)
    assert done.code == 0, done.err
    # Neither way again: what tells that it was applied is of the plan, not of who applied it.
    for words, env in ((("-p", "work"), {}), ((), key_env)):
        done = cli("apply", str(plan), *words, env=env)
        assert (done.code, "applied already" in done.err) == (5, True)
    assert cli("apply", str(undo), "-p", "work").code == 0
    assert cli("find", "ada@example.com", "-p", "work").code == 3


def test_a_plan_made_with_a_key_is_applied_with_a_profile_of_it(
    cli: Cli, key_env: dict[str, str], tmp_path: Path
) -> None:
    plan = planned(cli, tmp_path / "p.jsonl", env=key_env)
    assert cli("apply", str(plan), "-p", "work").code == 0


def test_another_key_is_another_account_also_where_the_teams_have_one_name(
    cli: Cli, key_env: dict[str, str], tmp_path: Path
) -> None:
    plan = planned(cli, tmp_path / "p.jsonl", "-p", "work")
    done = cli("apply", str(plan), env=key_env | {"LOOPS_API_KEY": OTHER_KEY})
    assert (done.code, "another account" in done.err) == (5, True)
    assert "teams may have the same name" in done.err
    assert KEY not in plan.read_text()


@pytest.mark.usefixtures("key_env")
def test_a_plan_of_before_keys_had_digests_is_told_by_its_profile_alone(
    cli: Cli, tmp_path: Path
) -> None:
    plan = planned(cli, tmp_path / "p.jsonl", "-p", "work")
    old = json.loads(plan.read_text().splitlines()[0])
    key = old["account"].pop("key")
    header = parse_header(json.dumps(old))
    assert header.account.key is None
    assert header.account.is_same(header.account._replace(key=key))
    assert not header.account.is_same(header.account._replace(digest=key))


@pytest.mark.usefixtures("key_env")
def test_a_profile_whose_key_is_of_another_team_by_now_is_another_account(
    cli: Cli, tmp_path: Path
) -> None:
    plan = planned(cli, tmp_path / "p.jsonl", "-p", "work")
    made = parse_header(plan.read_text().splitlines()[0]).account
    assert made.team == "Sandbox"
    for now, is_same in (
        (made._replace(key="other"), True),  # a renewed key
        (made._replace(key="other", team="Other"), False),
        (made._replace(key="other", team=None), True),
        (made._replace(team="Other"), True),  # a team that was given another name
    ):
        assert made.is_same(now) is now.is_same(made) is is_same
