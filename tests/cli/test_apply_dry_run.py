"""apply --dry-run -o json: the requests that it shows are those that are then sent."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from import_process import variables
from sandbox_cli import LISTS
from sandbox_served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from conftest import Cli

ADA, BOB = "ada@example.com", "bob@example.com"
DIGEST = LISTS["Weekly digest"]


class Bodies:
    """Remembers the bodies of the writes that a server was sent."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def around(self, app: WSGIApplication) -> WSGIApplication:
        def logged(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if environ["REQUEST_METHOD"] != "GET":
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                environ["wsgi.input"] = io.BytesIO(body)
                self.found.append(json.loads(body))
            return app(environ, start)

        return logged


@pytest.fixture
def bodies() -> Bodies:
    return Bodies()


@pytest.fixture
def service(memory_path: Path, bodies: Bodies) -> Iterator[Served]:
    with served(memory_path / "sandbox.sqlite3", around=bodies.around) as server:
        yield server


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, ("update", "-e", ADA, "--first-name", "A", "--list", f"{DIGEST}=false", "-u", "1")),
        (2, ("update", "-e", ADA, "--new-email", BOB, "-u", "2", "--replace-user-id")),
        (1, ("create", "-e", BOB, "--prop", "seats=3")),
        (1, ("delete", "-u", "1", "--yes")),
    ],
)
def test_what_a_dry_run_shows_is_what_is_sent(  # noqa: PLR0913 - a case
    cli: Cli, tmp_path: Path, service: Served, bodies: Bodies, *, count: int, words: tuple[str, ...]
) -> None:
    env = variables(service)

    def run(*words: str) -> str:
        done = cli(*words, env=env)
        assert done.code == 0, done.err
        return done.out

    run("update", "-e", ADA, "-u", "1", "--first-name", "Ada", "--list", f"{DIGEST}=true")
    plan, undo = str(tmp_path / "p.jsonl"), str(tmp_path / "u.jsonl")
    run(*words, "--plan", plan)
    for file, flags in ((plan, ("--undo-file", undo)), (undo, ())):
        bodies.found.clear()
        *rows, _ = map(json.loads, run("apply", file, "--dry-run", "-o", "json").splitlines())
        assert bodies.found == []
        run("apply", file, *flags)
        shown = [body for row in rows for body in row["requests"]]
        assert len(shown) == count
        assert shown == bodies.found
