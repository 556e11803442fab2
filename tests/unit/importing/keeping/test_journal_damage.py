"""A journal of another version, torn or changed: named and left alone, never misread."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from one_journal import done, make

from contactctl.errors import ContactctlError, DamagedFileError, MachineError
from contactctl.importing.keeping.journal import open_journal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "run.journal"


@pytest.mark.parametrize(("version", "age"), [(3, "a newer"), (1, "an older")])
def test_a_journal_of_another_version_is_named_and_left_alone(
    path: Path, version: int, age: str
) -> None:
    make(path, 3).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DamagedFileError, match=f"{path} was made by {age} version") as caught:
        open_journal(path)
    assert "without --resume" in str(caught.value.hint)
    assert path.read_bytes() == before


def test_a_file_that_is_something_else_is_named_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely, and long enough for a header " * 50)
    with pytest.raises(DamagedFileError, match="is damaged"):
        open_journal(path)
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(DamagedFileError, match="is another program's file"):
        open_journal(path)


def test_a_state_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(MachineError):
        make(tmp_path / "state" / "run.journal")


def test_a_damaged_journal_is_let_go_of_at_once(path: Path) -> None:
    """Also while the error is still at hand, and with it every frame that it passed."""
    make(path, 5).close()
    change = "UPDATE result SET text = text || ' ' WHERE ordinal = 2"
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        connection.execute(change)
        with pytest.raises(DamagedFileError) as caught:
            open_journal(path)
        connection.execute(change)
    assert str(path) in caught.value.message


def torn(data: bytes, draw: random.Random) -> bytes:
    """Return a file cut short, with flipped bytes, or with a page of zeros."""
    kind = draw.randrange(3)
    place = draw.randrange(len(data))
    if kind == 0:
        return data[:place]
    if kind == 1:
        flipped = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            flipped[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        return bytes(flipped)
    page = place // 4096 * 4096
    return data[:page] + bytes(4096) + data[page + 4096 :]


def check_torn(path: Path, whole: bytes, count: int, seed: int) -> None:
    """Check that a torn journal opens with true results alone, or says that it is damaged."""
    path.write_bytes(torn(whole, random.Random(seed)))  # noqa: S311
    try:
        with open_journal(path) as journal:
            for ordinal in range(1, count + 1):
                assert journal.result_of(ordinal) in {done(ordinal), None}
    except ContactctlError as error:
        assert str(path) in error.message  # noqa: PT017
    path.with_name(path.name + "-journal").unlink(missing_ok=True)


@pytest.mark.parametrize("part", range(5))
def test_a_torn_journal_opens_or_says_so(path: Path, part: int) -> None:
    make(path, 300).close()
    whole = path.read_bytes()
    for seed in range(part * 60, part * 60 + 60):
        check_torn(path, whole, 300, seed)


@pytest.mark.slow
def test_a_thousand_torn_journals(path: Path) -> None:
    make(path, 300).close()
    whole = path.read_bytes()
    for seed in range(1000, 2000):
        check_torn(path, whole, 300, seed)
