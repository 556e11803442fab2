"""What the disk, its permissions and other writers can do to ``profiles.toml``."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest
import tomli_w
from saved_profiles import SECRET, URL, put, stored

from contactctl.errors import DamagedFileError, MachineError
from contactctl.profiles.profile import KeyCommand, Profile, StoredKey
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from collections.abc import Iterator

assert tomllib
assert tomli_w  # loaded while this process may still read them: see as_nobody

NOBODY = 65534


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "config" / "profiles.toml")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's rights for a while, where the tests run as root: permissions bind no root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """Make a folder that as_nobody owns and can reach."""
    with as_nobody():
        folder = Path(tempfile.mkdtemp())  # pytest's own folders are root's
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700)
    shutil.rmtree(folder)


# Permissions


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
def test_file_and_folder_are_private_whatever_the_umask(store: ProfileStore, mask: int) -> None:
    before = os.umask(mask)
    try:
        put(store, stored("a"))
    finally:
        os.umask(before)
    assert mode_of(store.path) == 0o600
    assert mode_of(store.path.parent) == 0o700
    assert {mode_of(path) for path in store.path.parent.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("source", "mode", "warned"),
    [
        (StoredKey(SECRET), 0o644, True),
        (StoredKey(SECRET), 0o640, True),
        (KeyCommand("op read x"), 0o644, False),
        (StoredKey(SECRET), 0o600, False),
        (StoredKey(SECRET), 0o400, False),
    ],
)
def test_a_file_open_to_others_is_warned_of_until_the_next_write(
    store: ProfileStore,
    source: StoredKey | KeyCommand,
    mode: int,
    warned: bool,  # noqa: FBT001 - a row of the table above
) -> None:
    put(store, Profile("a", URL, source))
    store.path.chmod(mode)
    warnings = store.load().warnings
    assert ["can be read by other users" in warning for warning in warnings] == [True] * warned
    put(store, stored("b"))
    assert store.load().warnings == ()


# The machine in the way


def test_a_folder_in_the_files_place_is_said(store: ProfileStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(MachineError, match="it is a folder"):
        store.load()
    with pytest.raises(MachineError, match="it is a folder"):
        put(store, stored("a"))


def test_a_pipe_in_the_files_place_is_not_waited_for(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    os.mkfifo(store.path)
    with pytest.raises(MachineError, match="it is not a regular file"):
        store.load()


def test_a_file_in_the_folders_place_is_said(store: ProfileStore) -> None:
    store.path.parent.write_text("")
    with pytest.raises(MachineError, match="Not a directory"):
        store.load()
    with pytest.raises(MachineError, match=r"config"):
        put(store, stored("a"))


def test_a_folder_in_the_locks_place_is_said(store: ProfileStore) -> None:
    Path(f"{store.path}.lock").mkdir(parents=True)
    with pytest.raises(MachineError, match=r"cannot lock .*profiles\.toml\.lock"):
        put(store, stored("a"))


def test_a_file_that_may_not_be_read_is_said(nobodys_folder: Path) -> None:
    store = ProfileStore(nobodys_folder / "profiles.toml")
    with as_nobody():
        put(store, stored("a"))
        store.path.chmod(0)
        with pytest.raises(MachineError, match="Permission denied") as caught:
            store.load()
    assert str(store.path) in caught.value.message
    assert not isinstance(caught.value, DamagedFileError)


def test_a_read_only_folder_can_be_read_and_not_written(nobodys_folder: Path) -> None:
    store = ProfileStore(nobodys_folder / "profiles.toml")
    with as_nobody():
        put(store, stored("a"))
        nobodys_folder.chmod(0o500)
        assert list(store.load().profiles) == ["a"]
        with pytest.raises(MachineError, match="Permission denied"):
            put(store, stored("b"))
        assert list(store.load().profiles) == ["a"]


def test_a_folder_that_may_not_be_made_is_said(nobodys_folder: Path) -> None:
    store = ProfileStore(nobodys_folder / "config" / "profiles.toml")
    with as_nobody():
        nobodys_folder.chmod(0o500)
        with pytest.raises(MachineError, match="cannot make the folder"):
            put(store, stored("b"))


def test_a_full_disk_leaves_the_old_file(store: ProfileStore) -> None:
    """A limit on file size stands in for the full disk: the write fails at the same place."""
    put(store, stored("a"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(MachineError, match="File too large"):
            put(store, stored("b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(store.load().profiles) == ["a"]
    assert sorted(path.name for path in store.path.parent.iterdir()) == [
        "profiles.toml",
        "profiles.toml.lock",
    ]


# Symbolic links


def test_a_linked_file_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "loops.toml"
    link = tmp_path / "config" / "profiles.toml"
    link.parent.mkdir()
    link.symlink_to(target)
    put(ProfileStore(link), stored("a"))
    put(ProfileStore(link), stored("b"))
    assert link.is_symlink()
    assert list(ProfileStore(target).load().profiles) == ["a", "b"]
    assert mode_of(target) == 0o600


def test_a_linked_folder_works(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real")
    put(ProfileStore(tmp_path / "linked" / "profiles.toml"), stored("a"))
    assert list(ProfileStore(tmp_path / "real" / "profiles.toml").load().profiles) == ["a"]


def test_links_in_a_circle_are_said(store: ProfileStore) -> None:
    store.path.parent.mkdir()
    store.path.symlink_to(store.path)
    with pytest.raises(MachineError, match="symbolic links"):
        store.load()


# Writers at once


WRITER = """
import sys
from pathlib import Path
from contactctl.profiles.profile import Profile, StoredKey
from contactctl.profiles.store import ProfileStore
path, who, count = sys.argv[1:]
for number in range(int(count)):
    with ProfileStore(Path(path)).modify() as book:
        name = f"{who}-{number}"
        book.profiles[name] = Profile(name, "https://app.loops.so/api", StoredKey("k"))
"""


def write_at_once(path: Path, writers: int, each: int) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"w{number}", str(each)])
        for number in range(writers)
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * writers


def test_writers_at_once_lose_nothing(store: ProfileStore) -> None:
    write_at_once(store.path, 8, 2)
    assert len(store.load().profiles) == 16


@pytest.mark.slow
def test_two_hundred_writes_of_twenty_writers_are_all_kept(store: ProfileStore) -> None:
    write_at_once(store.path, 20, 10)
    assert len(store.load().profiles) == 200


def test_a_writer_that_never_ends_is_not_waited_for_without_end(store: ProfileStore) -> None:
    put(store, stored("a"))
    impatient = ProfileStore(store.path, lock_timeout_s=0.1)
    with filelock.FileLock(f"{store.path}.lock"), pytest.raises(MachineError, match="has held"):
        put(impatient, stored("b"))
    assert list(store.load().profiles) == ["a"]


def test_what_a_killed_writer_left_is_cleared_away(store: ProfileStore) -> None:
    put(store, stored("a"))
    left = store.path.with_name(".profiles.toml.00ff.new")
    left.write_text(SECRET)
    put(store, stored("b"))
    assert not left.exists()
