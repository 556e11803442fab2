"""Standard input kept in a private file."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from contactctl.errors import MachineError
from contactctl.importing.reading.input_file import is_spool, remove_spool, save_spool

if TYPE_CHECKING:
    from pathlib import Path


class Broken(io.BytesIO):
    """Breaks off after the first piece."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(size)


def test_the_copy_is_whole_and_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = save_spool(io.BytesIO(b"x" * 3_000_000), tmp_path / "state", "-")
    finally:
        os.umask(old)
    assert path.read_bytes() == b"x" * 3_000_000
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_two_copies_never_share_a_name(tmp_path: Path) -> None:
    assert len({save_spool(io.BytesIO(b""), tmp_path, "-") for _ in range(20)}) == 20


def test_a_copy_that_breaks_off_is_removed(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match='cannot read "rows": No space left'):
        save_spool(Broken(b"x" * 3_000_000), tmp_path, "rows")
    assert list(tmp_path.iterdir()) == []


def test_only_a_copy_is_ever_removed(tmp_path: Path) -> None:
    path = save_spool(io.BytesIO(b"x"), tmp_path / "state", "-")
    mine = tmp_path / "people.csv"
    mine.write_bytes(b"x")
    remove_spool(mine, tmp_path / "state")
    remove_spool(path, tmp_path / "other")
    assert path.exists()
    assert is_spool(path, tmp_path / "state")
    remove_spool(path, tmp_path / "state")
    assert not path.exists()
    assert mine.exists()
