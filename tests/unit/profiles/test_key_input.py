from __future__ import annotations

import getpass
import io
import warnings

import pytest
from conftest import Stream

from contactctl.errors import ContactctlError, MachineError, UsageError
from contactctl.profiles.key_input import ask_key, read_key

SECRET = "canary-0123456789abcdef"


class Unreadable(io.RawIOBase):
    """A standard input whose disk is gone."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:  # noqa: ARG002 - RawIOBase's interface
        raise OSError(5, "Input/output error")


def asking(answer: str | Exception) -> tuple[list[tuple[str, object]], object]:
    """Return a stand-in for getpass, and the list of what it was asked."""
    asked: list[tuple[str, object]] = []

    def ask(question: str, stream: object) -> str:
        asked.append((question, stream))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asked, ask


def test_the_question_goes_to_stderr_and_the_answer_comes_back() -> None:
    stderr = Stream(terminal=True)
    asked, ask = asking(SECRET)
    assert ask_key(stderr, ask=ask) == SECRET  # type: ignore[arg-type]
    assert asked == [("API key (not shown): ", stderr)]
    assert stderr.getvalue() == ""


@pytest.mark.parametrize("answer", ["", EOFError()])
def test_no_answer_is_a_usage_error_that_names_the_flags(answer: str | Exception) -> None:
    _, ask = asking(answer)
    with pytest.raises(UsageError, match="no API key was entered") as caught:
        ask_key(Stream(), ask=ask)  # type: ignore[arg-type]
    assert "--key-stdin" in (caught.value.hint or "")


def test_a_terminal_that_would_show_the_key_is_not_used() -> None:
    def ask(_question: str, stream: object) -> str:
        warnings.warn("echo", getpass.GetPassWarning, stacklevel=1)
        return str(stream)

    with pytest.raises(UsageError, match="cannot hide what is typed"):
        ask_key(Stream(), ask=ask)


def test_all_of_standard_input_is_read_as_text() -> None:
    for raw, text in ((b"key\n", "key\n"), (b"a\xff", "a\udcff"), (b"", "")):
        assert read_key(io.TextIOWrapper(io.BytesIO(raw), encoding="ascii")) == text
    assert read_key(Stream("key")) == "key"


def test_a_wrong_file_does_not_fill_the_memory() -> None:
    assert len(read_key(io.TextIOWrapper(io.BytesIO(b"x" * 1_000_000)))) == 1 << 16


@pytest.mark.parametrize(
    ("stdin", "kind", "words"),
    [
        (None, UsageError, "standard input is closed"),
        (Stream(terminal=True), UsageError, "which would show the key"),
        (io.TextIOWrapper(io.BufferedReader(Unreadable())), MachineError, "Input/output error"),
    ],
)
def test_a_standard_input_that_cannot_be_read_is_said(
    stdin: io.TextIOBase | None, kind: type[ContactctlError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        read_key(stdin)  # type: ignore[arg-type]


def test_a_closed_standard_input_is_said() -> None:
    stdin = Stream("key")
    stdin.close()
    with pytest.raises(UsageError, match="standard input is closed"):
        read_key(stdin)
