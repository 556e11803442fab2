"""import: a mapping is saved, read back, and means the same as the flags that it was saved from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(f"email,Tier,state,Fax\n{ADA},pro,active,1\n{BOB},free,cancelled,2\n")
    return file


FLAGS = ("--map=Tier=plan", "--unsubscribed-when=state=cancelled", "--ignore-unknown")


def test_a_saved_mapping_does_what_its_flags_did(cli: Cli, tmp_path: Path, file: Path) -> None:
    kept = tmp_path / "map.toml"
    done = imported(cli, file, *FLAGS, "--save-map", str(kept), "--dry-run")
    assert (done.code, dump(cli)) == (0, [])
    assert f"--map-file {kept}" in done.err
    rows_of(cli, file, "--map-file", str(kept))
    assert dump(cli, "plan", "subscribed") == [(ADA, "pro", True), (BOB, "free", False)]


def test_the_flags_of_a_call_win(cli: Cli, tmp_path: Path, file: Path) -> None:
    kept = tmp_path / "map.toml"
    kept.write_text('ignore-unknown = true\n[map]\nTier = "zip"\nstate = "note"\n')
    rows_of(cli, file, "--map-file", str(kept), "--map=Tier=plan")
    assert dump(cli, "plan", "zip", "note") == [
        (ADA, "pro", None, "active"),
        (BOB, "free", None, "cancelled"),
    ]


def test_a_run_goes_on_by_flags_that_began_by_a_file(cli: Cli, tmp_path: Path, file: Path) -> None:
    """What counts is what the columns mean, not where that was written."""
    kept = tmp_path / "map.toml"
    kept.write_text(
        "ignore-unknown = true\nunsubscribed-when = {state = ['cancelled']}\n[map]\nTier = 'plan'\n"
    )
    rows_of(cli, file, "--map-file", str(kept), "--limit=1")
    done = imported(cli, file, *FLAGS, "--resume", "-o", "json")
    assert done.code == 0, done.err
    assert '"line":3' in done.out
    assert '"line":2' not in done.out
    assert len(dump(cli)) == 2


def test_the_way_on_names_the_file(cli: Cli, tmp_path: Path, file: Path) -> None:
    kept = tmp_path / "map.toml"
    kept.write_text("ignore-unknown = true\n")
    done = imported(cli, file, "--map-file", str(kept))
    assert done.code == 2
    assert f"--map-file={kept} " in done.err.splitlines()[-1]


def test_nothing_is_saved_where_the_file_cannot_be_imported(
    cli: Cli, tmp_path: Path, file: Path
) -> None:
    kept = tmp_path / "map.toml"
    assert imported(cli, file, "--save-map", str(kept)).code == 2
    assert not kept.exists()


def test_a_mapping_takes_the_place_of_no_other_file(cli: Cli, file: Path) -> None:
    before = file.read_text()
    done = imported(cli, file, *FLAGS, "--save-map", str(file))
    assert (done.code, file.read_text(), dump(cli)) == (2, before, [])
    assert "not written by --save-map" in errors_of(done)
