from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from contactctl.doctor import machine
from contactctl.doctor.check import Check, exit_code_of, failed, look, ok, warn, worst_of
from contactctl.doctor.findings import findings
from contactctl.doctor.machine import FolderState
from contactctl.errors import (
    CredentialsError,
    MachineError,
    StoppedError,
)
from contactctl.profiles.profile import KeyVariable, Profile, StoredKey
from contactctl.profiles.settings import Setting
from contactctl.profiles.store import ProfileStore

if TYPE_CHECKING:
    from pathlib import Path

    from contactctl.files import FolderKind

SECRET = "canary-0123456789abcdef"
HOST = "https://app.example.com/api"


def by_name(checks: list[Check]) -> dict[str, Check]:
    found = {check.name: check for check in checks}
    assert len(found) == len(checks), "a name is there twice"
    return found


# findings


def test_the_first_failure_decides_the_exit_code_and_the_worst_the_status() -> None:
    checks = [
        ok("a", ""),
        warn("b", ""),
        failed("c", CredentialsError("no key")),
        failed("d", MachineError("no disk")),
    ]
    assert exit_code_of(checks) == 4
    assert exit_code_of(checks[:2]) == 0
    assert [worst_of(checks[:count]) for count in range(4)] == ["ok", "ok", "warn", "fail"]


def test_a_failure_takes_the_errors_words_unless_there_are_better_ones() -> None:
    error = MachineError("no disk", hint="buy one")
    assert failed("x", error) == Check("x", "fail", "no disk", "buy one", MachineError.exit_code)
    better = failed("x", error, detail="no disk here", hint="plug it in")
    assert (better.detail, better.hint) == ("no disk here", "plug it in")


@pytest.mark.parametrize(
    "error", [MachineError("damaged"), PermissionError(13, "Permission denied"), OSError()]
)
def test_what_a_check_raises_is_its_finding(error: Exception) -> None:
    def check() -> Check:
        raise error

    found = look("x", check)
    assert (found.status, found.exit_code) == ("fail", 9)
    assert found.detail.endswith(("damaged", "Permission denied", "refuses"))


def test_a_signal_is_no_finding() -> None:
    def check() -> Check:
        raise StoppedError("terminated", signum=signal.SIGTERM)

    with pytest.raises(StoppedError):
        look("x", check)


def test_piped_findings_have_one_line_each_whatever_is_in_them() -> None:
    answer = findings([ok("a", "x\ty\n\x1b[31m"), warn("b", "odd", "fix it")])
    assert answer.plain == ["ok\ta\tx\\u{9}y\\u{a}\\u{1b}[31m\t", "warn\tb\todd\tfix it"]
    assert answer.quiet == ["warn"]


# versions, folders, files


def test_a_python_newer_than_those_tested_is_worth_a_word() -> None:
    status = [
        next(check for check in machine.version_checks(version, "/py") if check.name == "Python")
        for version in ((3, 11, 0), (3, 14, 9), (3, 15, 0))
    ]
    assert [check.status for check in status] == ["ok", "ok", "warn"]
    assert "3.15.0 (/py, " in status[2].detail


@pytest.mark.parametrize(
    ("kind", "state", "status", "exit_code"),
    [
        ("config", FolderState(0o700), "ok", 0),
        ("config", FolderState(), "ok", 0),
        ("config", FolderState(0o750), "warn", 0),
        ("state", FolderState(0o755), "ok", 0),
        ("state", FolderState(0o770), "warn", 0),
        ("config", FolderState(0o500, writable=False), "fail", 9),
        ("state", FolderState(0o500, writable=False), "fail", 9),
        ("data", FolderState(writable=False), "fail", 9),
        ("data", FolderState(reason="it is not a folder"), "fail", 9),
        ("cache", FolderState(0o500, writable=False), "warn", 0),
        ("cache", FolderState(reason="it is not a folder"), "warn", 0),
    ],
)
def test_a_folder_is_judged_by_what_would_not_work(
    tmp_path: Path, kind: FolderKind, state: FolderState, status: str, exit_code: int
) -> None:
    found = machine.folder_check(kind, tmp_path, "the platform's folder", state)
    assert (found.status, found.exit_code) == (status, exit_code)
    assert found.name == f"{kind} folder"
    assert str(tmp_path) in found.detail
    assert (found.hint is None) == (status == "ok")
    if exit_code:
        assert f"CONTACTCTL_{kind.upper()}_DIR" in (found.hint or "")


def test_looking_at_folders(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert machine.look_at(private) == FolderState(0o700)
    assert machine.look_at(tmp_path / "a" / "b") == FolderState()
    assert not (tmp_path / "a").exists()
    assert machine.look_at(file).reason == "it is not a folder"
    assert machine.look_at(file / "below").reason == "Not a directory"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "not made yet")
    assert machine.look_at(link) == FolderState()
    link.unlink()
    link.symlink_to(file / "below")
    assert machine.look_at(link).reason == "Not a directory"


def test_places_are_looked_at_and_not_made(own_folders: dict[str, str], tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "config" / "profiles.toml")
    found = by_name(list(machine.place_checks(own_folders, store)))
    assert [check.status for check in found.values()] == ["ok"] * 7
    assert "CONTACTCTL_CACHE_DIR; not made yet" in found["cache folder"].detail
    assert list(tmp_path.iterdir()) == []


def test_no_home_is_a_finding_of_each_folder(own_folders: dict[str, str], tmp_path: Path) -> None:
    def find() -> Path:
        raise MachineError("there is no home folder", hint="set HOME")

    env = {**own_folders, "CONTACTCTL_SANDBOX_DB": str(tmp_path)}
    found = by_name(list(machine.place_checks(env, ProfileStore(find))))
    assert found["profiles file"].status == "fail"
    assert found["profiles file"].hint == "set HOME"
    assert found["sandbox file"].exit_code == 9


def test_profiles_are_counted_and_open_files_noticed(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profiles.toml")
    assert "not made yet" in machine.profiles_check(store).detail
    with store.modify() as book:
        book.profiles["a"] = Profile("a", HOST, KeyVariable("A"))
    assert machine.profiles_check(store).detail.endswith("(1 profile)")
    with store.modify() as book:
        book.profiles["b"] = Profile("b", HOST, StoredKey(SECRET))
    assert machine.profiles_check(store).detail.endswith("(2 profiles)")
    store.path.chmod(0o644)
    found = machine.profiles_check(store)
    assert (found.status, found.hint) == ("warn", f"chmod 600 {store.path}")


def test_a_damaged_file_is_a_finding_and_stays(own_folders: dict[str, str], tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "profiles.toml")
    store.path.write_text("version = [")
    sandbox = tmp_path / "sandbox.db"
    sandbox.write_bytes(b"no database at all, but longer than a header" * 100)
    before = sandbox.read_bytes()
    env = {**own_folders, "CONTACTCTL_SANDBOX_DB": str(sandbox)}
    found = by_name(list(machine.place_checks(env, store)))
    for name in ("profiles file", "sandbox file"):
        assert (found[name].status, found[name].exit_code) == ("fail", 9)
        assert found[name].hint
    assert sandbox.read_bytes() == before


# what is set


def test_variables_are_named_and_their_values_not_shown() -> None:
    env = {"HTTPS_PROXY": f"http://me:{SECRET}@proxy", "LOOPS_API_KEY": SECRET, "HOME": "/"}
    found = machine.environment_check(env)
    assert found.detail == "set: LOOPS_API_KEY, HTTPS_PROXY"
    assert (
        machine.environment_check({"HOME": "/"}).detail
        == "no variable changes where requests and files go"
    )


def test_settings_are_findings() -> None:
    error = CredentialsError("there is no profile b", hint="did you mean a?")
    found = by_name(
        list(
            machine.setting_checks(
                [
                    Setting("profile", None, "named on the command line", error.message, error),
                    Setting("address", HOST, "profile a"),
                    Setting("team", None, "seen when the key was last checked"),
                    Setting("overruled", "the active profile a", "set as well, and not used"),
                ]
            )
        )
    )
    assert found["profile"].exit_code == 4
    assert found["profile"].detail == "there is no profile b (named on the command line)"
    assert found["profile"].hint == "did you mean a?"
    assert found["address"] == ok("address", f"{HOST} (profile a)")
    assert "team" not in found
    assert found["overruled"].status == "warn"


def test_a_key_of_the_environment_has_no_profile() -> None:
    (found,) = machine.setting_checks([Setting("profile", None, "the variable LOOPS_API_KEY")])
    assert found == ok("profile", "none: the variable LOOPS_API_KEY counts")
