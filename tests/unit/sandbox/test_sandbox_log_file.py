"""The file of requests: private, appended to, and nobody's trouble when it cannot be written."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from contactctl.errors import MachineError
from contactctl.sandbox.log_file import open_log_file
from contactctl.sandbox.store import open_memory_store


def test_lines_are_appended_to_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    for line in ('{"number":1}', '{"note":"Zoë"}'):
        with open_log_file(path, pytest.fail) as log:
            log.write(line)
    assert path.read_text("utf-8") == '{"number":1}\n{"note":"Zoë"}\n'
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot write") as caught:
        open_log_file(tmp_path / "none" / "requests.jsonl", pytest.fail)
    assert str(tmp_path) in caught.value.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full disk")
def test_a_full_disk_is_warned_of_once() -> None:
    warnings: list[str] = []
    with open_log_file(Path("/dev/full"), warnings.append) as log:
        for _ in range(3):
            log.write("{}")
    assert len(warnings) == 1
    assert os.strerror(28) in warnings[0]


def test_a_sandbox_in_memory_begins_with_the_demonstration_data_and_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        with open_memory_store() as store:
            assert list(store.dump()) == []
            before = store.version()
            store.reset({"contacts": [{"email": "ada@example.com"}]})
            assert len(list(store.dump())) == 1
            assert store.version() != before
    assert list(tmp_path.iterdir()) == []
