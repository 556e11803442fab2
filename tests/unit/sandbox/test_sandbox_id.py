"""A sandbox is another one after a reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.sandbox.store import open_store, sandbox_id

if TYPE_CHECKING:
    from pathlib import Path


def test_a_reset_makes_another_sandbox_and_a_write_does_not(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    with open_store(path) as store:
        first = sandbox_id(path)
        with store.write() as transaction:
            transaction.set_suppressed("a@b.co", on=True)
        assert sandbox_id(path) == first
        store.reset()
    assert sandbox_id(path) != first


def test_two_files_are_two_sandboxes(tmp_path: Path) -> None:
    paths = [tmp_path / "a.sqlite3", tmp_path / "b.sqlite3"]
    for path in paths:
        open_store(path).close()
    assert sandbox_id(paths[0]) != sandbox_id(paths[1])


def test_a_file_that_is_missing_or_no_database_has_an_id_too(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    missing = sandbox_id(path)
    path.write_bytes(b"no database at all, and long enough to be looked at" * 20)
    assert sandbox_id(path) == missing
