from __future__ import annotations

import contextlib
import errno
import os
import stat
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from contactctl.errors import MachineError
from contactctl.files import (
    check_readable,
    elsewhere,
    is_there,
    make_private_folder,
    remove_leftovers,
    save_whole,
)
from contactctl.replacing import take_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD, NEW = b"old", b"new" * 1000


class FailingDisk(ModuleType):
    """The functions of os, of which the n-th call fails, or every call from the n-th on."""

    def __init__(self, fails_at: int, *, for_ever: bool = False) -> None:
        super().__init__("failing_disk")
        self.calls = 0
        self.fails_at = fails_at
        self.for_ever = for_ever

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever os has
        return lambda *arguments: self._call(name, arguments)

    def _call(self, name: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
        self.calls += 1
        if self.calls == self.fails_at or (self.for_ever and self.calls > self.fails_at):
            if name == "close":
                os.close(*arguments)
            raise OSError(errno.EIO, "Input/output error")
        return getattr(os, name)(*arguments)


class DrippingDisk(ModuleType):
    """A disk that takes seven bytes at a time."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(os, name)

    @staticmethod
    def write(descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data[:7])


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
def test_the_file_is_private_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "file"
    with umask(mask):
        save_whole(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == NEW


def test_a_file_open_to_all_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    path.chmod(0o666)
    save_whole(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    save_whole(tmp_path / "file", NEW)
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - names are what counts


def test_the_text_is_on_the_disk_before_it_takes_the_old_ones_place_and_the_name_after(
    tmp_path: Path,
) -> None:
    class RecordingDisk(ModuleType):
        calls: ClassVar[list[str]] = []

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever os has
            self.calls.append(name)
            return getattr(os, name)

    save_whole(tmp_path / "file", NEW, disk=RecordingDisk("recording"))
    steps = [name for name in RecordingDisk.calls if name in {"write", "fsync", "replace"}]
    assert steps == ["write", "fsync", "replace", "fsync"]


class HeldDisk(ModuleType):
    """A disk whose files are open elsewhere at the first attempts to replace one."""

    def __init__(self, times: int) -> None:
        super().__init__("held_disk")
        self.times = times

    def replace(self, new: Path, path: Path) -> None:
        self.times -= 1
        if self.times >= 0:
            raise PermissionError(errno.EACCES, "Access is denied")
        os.replace(new, path)  # noqa: PTH105 - of os, whose place this takes


def test_windows_replaces_a_file_when_its_reader_has_closed_it(tmp_path: Path) -> None:
    new, path = tmp_path / "new", tmp_path / "file"
    path.write_bytes(OLD)
    new.write_bytes(NEW)
    pauses: list[float] = []
    take_place(new, path, HeldDisk(3), platform="win32", sleep=pauses.append)
    assert (path.read_bytes(), new.exists()) == (NEW, False)
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_a_file_that_stays_open_is_an_error_after_two_seconds(tmp_path: Path) -> None:
    pauses: list[float] = []
    with pytest.raises(PermissionError):
        take_place(tmp_path, tmp_path, HeldDisk(99), platform="win32", sleep=pauses.append)
    assert 1.5 < sum(pauses) < 2.5


def test_elsewhere_a_refusal_is_no_matter_of_time(tmp_path: Path) -> None:
    disk = HeldDisk(1)
    with pytest.raises(PermissionError):
        take_place(tmp_path, tmp_path, disk, platform="linux")
    assert disk.times == 0


def test_short_writes_are_continued(tmp_path: Path) -> None:
    save_whole(tmp_path / "file", NEW, disk=DrippingDisk("dripping"))
    assert (tmp_path / "file").read_bytes() == NEW


@pytest.mark.parametrize("for_ever", [False, True])
def test_any_failing_disk_call_leaves_the_old_text_or_the_new(
    tmp_path: Path,
    for_ever: bool,  # noqa: FBT001 - a row of the table above
) -> None:
    path = tmp_path / "file"
    count = FailingDisk(0)
    save_whole(path, OLD, disk=count)
    assert count.calls >= 8
    for number in range(1, count.calls + 1):
        path.write_bytes(OLD)
        with pytest.raises(MachineError, match="Input/output error") as caught:
            save_whole(path, NEW, disk=FailingDisk(number, for_ever=for_ever))
        assert str(path) in caught.value.message
        assert path.read_bytes() in {OLD, NEW}
        assert for_ever or os.listdir(tmp_path) == ["file"]  # noqa: PTH208
        remove_leftovers(path)


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    others = ["file", ".file.lock", ".file.new2", ".fileX.ab.new", "file.new"]
    for name in [*others, ".file.0a1b.new", ".file.ffff.new"]:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "file")
    assert sorted(os.listdir(tmp_path)) == sorted(others)  # noqa: PTH208


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "file"
    with pytest.raises(MachineError, match="No such file or directory") as caught:
        save_whole(path, NEW)
    assert str(path) in caught.value.message


def test_a_link_to_where_nothing_is_yet_leads_to_a_private_folder(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "a" / "b")
    make_private_folder(link, "go elsewhere")
    assert link.is_symlink()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_folders_made_on_the_way_are_private_whatever_the_umask(tmp_path: Path) -> None:
    for mask in (0o000, 0o777):
        made = [tmp_path / f"{mask}", tmp_path / f"{mask}" / "b", tmp_path / f"{mask}" / "b" / "c"]
        with umask(mask):
            make_private_folder(made[-1], "go elsewhere")
        assert [stat.S_IMODE(one.stat().st_mode) for one in made] == [0o700] * 3


def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for below in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(MachineError, match=f"cannot make the folder {below}: ") as caught:
            make_private_folder(below, elsewhere("cache"))
        assert caught.value.hint == (
            "check its permissions, or set CONTACTCTL_CACHE_DIR to another folder"
        )


def test_what_is_no_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check_readable(tmp_path / "file", "state")
    check_readable(tmp_path / "nothing", "state")
    check_readable(tmp_path, "state")
    found = [is_there(tmp_path / name) for name in ("file", "nothing", "file/below")]
    assert found == [True, False, False]
