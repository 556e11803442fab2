"""An undo file on disk: each line there before it counts, none written over, and gone on with."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactRef
from contactctl.errors import DamagedFileError, MachineError, UsageError
from contactctl.plans.file_account import FileAccount
from contactctl.plans.lines import FileSource, Header, Planned
from contactctl.plans.plan_file import open_plan_file, planned_of
from contactctl.plans.undo_file import open_undo_file
from contactctl.plans.whole_part import find_whole_part

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = FileSource("people.csv", "d1", "email -> email")
HEADER = Header("undo", FileAccount("abc", None, "https://app.loops.so/api"), 1.76e9, SOURCE)


def planned(number: int) -> Planned:
    change = {"firstName": FieldChange("é\u2028", None)}
    return Planned((ContactRef("email", f"{number}@example.com"),), "update", change, "c1", number)


def lines_in(path: Path) -> list[int | None]:
    """Return the lines of the imported file that an undo file tells of, as they are undone."""
    return [planned_of(row).line for row in open_plan_file(path, path.name).rows_backwards()]


def is_ended(path: Path) -> bool:
    found = find_whole_part(path)
    return found is not None and found.ended


class Disk:
    """The functions of ``os``."""

    open, fsync, fchmod, close = os.open, os.fsync, os.fchmod, os.close
    ftruncate, unlink = os.ftruncate, os.unlink

    def write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)


class ToldDisk(Disk):
    """A disk that tells what is asked of it while a line is added."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def write(self, descriptor: int, data: memoryview) -> int:
        self.calls.append("write")
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:  # type: ignore[override]  # a function of os above
        self.calls.append("fsync")
        os.fsync(descriptor)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "u.jsonl"


@pytest.fixture
def begun(path: Path) -> Path:
    with open_undo_file(path, HEADER) as undo:
        undo.add(planned(1))
        undo.add(planned(2))
    return path


def test_lines_come_back_the_last_one_first(begun: Path) -> None:
    assert lines_in(begun) == [2, 1]
    assert not is_ended(begun)


def test_it_is_for_its_owner_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0o477)
    try:
        open_undo_file(path, HEADER).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_refused_and_left_as_it_is(begun: Path) -> None:
    text = begun.read_bytes()
    with pytest.raises(UsageError, match="already exists"):
        open_undo_file(begun, HEADER)
    assert begun.read_bytes() == text


def test_a_resumed_run_goes_on_with_its_file(begun: Path) -> None:
    with open_undo_file(begun, replace(HEADER, created=1.77e9), resume=True) as undo:
        undo.add(planned(3))
        undo.finish()
    assert lines_in(begun) == [3, 2, 1]
    assert is_ended(begun)


def test_a_resumed_run_without_a_file_makes_one(path: Path) -> None:
    open_undo_file(path, HEADER, resume=True).close()
    assert lines_in(path) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(HEADER, source=None),
        replace(HEADER, source=SOURCE._replace(digest="d2")),
        replace(HEADER, source=SOURCE._replace(mapping="")),
        replace(HEADER, account=HEADER.account._replace(digest="x")),
    ],
)
def test_the_file_of_another_run_is_refused(begun: Path, other: Header) -> None:
    with pytest.raises(UsageError, match="another run"):
        open_undo_file(begun, other, resume=True)


def test_the_file_of_a_run_that_has_ended_is_refused(path: Path) -> None:
    with open_undo_file(path, HEADER) as undo:
        undo.finish()
    with pytest.raises(UsageError, match="has finished"):
        open_undo_file(path, HEADER, resume=True)


def test_cut_anywhere_it_is_gone_on_with_without_the_line_that_was_cut(begun: Path) -> None:
    whole = begun.read_bytes()
    ends = [number + 1 for number, byte in enumerate(whole) if byte == ord("\n")]
    for size in range(len(whole)):
        begun.write_bytes(whole[:size])
        with open_undo_file(begun, HEADER, resume=True) as undo:
            undo.add(planned(3))
        left = sum(end <= size for end in ends[1:])
        assert lines_in(begun) == [3, *[2, 1][2 - left :]], size


def test_a_line_of_zeros_at_the_end_is_dropped(begun: Path) -> None:
    with begun.open("ab") as file:
        file.write(bytes(100))
    with open_undo_file(begun, HEADER, resume=True) as undo:
        undo.add(planned(3))
    assert lines_in(begun) == [3, 2, 1]


def test_damage_before_the_last_line_is_an_error(begun: Path) -> None:
    whole = begun.read_bytes()
    begun.write_bytes(whole.replace(b"1@example.com", b"7@example.com"))
    with pytest.raises(DamagedFileError, match="not what was written"):
        open_undo_file(begun, HEADER, resume=True)
    begun.write_bytes(b"a,b\nc,d\n")
    with pytest.raises(DamagedFileError):
        open_undo_file(begun, HEADER, resume=True)
    assert begun.read_bytes() == b"a,b\nc,d\n"


def test_many_threads_add_whole_lines(path: Path) -> None:
    with open_undo_file(path, HEADER) as undo, ThreadPoolExecutor(8) as pool:
        list(pool.map(undo.add, map(planned, range(100))))
    assert sorted(line or 0 for line in lines_in(path)) == list(range(100))


def test_a_line_is_on_the_disk_when_add_returns(path: Path) -> None:
    disk = ToldDisk()
    with open_undo_file(path, HEADER, disk=disk) as undo:  # type: ignore[arg-type]  # as os
        disk.calls.clear()
        undo.add(planned(1))
        assert disk.calls == ["write", "fsync"]


class FullDisk(Disk):
    """A disk with room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, descriptor: int, data: memoryview) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        size = os.write(descriptor, data[: self.room])
        self.room -= size
        return size


def test_after_a_full_disk_nothing_is_added_any_more(path: Path) -> None:
    disk = FullDisk(520)
    with open_undo_file(path, HEADER, disk=disk) as undo:  # type: ignore[arg-type]  # as os
        undo.add(planned(1))
        with pytest.raises(MachineError, match="No space left"):
            undo.add(planned(2))
        disk.room = 10_000
        with pytest.raises(MachineError, match="No space left"):
            undo.add(planned(3))
        with suppress(MachineError):
            undo.finish()
    assert lines_in(path) == [1]


def test_a_file_that_cannot_be_begun_is_not_left_behind(path: Path) -> None:
    disk = FullDisk(10)
    with pytest.raises(MachineError, match="No space left"):
        open_undo_file(path, HEADER, disk=disk)  # type: ignore[arg-type]  # as os
    assert not path.exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"no/u\.jsonl"):
        open_undo_file(tmp_path / "no" / "u.jsonl", HEADER)
