"""What imports leave on the machine: found, gone when it has expired, and never under a run."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looped_cases import case

from contactctl.importing.keeping.journal_rows import RunIdentity
from contactctl.importing.keeping.journals import Journals
from contactctl.importing.keeping.kept import (
    FINISHED_DAYS,
    UNFINISHED_DAYS,
    Kept,
    clean_expired,
    holds,
    identity_of,
    is_running,
    kept_files,
    remove,
)
from contactctl.importing.row import Result

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.importing.keeping.open_run import OpenRun

NOW = 1_800_000_000.0
DAY_S = 86_400
IDENTITY = RunIdentity("people.csv", "digest", "mapping", "account", 3)


def aged(path: Path, days: float) -> Path:
    os.utime(path, (NOW - days * DAY_S,) * 2)
    return path


def begin(
    folder: Path, identity: RunIdentity = IDENTITY, *, finished: bool = False, days: float = 0
) -> OpenRun:
    """Begin a run so many days ago; the caller ends it."""
    run = Journals(folder, NOW - days * DAY_S).begin(identity)
    run.journal.record(Result(1, "done", "c1"))
    run.journal.state.finished = finished
    return run


def names(folder: Path) -> list[str]:
    return sorted(path.suffix or path.name for path in folder.iterdir() if path.suffix != ".lock")


@pytest.mark.parametrize(
    ("finished", "days", "stays"),
    [
        (True, FINISHED_DAYS - 1, True),
        (True, FINISHED_DAYS + 1, False),
        (False, UNFINISHED_DAYS - 1, True),
        (False, UNFINISHED_DAYS + 1, False),
    ],
)
def test_runs_go_by_age(tmp_path: Path, finished: bool, days: int, stays: bool) -> None:  # noqa: FBT001
    begin(tmp_path, finished=finished, days=days).close()
    (one,) = kept_files(tmp_path)
    aged(one.path, days)
    clean_expired(tmp_path, NOW)
    assert bool(kept_files(tmp_path)) == stays


def test_a_clock_that_is_ahead_ends_no_run_under_way(tmp_path: Path) -> None:
    """Neither the journal nor the copy of standard input that belongs to it."""
    run = begin(tmp_path, replace(IDENTITY, source="-"), days=0)
    aged(run.journal.path, 0)
    (tmp_path / "stdin-abc").touch()
    aged(tmp_path / "stdin-abc", 0.1)
    clean_expired(tmp_path, NOW + 40 * DAY_S)
    assert names(tmp_path) == [".journal", ".journal-journal", "stdin-abc"]
    assert all(is_running(one, kept_files(tmp_path)) for one in kept_files(tmp_path))
    assert not any(remove(one, kept_files(tmp_path)) for one in kept_files(tmp_path))
    run.close()
    for path in tmp_path.iterdir():
        aged(path, 0)
    clean_expired(tmp_path, NOW + 40 * DAY_S)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("days", "stays"), [(0.9, True), (1.1, False)])
@pytest.mark.parametrize("name", ["stdin-abc", "old.journal.new"])
def test_what_nobody_can_go_on_with_is_gone_after_a_day(
    tmp_path: Path,
    name: str,
    days: float,
    stays: bool,  # noqa: FBT001
) -> None:
    (tmp_path / name).touch()
    aged(tmp_path / name, days)
    clean_expired(tmp_path, NOW)
    assert (tmp_path / name).exists() == stays


def test_a_copy_of_standard_input_stays_as_long_as_its_run(tmp_path: Path) -> None:
    (tmp_path / "stdin-abc").touch()
    aged(tmp_path / "stdin-abc", 3)
    begin(tmp_path, replace(IDENTITY, source="-"), days=3 - 1 / 24).close()
    aged(next(tmp_path.glob("*.journal")), 3)
    clean_expired(tmp_path, NOW)
    assert names(tmp_path) == [".journal", "stdin-abc"]


def test_cleaning_never_fails(tmp_path: Path) -> None:
    clean_expired(tmp_path / "none", NOW)
    (tmp_path / "a file").touch()
    clean_expired(tmp_path / "a file", NOW)
    (tmp_path / "folder.journal").mkdir()
    aged(tmp_path / "folder.journal", 99)
    (tmp_path / "somebody else's").touch()
    aged(tmp_path / "somebody else's", 99)
    clean_expired(tmp_path, NOW)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_run_tells_what_it_imported(tmp_path: Path) -> None:
    begin(tmp_path, finished=True).close()
    (one,) = kept_files(tmp_path)
    assert one.kind == "finished_run"
    assert identity_of(one) == IDENTITY
    one.path.write_bytes(b"damaged" * 1000)
    assert identity_of(one) is None


ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
CHUNK = 2**20


def held(file: Path, text: bytes, address: str) -> bool:
    file.write_bytes(text)
    return holds(Kept("stdin_copy", file, NOW, NOW), address)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_address_is_found_in_any_encoding_and_across_chunks(
    tmp_path: Path, encoding: str
) -> None:
    text = b" " * (CHUNK - 10) + ' "Ädä@Example.com" '.encode(encoding)
    assert held(tmp_path / "stdin-abc", text, "Ädä@example.com")
    assert not held(tmp_path / "stdin-abc", text, "bob@example.com")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("where", [0, CHUNK - 12, CHUNK - 4, CHUNK, CHUNK + 3])
def test_a_longer_address_is_another_one(tmp_path: Path, encoding: str, where: int) -> None:
    """However the chunks lie in which the file is read."""
    longer = ("bob@x.co", "b.b@x.co", "o'b@x.co", "a+b@x.co", "éb@x.co", "b@x.com", "b@x.co.uk")
    for text in (*longer, "b@x.co-op.org"):
        with case(text):
            space = " ".encode(encoding)
            data = space * (where // len(space)) + f"{text}\n{text}".encode(encoding)
            assert not held(tmp_path / "stdin-abc", data, "b@x.co")
            assert held(tmp_path / "stdin-abc", data + "\nB@X.CO".encode(encoding), "b@x.co")


def test_what_stands_around_an_address_is_no_part_of_it(tmp_path: Path) -> None:
    around = ('"{}"', "a;{};c", "a|{}|c", "'{}'", "<{}>", "mailto:{}", "to {}.", "{}, {}", "“{}”")
    escaped = ('{{"a":"x\\n{}\\ny"}}', '{{"a":"\\u003c{}\\u003e"}}')
    for form in (*around, *escaped):
        with case(form):
            text = form.format("b@x.co", "c@x.co").encode()
            assert held(tmp_path / "stdin-abc", text, "b@x.co")
