"""Names that an encoding lacks: UTF-8 off a terminal, escapes on one, an error never."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from output_samples import SAMPLES, words_of
from sandbox_cli import exists

from contactctl.cli import main
from contactctl.files import SANDBOX_VARIABLE
from contactctl.output import fit_for_any_text
from contactctl.safe_text import to_spelled
from contactctl.session import Run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conftest import Cli, Program

ENCODINGS = ("ascii", "latin-1", "cp1252", "gbk", "shift_jis")
NAME = "Łukasz 🦊 東京"
#: How each encoding shows the name; what it has stays.
SHOWN = {
    **dict.fromkeys(("ascii", "latin-1", "cp1252"), r"\u{141}ukasz \u{1f98a} \u{6771}\u{4eac}"),
    **dict.fromkeys(("gbk", "shift_jis"), r"\u{141}ukasz \u{1f98a} 東京"),
    "utf-8": NAME,
}
WHO = ("-e", "ada@example.com")
#: A file of the folder that a test stands in, and a copy of it as it was in the beginning.
SANDBOX, FILLED = "sandbox.sqlite3", "filled.sqlite3"
#: Calls that say the name, each with what is typed: answers, questions, errors, and ``-v``.
NAMING: tuple[tuple[tuple[str, ...], str], ...] = (
    (("update", *WHO, "--last-name", NAME, "-v"), ""),
    (("update", *WHO, "--prop", f"note={NAME}", "--dry-run"), ""),
    (("update", *WHO, "--prop", f"{NAME}=1"), ""),
    (("update", *WHO, "--list", f"{NAME}=true"), ""),
    (("update", "--user-id", NAME, "--subscribed"), "y\n"),
    (("find", *WHO), ""),
    (("find", *WHO, "--field", "firstName"), ""),
    (("find", "--user-id", f"{NAME}x"), ""),
    (("create", *WHO, "--user-id", NAME), ""),
    (("import", "people.csv", "--dry-run"), ""),
    (("import", "unknown.csv"), "-\n\n"),
    (("import", "bad.csv", "--skip-invalid", "--rejects", f"{NAME}.csv"), ""),
    (("delete", "--user-id", NAME), "y\n"),
)
#: One call of each command; and what those above have not called.
OTHERS = [words_of(line) for line in {one.path: one.line for one in SAMPLES}.values()]


class _Bytes(io.BytesIO):
    def __init__(self, data: bytes = b"", *, terminal: bool, readable: bool = False) -> None:
        super().__init__(data)
        self._flags = terminal, readable

    def isatty(self) -> bool:
        return self._flags[0]

    def readable(self) -> bool:
        return self._flags[1]


class Said(NamedTuple):
    """What a call left on its streams."""

    code: int
    out: bytes
    err: bytes


def call(
    cli: Cli, words: Iterable[str], encoding: str, *, terminal: bool = False, typed: bytes = b""
) -> Said:
    """Run one call on streams of an encoding, with the line ends of Windows off a terminal."""
    stdin = _Bytes(typed, terminal=terminal, readable=True)
    written = _Bytes(terminal=terminal), _Bytes(terminal=terminal)
    streams = [
        io.TextIOWrapper(one, encoding, newline="" if terminal else "\r\n")
        for one in (stdin, *written)
    ]
    for stream in streams:
        fit_for_any_text(stream)
    code = main([*words], Run({**cli.env, "TERM": "dumb", "COLUMNS": "100"}, *streams))
    for stream in streams[1:]:
        stream.flush()
    return Said(code, *(one.getvalue() for one in written))


@pytest.fixture
def filled(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the program with a contact of that name, who has opted out, and files with it."""
    monkeypatch.chdir(tmp_path)
    cli.env[SANDBOX_VARIABLE] = SANDBOX
    fill(cli)
    shutil.copy(SANDBOX, FILLED)
    head = "email,firstName"
    texts = {
        "people.csv": f"{head}\nbob@example.com,{NAME}\n",
        "unknown.csv": f"{head},{NAME}\nbob@example.com,Bob,1\n",
        "bad.csv": f"{head}\n{NAME},Bob\nbob@example.com,{NAME}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return cli


def fill(cli: Cli) -> None:
    words = ("--user-id", NAME, "--first-name", NAME, "--prop", f"note={NAME}", "--unsubscribed")
    assert cli("update", "--sandbox", *WHO, *words).code == 0


def test_off_a_terminal_all_is_utf_8_with_plain_line_ends_in_any_locale(filled: Cli) -> None:
    named = [[*words, "--sandbox"] for words, _ in NAMING]
    for at, words in enumerate([*named, *OTHERS]):
        shutil.copy(FILLED, SANDBOX)
        done = call(filled, words, ENCODINGS[at % len(ENCODINGS)])
        assert done.code not in {1, 9}, (words, done.err)
        for text in (done.out, done.err):
            assert b"\r" not in text, words
            assert "\\u{" not in text.decode("utf-8"), words


@pytest.mark.parametrize(
    ("encoding", "first", "stride"),
    [
        ("ascii", 0, 1),
        ("utf-8", 0, 1),
        *((name, at % 2, 2) for at, name in enumerate(ENCODINGS[1:])),
        *(pytest.param(name, 0, 1, marks=pytest.mark.slow) for name in ENCODINGS[1:]),
    ],
)
def test_a_terminal_shows_what_its_encoding_lacks(
    filled: Cli, encoding: str, first: int, stride: int
) -> None:
    """Of two encodings that have the same signs, each is met by every other call."""
    for words, typed in NAMING[first::stride]:
        done = call(filled, [*words, "--sandbox"], encoding, terminal=True, typed=typed.encode())
        said = (done.out + done.err).decode(encoding)
        assert done.code in {0, 2, 3, 5, 6}, (words, said)
        # A table breaks a value at its spaces.
        assert all(word in said for word in SHOWN[encoding].split()), (words, said)
        if "-v" not in words and "import" not in words:
            assert max(map(len, said.splitlines())) <= 100, (words, said)


def test_every_command_can_be_said_in_ascii_on_a_terminal(filled: Cli) -> None:
    for words in OTHERS:
        shutil.copy(FILLED, SANDBOX)
        done = call(filled, words, "ascii", terminal=True, typed=b"y\n")
        said = (done.out + done.err).decode("ascii")
        assert done.code not in {1, 9}, (words, said)


def test_json_off_a_terminal_holds_the_name_as_it_is(filled: Cli) -> None:
    done = call(filled, ["find", "--sandbox", *WHO, "-o", "json"], "latin-1")
    assert NAME.encode() in done.out
    assert json.loads(done.out)["firstName"] == NAME


def test_the_program_itself_takes_no_encoding_from_outside(cli: Cli, program: Program) -> None:
    fill(cli)
    words = ("find", "--sandbox", "--user-id", NAME, "--field", "firstName")
    done = program(*words, env={"PYTHONIOENCODING": "cp1252:strict"})
    assert (done.code, done.out) == (0, f"{NAME}\n")


def test_a_word_that_the_locale_cannot_read_is_refused_by_its_encoding(
    cli: Cli, program: Program
) -> None:
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = program("update", "--sandbox", *WHO, "--first-name", "Łukasz", env=bare)
    assert done.code == 2
    assert "word 6 of the command line is not valid ASCII" in done.err
    assert not exists(cli, "ada@example.com")


def test_what_is_typed_in_another_encoding_is_no_yes(filled: Cli) -> None:
    words = ["delete", "--sandbox", "--user-id", NAME]
    for encoding in ("ascii", "shift_jis", "utf-8"):
        done = call(filled, words, encoding, terminal=True, typed=b"\xff\xe9y\n")
        assert (done.code, b"not confirmed" in done.err) == (2, True)


@given(st.text(st.characters(codec=None)), st.sampled_from([*ENCODINGS, "utf-8", "cp037"]))
def test_any_text_can_be_spelled_in_any_encoding(text: str, encoding: str) -> None:
    spelled = to_spelled(text, encoding)
    spelled.encode(encoding)
    assert to_spelled(spelled, encoding) == spelled


def test_signs_of_our_own_are_spelled_as_people_do() -> None:
    assert to_spelled("a → b…", "latin-1") == "a -> b..."
    assert to_spelled("a → b…", "gbk") == "a → b…"
