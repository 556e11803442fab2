"""What an import is given: a file, a pipe, standard input."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import threading
from pathlib import Path

import pytest

from contactctl.errors import UsageError
from contactctl.importing.reading.input_file import open_input

TEXT = "email\na@b.co\n"


class Stdin(io.StringIO):
    """Standard input as a process has it."""

    @property
    def buffer(self) -> io.BytesIO:
        return io.BytesIO(self.getvalue().encode())


def test_a_file_is_read_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(TEXT)
    with open_input(str(file), io.StringIO(), tmp_path / "state") as given:
        assert (given.path, given.source.name) == (str(file), str(file))
    assert file.exists()
    assert not (tmp_path / "state").exists()


def test_the_same_file_has_the_same_name_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "people.csv").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    with open_input("people.csv", io.StringIO(), tmp_path) as given:
        assert given.name == str(tmp_path / "people.csv")
        assert given.source.name == "people.csv"


@pytest.mark.parametrize("stdin", [Stdin(TEXT), io.StringIO(TEXT)])
@pytest.mark.parametrize("kept", [True, False])
def test_standard_input_is_kept_until_it_is_done_with(
    tmp_path: Path,
    stdin: io.StringIO,
    kept: bool,  # noqa: FBT001
) -> None:
    stdin.seek(0)
    with open_input("-", stdin, tmp_path / "state") as given:
        assert [list(row.cells) for row in given.source.rows()] == [["a@b.co"]]
        assert given.name == "-"
        given.kept = kept
    assert Path(given.path).exists() == kept


def test_what_cannot_be_read_is_not_kept(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"standard input.* is empty"),
        open_input("-", io.StringIO(), tmp_path / "state"),
    ):
        pass
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_kept_like_standard_input(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(TEXT))
    writer.start()
    with open_input(str(pipe), io.StringIO(), tmp_path / "state") as given:
        for _ in range(2):
            assert len(list(given.source.rows())) == 1
    writer.join()
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.parametrize("cut", [-100, -8])
def test_a_packed_file_that_is_cut_off_far_behind_is_named(tmp_path: Path, cut: int) -> None:
    text = hashlib.shake_128(b"").hexdigest(2**20)
    packed = gzip.compress(text.encode(), 1)
    file = tmp_path / "p.csv.gz"
    file.write_bytes(packed[:cut] + b"\0" * 8 * (cut == -8))
    with (
        pytest.raises(UsageError, match="is not a whole gzip file"),
        open_input(str(file), io.StringIO(), tmp_path / "state", backslash_escapes=True),
    ):
        pass
    assert not list((tmp_path / "state").iterdir())


def test_a_copy_that_is_resumed_is_removed_when_it_is_done(tmp_path: Path) -> None:
    with open_input("-", io.StringIO(TEXT), tmp_path / "state") as given:
        given.kept = True
    with open_input(given.path, io.StringIO(), tmp_path / "state") as again:
        assert again.source.digest == given.source.digest
    assert not Path(given.path).exists()


def test_no_name_and_a_closed_input_are_refused(tmp_path: Path) -> None:
    closed = io.StringIO()
    closed.close()
    for file, stdin in (("", io.StringIO()), ("-", closed)):
        with pytest.raises(UsageError), open_input(file, stdin, tmp_path):
            pass
