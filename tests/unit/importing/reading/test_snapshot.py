"""A file that changes under a reading: no byte of what it became is given, and why is said."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import ChangedFileError, UsageError
from contactctl.importing.reading.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from contactctl.importing.reading.source import Source

HEADER = "email,firstName\n"
ROWS = [f"p{number:05}@example.com,Name {number:05}\n" for number in range(6000)]
TEXT = HEADER + "".join(ROWS)
CUT_AT = len(HEADER + "".join(ROWS[:3500]))


def cut(path: Path) -> None:
    os.truncate(path, CUT_AT)


def cut_in_a_line(path: Path) -> None:
    os.truncate(path, CUT_AT - 5)


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("new@example.com,New\n" * 10)


def append_half_a_line(path: Path) -> None:
    with path.open("a") as file:
        file.write("half@exam")


def overwrite(path: Path) -> None:
    with path.open("r+") as file:
        file.seek(CUT_AT)
        file.write("x9")


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_text(HEADER + "".join(ROWS[:20]))
    new.replace(path)


def replace_by_as_many(path: Path) -> None:
    new = path.with_name("new")
    new.write_text(TEXT.replace("Name", "Nome"))
    new.replace(path)


CHANGES = [
    (cut, "was cut short from 6,000 rows to 3,500 while"),
    (cut_in_a_line, "was cut short from 6,000 rows to 3,500 while"),
    (append, "grew from 6,000 rows to 6,010 while"),
    (append_half_a_line, "grew from 6,000 rows to 6,001 while"),
    (overwrite, "was overwritten while"),
    (replace, "was replaced by another file with 20 rows, not 6,000 while"),
    (replace_by_as_many, "was replaced by another file while"),
    (os.unlink, "was removed while"),
]


def write(path: Path, text: str = TEXT) -> Path:
    path.write_text(text)
    return path


def checked(path: Path) -> Source:
    """Return a source whose rows have been read through once, as the check does."""
    source = open_source(path)
    assert sum(1 for _ in source.rows()) == 6000
    return source


@pytest.mark.parametrize(("change", "words"), CHANGES)
@pytest.mark.parametrize("after", [0, 700, 3000])
def test_what_a_file_became_is_never_given(
    tmp_path: Path, change: Callable[[Path], None], words: str, after: int
) -> None:
    source = checked(write(tmp_path / "people.csv"))
    rows = source.rows()
    told = [next(rows) for _ in range(after)]
    change(source.path)
    with pytest.raises(ChangedFileError, match=words):
        told.extend(rows)
    texts = [",".join(row.cells) + "\n" for row in told]
    assert texts == ROWS[: len(texts)]
    assert len(texts) < 6000


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_a_change_is_seen_without_reading(
    tmp_path: Path, change: Callable[[Path], None], words: str
) -> None:
    source = checked(write(tmp_path / "people.csv"))
    source.check_unchanged()
    change(source.path)
    with pytest.raises(ChangedFileError, match=words):
        source.check_unchanged()


@pytest.mark.parametrize(("change", "_words"), CHANGES)
def test_what_was_removed_can_only_be_put_back(
    tmp_path: Path, change: Callable[[Path], None], _words: str
) -> None:
    source = checked(write(tmp_path / "people.csv"))
    change(source.path)
    with pytest.raises(ChangedFileError) as caught:
        source.check_unchanged()
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("put it back as it was")
    assert ("start over" in caught.value.hint) == source.path.exists()


@pytest.mark.parametrize(("change", "_words"), CHANGES)
def test_before_the_check_has_ended_nothing_was_written(
    tmp_path: Path, change: Callable[[Path], None], _words: str
) -> None:
    source = open_source(write(tmp_path / "people.csv"))
    rows = source.rows()
    next(rows)
    change(source.path)
    with pytest.raises(UsageError, match="while it was being read"):
        list(rows)


def test_what_is_overwritten_with_its_old_times_is_not_given(tmp_path: Path) -> None:
    path = write(tmp_path / "people.csv")
    source = checked(path)
    rows = source.rows()
    next(rows)
    before = path.stat()
    overwrite(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ChangedFileError, match="was overwritten"):
        list(rows)


def test_the_bytes_count_whatever_the_stamp_says(tmp_path: Path) -> None:
    """A file system may keep coarse times, and a mapped file none at all for a while."""
    path = write(tmp_path / "people.csv")
    source = checked(path)
    overwrite(path)
    source.snapshot._stamp = source.snapshot._stamp_now()
    with pytest.raises(ChangedFileError, match="was overwritten"):
        list(source.rows())


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_file_that_was_only_touched_is_the_same(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / "people.csv", TEXT.rstrip() + ending)
    source = checked(path)
    rows = source.rows()
    next(rows)
    os.utime(path, ns=(1, 1))
    assert sum(1 for _ in rows) == 5999
    copy = write(tmp_path / "copy", path.read_text())
    copy.replace(path)
    assert sum(1 for _ in source.rows()) == 6000


def test_a_packed_file_is_held_to_its_packed_bytes(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode(), compresslevel=0))
    source = checked(path)
    rows = source.rows()
    next(rows)
    path.write_bytes(gzip.compress(TEXT.replace("Name", "Nome").encode(), compresslevel=0))
    with pytest.raises(ChangedFileError, match="was overwritten"):
        list(rows)


def test_a_reading_that_loses_rows_is_refused(tmp_path: Path) -> None:
    source = checked(write(tmp_path / "people.csv"))
    source.snapshot.rows = 6001
    with pytest.raises(ChangedFileError):
        list(source.rows())
