"""import waits for a service that is away before its first write, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_calls import GOOD, key_for
from fault_server import FaultServer, hang_up, reply, reply_json

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli
    from fault_server import Behaviour

PROPERTIES, LISTS, FIND = "GET contacts/properties", "GET lists", "GET contacts/find"
UPDATE, KEY = "PUT contacts/update", "GET api-key"
AWAY = reply(503)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("email,plan,list:News\nada@example.com,basic,true\n")
    return path


def service(route: str, *first: Behaviour) -> FaultServer:
    """Return a service in good health but for its first answers on one route."""
    good = {name: [reply_json(value)] for name, value in GOOD.items()}
    return FaultServer([], {**good, route: [*first, *good[route]]})


@pytest.mark.parametrize("first", [AWAY, hang_up], ids=["503", "lost"])
@pytest.mark.parametrize(
    ("route", "words"),
    [
        (PROPERTIES, "cannot list the properties: "),
        (LISTS, "cannot list the mailing lists: "),
        (KEY, "cannot check the API key: "),
    ],
)
def test_while_it_is_asked_about_the_account(
    cli: Cli, file: Path, first: Behaviour, route: str, words: str
) -> None:
    with service(route, first) as server:
        done = cli("import", str(file), "--retries=0", env=key_for(server))
    assert done.code == 0, done.err
    said = done.err.splitlines()
    assert said[0].startswith(words)
    assert said[0].endswith("; waiting for the service, 10 min 0 s at most")
    assert said[-1].startswith("1 row: 1 done")
    routes = server.routes_seen()
    assert (routes.count(route), routes.count(UPDATE)) == (2, 1)


@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--max-changes=1",)])
def test_while_the_first_contact_is_looked_up(cli: Cli, file: Path, more: tuple[str, ...]) -> None:
    with service(FIND, AWAY) as server:
        done = cli("import", str(file), "--lookup", "--retries=0", *more, env=key_for(server))
    assert done.code == 0, done.err
    assert server.routes_seen().count(UPDATE) == (0 if "--dry-run" in more else 1)


def test_no_longer_than_the_patience(cli: Cli, file: Path) -> None:
    with FaultServer([AWAY]) as server:
        words = ("import", str(file), "--retries=0", "--patience=0.3s", "-o", "json")
        done = cli(*words, env=key_for(server))
    assert (done.code, done.out) == (7, "")
    assert (done.error["code"], done.error["outcome"]) == ("unavailable", "not_applied")
    assert set(server.routes_seen()) == {PROPERTIES}
    assert server.count >= 2


def test_repeats_of_one_question_are_no_patience_on_top_of_it(cli: Cli, file: Path) -> None:
    """Three repeats of each question, as usual, would wait for three seconds at least."""
    asks = reply(503, b"", [("Retry-After", "1")])
    with FaultServer([asks]) as server:
        done = cli("import", str(file), "--patience=0.5s", "-v", env=key_for(server))
    assert (done.code, server.count) == (7, 1)
    assert "before attempt" not in done.err


def test_without_patience_a_question_is_repeated_as_often_as_any(cli: Cli, file: Path) -> None:
    with service(PROPERTIES, AWAY) as server:
        done = cli("import", str(file), "--patience=0s", "--retries=1", env=key_for(server))
    assert done.code == 0, done.err


def test_a_key_that_is_refused_is_not_waited_for(cli: Cli, file: Path) -> None:
    with FaultServer([reply(401)]) as server:
        assert cli("import", str(file), env=key_for(server)).code == 4
    assert server.count == 1


def test_while_a_plan_and_its_application_ask_for_the_team(cli: Cli, file: Path) -> None:
    plan, good = file.with_name("plan.jsonl"), reply_json(GOOD[KEY])
    with service(KEY, AWAY, good, AWAY) as server:
        env, words = key_for(server), ("--retries=0",)
        made = cli("import", str(file), "--plan", str(plan), *words, env=env)
        assert (made.code, server.routes_seen().count(KEY)) == (0, 2)
        applied = cli("apply", str(plan), *words, env=env)
        assert (applied.code, server.routes_seen().count(KEY)) == (0, 4)
    assert "waiting for the service" in made.err
    assert "waiting for the service" in applied.err


def limited(limit: str) -> FaultServer:
    headers = [("x-ratelimit-limit", limit)] if limit else []
    return FaultServer(
        [], {name: [reply_json(value, 200, headers)] for name, value in GOOD.items()}
    )


@pytest.mark.parametrize(
    ("limit", "rate", "words"),
    [
        ("50", None, "at 40 a second"),
        ("50", "max", "at 50 a second"),
        ("50", "20", "at 20 a second"),
        ("5", "20", "at 5 a second"),
        ("", None, "at 8 a second"),
    ],
)
def test_the_time_is_told_at_the_limit_that_the_service_named(
    cli: Cli, file: Path, limit: str, rate: str | None, words: str
) -> None:
    flags = [] if rate is None else ["--rate", rate]
    with limited(limit) as server:
        done = cli("import", str(file), *flags, env=key_for(server))
        assert done.code == 0
        assert words in done.err.splitlines()[0]
        done = cli("import", str(file), "--dry-run", *flags, env=key_for(server))
        assert words in done.out


def test_the_account_is_named_and_asked_once(cli: Cli, file: Path) -> None:
    with limited("50") as server:
        for _ in range(2):  # the second time what the account declares is known already
            done = cli("import", str(file), env=key_for(server))
            assert done.err.splitlines()[1] == "account: team Acme, key from LOOPS_API_KEY"
            assert "at 40 a second" in done.err
        assert server.routes_seen().count(KEY) == 2
        done = cli("import", str(file), "--dry-run", "--offline", env=key_for(server))
        assert "account: key from LOOPS_API_KEY" in done.out
        assert server.routes_seen().count(KEY) == 2


def test_a_service_that_names_no_team_is_written_to_all_the_same(cli: Cli, file: Path) -> None:
    for answer in (reply(404), reply_json({"success": True})):
        with service(KEY, answer, answer) as server:
            done = cli("import", str(file), env=key_for(server))
        assert done.code == 0
        assert "account: key from LOOPS_API_KEY\n" in done.err
