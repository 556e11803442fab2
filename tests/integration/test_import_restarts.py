"""A real import while the service is killed and started again: nothing failed, nothing lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from chained_rows import dumped
from import_process import importing, number_of
from server_process import server_process

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from import_process import Importing

_LOOK_S = 0.005
_MOST_S = 60.0


def write_people(path: Path, count: int) -> dict[str, str]:
    """Write rows whose last fifth has the contacts of the first; return who ends with what."""
    contacts = count - count // 5
    rows = [(f"p{number % contacts}@example.com", f"row {number}") for number in range(count)]
    path.write_text("".join(f"{email},{name}\n" for email, name in [("email", "firstName"), *rows]))
    return dict(rows)


def wait_for_rows(run: Importing, count: int) -> None:
    """Wait until so many rows have been told of."""
    until = time.monotonic() + _MOST_S
    while run.out.count("\n") < count:
        assert time.monotonic() < until
        assert run.process.poll() is None, run.err
        time.sleep(_LOOK_S)


@pytest.mark.parametrize(
    ("count", "restarts", "flags"),
    [
        (150, 1, ()),
        (150, 1, ("--lookup",)),
        pytest.param(20_000, 80, (), marks=pytest.mark.slow),
        pytest.param(20_000, 80, ("--lookup",), marks=pytest.mark.slow),
    ],
)
def test_no_row_pays_for_a_service_that_is_started_again(
    tmp_path: Path,
    own_folders: Mapping[str, str],
    count: int,
    restarts: int,
    flags: tuple[str, ...],
) -> None:
    file, db = tmp_path / "people.csv", tmp_path / "served.sqlite3"
    expected = write_people(file, count)
    with server_process(db, own_folders, latency_ms=2) as server:
        env = {**own_folders, **server.variables}
        words = ("--rate=max", "-o", "json", *flags)
        with importing(env, tmp_path, file, *words) as run:
            for number in range(1, restarts + 1):
                wait_for_rows(run, number * count // (restarts + 1))
                server.kill()
                server.start()
            assert run.end(_MOST_S) == 0, run.err
        assert server.starts == restarts + 1
    told = run.rows
    assert [number_of(row) for row in told] == list(range(1, count + 1))
    assert {row["status"] for row in told} == {"done"}
    assert {str(item["email"]): item["firstName"] for item in dumped(db)} == expected
    if flags:
        created = [row["change"] for row in told].count("created")
        # What was created by a write whose answer was lost is found to be there.
        assert len(expected) - 10 * restarts <= created <= len(expected)
