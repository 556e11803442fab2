"""Key commands on Windows: the names of its folders, its programs and their shims."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import CredentialsError
from contactctl.profiles.key_command import split_command
from contactctl.profiles.windows_programs import to_start

if TYPE_CHECKING:
    from pathlib import Path

SHELL = r'"C:\Windows\System32\cmd.exe" /d /v:off /s /c'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"C:\Tools\op.exe read", [r"C:\Tools\op.exe", "read"]),
        (r'"C:\Program Files\op.exe" read x\y', [r"C:\Program Files\op.exe", "read", r"x\y"]),
        (r"op read 'op://a b/key'", ["op", "read", "op://a b/key"]),
        (r"op read \\server\share\ #1", ["op", "read", "\\\\server\\share\\", "#1"]),
    ],
)
def test_a_backslash_means_itself(text: str, words: list[str]) -> None:
    assert split_command(text, "win32") == words


def test_a_quote_that_is_left_open_is_refused_there_too() -> None:
    with pytest.raises(CredentialsError, match="left open"):
        split_command('op read "op://a', "win32")


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """Return an environment with two folders of programs."""
    for name in ("one/op.cmd", "two/op.exe", "two/pass.exe", "two/tool.js", "two/a b.bat"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    paths = [tmp_path / "none", tmp_path / "one", tmp_path / "two"]
    return {"PATH": ";".join(map(str, paths)), "PATHEXT": ".COM;.EXE;.BAT;.CMD;.JS"}


def test_a_program_is_found_in_the_order_of_the_folders(
    folders: dict[str, str], tmp_path: Path
) -> None:
    assert to_start(["pass", "show", "a b"], folders) == [
        str(tmp_path / "two/pass.exe"),
        "show",
        "a b",
    ]
    (tmp_path / "one/pass.exe").touch()
    assert to_start(["pass"], folders) == [str(tmp_path / "one/pass.exe")]


def test_its_kind_is_taken_in_the_order_of_the_variable(
    folders: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "one/op.exe").touch()
    assert to_start(["op"], folders) == [str(tmp_path / "one/op.exe")]
    for variable in (".CMD;.EXE", ""):
        found = to_start(["op"], {**folders, "PATHEXT": variable})
        assert isinstance(found, str) == bool(variable)
    assert to_start(["op.exe"], {**folders, "PATHEXT": ".CMD"}) == [str(tmp_path / "one/op.exe")]


def test_a_shim_is_handed_its_words_between_quotation_marks(
    folders: dict[str, str], tmp_path: Path
) -> None:
    shim = tmp_path / "one/op.cmd"
    assert to_start(["op", "read", "a&calc ^b", "C:\\x\\"], folders) == (
        f'{SHELL} ""{shim}" "read" "a&calc ^b" "C:\\x\\\\""'
    )
    other = {**folders, "SystemRoot": r"D:\Win"}
    found = to_start([str(tmp_path / "two/a b")], other)
    assert isinstance(found, str)
    assert found.startswith(r'"D:\Win\System32\cmd.exe" ')
    assert found.endswith(f'""{tmp_path / "two/a b.bat"}""')


@pytest.mark.parametrize("word", ["100%", "%PATH%", 'a"b', "a\nb", "a\rb"])
def test_what_a_shim_would_read_as_something_else_is_refused(
    folders: dict[str, str], word: str
) -> None:
    with pytest.raises(OSError, match=r"a \.cmd or \.bat file cannot be handed"):
        to_start(["op", word], folders)
    assert to_start(["pass", word], folders)[-1] == word


def test_a_program_of_the_current_folder_is_started_by_its_path_alone(
    folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.exe").touch()
    monkeypatch.chdir(tmp_path)
    for paths in (";", ".", f"{folders['PATH']};.;"):
        with pytest.raises(OSError, match="no folder of PATH"):
            to_start(["here"], {**folders, "PATH": paths})
    assert to_start(["./here"], folders) == ["./here.exe"]


@pytest.mark.parametrize("name", ["tool", "tool.js", "nothing"])
def test_what_is_not_there_or_no_program_is_an_error_of_the_system(
    folders: dict[str, str], name: str
) -> None:
    with pytest.raises(OSError, match="no folder of PATH"):
        to_start([name], folders)


def test_what_it_returns_is_what_a_process_is_started_with(folders: dict[str, str]) -> None:
    """Of a list Python makes one text by the rules that programs there read it by."""
    found = to_start(["pass", 'a "b"'], folders)
    assert isinstance(found, list)
    assert subprocess.list2cmdline(found).endswith(r'"a \"b\""')
