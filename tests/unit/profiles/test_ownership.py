"""Whose ``profiles.toml`` is obeyed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from saved_profiles import put, stored

from contactctl.errors import MachineError
from contactctl.profiles.ownership import check_owners, is_read_only
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")

SOMEBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with a profile, in a folder of its own with a space in its name."""
    path = tmp_path / "my config" / "profiles.toml"
    put(ProfileStore(path), stored("a"))
    return path


def give_away(place: Path) -> int:
    """Make a place somebody else's; return the user from whose side it is."""
    if os.geteuid() != 0:
        return os.geteuid() + 1  # only root can give a file away: others look as somebody else
    os.chown(place, SOMEBODY, -1)
    return 0


def refusal(path: Path, uid: int | None = None) -> MachineError:
    """Return the error of reading a file, which that of writing it must equal."""
    found = []
    for use in (lambda store: store.load(), lambda store: put(store, stored("b"))):
        with pytest.raises(MachineError) as caught:
            use(ProfileStore(path, uid=uid))
        found.append(caught.value)
    assert str(found[0]) == str(found[1])
    return found[0]


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused_until_the_command_is_run(
    path: Path, mode: int
) -> None:
    before = path.read_bytes()
    path.chmod(mode)
    error = refusal(path)
    assert error.message.startswith(f"{path} can be written by other users of this machine")
    assert error.command == f"chmod go-w {shlex.quote(str(path))}"
    assert path.read_bytes() == before
    subprocess.run(shlex.split(error.command), check=True)
    assert list(ProfileStore(path).load().profiles) == ["a"]


def test_file_and_folder_are_put_right_by_one_command(path: Path) -> None:
    path.chmod(0o666)
    path.parent.chmod(0o777)
    error = refusal(path)
    assert error.command is not None
    assert error.command.count("my config") == 2
    subprocess.run(shlex.split(error.command), check=True)
    assert list(ProfileStore(path).load().profiles) == ["a"]


@pytest.mark.parametrize("part", ["file", "folder"])
def test_what_belongs_to_another_user_is_refused(path: Path, part: str) -> None:
    place = path if part == "file" else path.parent
    uid = give_away(place)
    error = refusal(path, uid)
    assert "belongs to another user" in error.message
    assert error.command is not None
    assert error.command.startswith(f"chown {uid} " if uid == 0 else f"sudo chown {uid} ")
    assert shlex.quote(str(place)) in error.command


def test_what_belongs_to_root_is_obeyed_by_everybody(path: Path) -> None:
    if os.geteuid() == 0:
        check_owners(path, uid=SOMEBODY)
    check_owners(path)


def test_a_link_counts_for_what_it_leads_to(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked" / "profiles.toml"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(path)
    check_owners(link)
    path.parent.chmod(0o770)
    error = refusal(link)
    assert error.command == f"chmod go-w {shlex.quote(str(path.parent))}"
    path.parent.chmod(0o700)
    path.chmod(0o602)
    assert "can be written" in refusal(link).message
    path.chmod(0o600)
    link.parent.chmod(0o702)
    error = refusal(link)
    assert error.command == f"chmod go-w {shlex.quote(str(link.parent))}"


def test_nobody_replaces_a_file_in_a_folder_like_tmp(path: Path) -> None:
    path.parent.chmod(0o1777)
    check_owners(path)
    path.chmod(0o606)
    assert shlex.quote(str(path)) in (refusal(path).command or "")


def test_a_folder_that_others_can_write_gets_no_key(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    store = ProfileStore(folder / "profiles.toml")
    assert store.load().profiles == {}
    with pytest.raises(MachineError, match="can be written by other users"):
        put(store, stored("a"))
    assert list(folder.iterdir()) == []


def test_the_bits_of_a_read_only_mount_do_not_count_but_its_owner_does(path: Path) -> None:
    """Volumes in containers may show any bits; nobody writes through one that is read-only."""
    path.chmod(0o666)
    check_owners(path, mounted_read_only=lambda _: True)
    uid = give_away(path)
    with pytest.raises(MachineError, match="belongs to another user"):
        check_owners(path, uid, mounted_read_only=lambda _: True)


def test_what_is_mounted_read_only_is_asked_of_the_system(path: Path) -> None:
    assert not is_read_only(path)
