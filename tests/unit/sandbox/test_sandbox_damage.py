from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sandbox_calls import ADA, Rules

from contactctl.errors import DamagedFileError
from contactctl.sandbox.store import open_store, reset_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    Damage: TypeAlias = Callable[[Path], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


def _text_file(path: Path) -> None:
    path.write_bytes(b"these are no contacts, but somebody's diary\n" * 50)


def _foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE diary (entry TEXT)")


def _newer_version(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def _truncated(path: Path) -> None:
    open_store(path).close()
    path.write_bytes(path.read_bytes()[:5000])


def _table_gone(path: Path) -> None:
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE contact")


def _broken_row(path: Path) -> None:
    with open_store(path) as opened:
        Rules(opened).update(email=ADA)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contact SET fields = '{\"firstName\":'")


def _row_of_another_shape(path: Path) -> None:
    with open_store(path) as opened:
        Rules(opened).update(email=ADA)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contact SET fields = '[]'")


def _undecodable_row(path: Path) -> None:
    with open_store(path) as opened:
        Rules(opened).update(email=ADA)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE contact SET fields = CAST(x'ff' AS TEXT)")


DAMAGES = [
    _text_file, _foreign_database, _newer_version, _truncated, _table_gone, _broken_row,
    _row_of_another_shape, _undecodable_row,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_with_the_way_out_and_left_alone(
    path: Path, damage: Damage
) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(DamagedFileError) as caught, open_store(path) as opened:
        list(opened.dump())
    assert str(path) in caught.value.message
    assert "contactctl sandbox reset" in str(caught.value.hint)
    assert path.read_bytes() == before


def _torn_everywhere_but_in_its_head(path: Path) -> None:
    open_store(path).close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 20_000)


@pytest.mark.parametrize("damage", [_newer_version, _truncated, _torn_everywhere_but_in_its_head])
def test_reset_moves_a_file_that_cannot_be_used_aside(path: Path, damage: Damage) -> None:
    for attempt in (".damaged", ".damaged-2"):
        damage(path)
        before = path.read_bytes()
        aside = reset_store(path)
        assert aside == path.with_name(path.name + attempt)
        assert aside.read_bytes() == before
        with open_store(path) as opened:
            assert list(opened.dump()) == []
        path.unlink()


def _another_programs_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE diary (entry TEXT)")
        connection.execute("PRAGMA application_id = 4711")


def _torn_from_the_start(path: Path) -> None:
    open_store(path).close()
    path.write_bytes(b"\0" * 200 + path.read_bytes()[200:])


def _text_with_our_mark(path: Path) -> None:
    path.write_bytes(b"x" * 68 + b"cctl" + b"x" * 500)


FOREIGN = [
    _text_with_our_mark,
    _text_file,
    _foreign_database,
    _another_programs_file,
    _torn_from_the_start,
]


@pytest.mark.parametrize("damage", FOREIGN)
def test_reset_moves_no_file_that_may_be_somebody_elses(path: Path, damage: Damage) -> None:
    damage(path)
    before = path.read_bytes()
    with pytest.raises(DamagedFileError, match="it is left as it is") as caught:
        reset_store(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert "move it yourself" in (caught.value.hint or "")


def test_a_newer_file_is_called_newer(path: Path) -> None:
    _newer_version(path)
    with pytest.raises(DamagedFileError, match="newer version of contactctl"):
        open_store(path)


#: As the first version made it, with one contact and one property.
FIRST_VERSION = f"""
CREATE TABLE contact (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
 email TEXT NOT NULL UNIQUE, user_id TEXT UNIQUE, fields TEXT NOT NULL, list_ids TEXT NOT NULL);
CREATE TABLE property (position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, type TEXT NOT NULL);
CREATE TABLE mailing_list (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
 name TEXT NOT NULL, description TEXT, is_public INTEGER NOT NULL);
CREATE TABLE suppression (email TEXT PRIMARY KEY);
CREATE TABLE removal (at_s REAL NOT NULL);
INSERT INTO contact VALUES (1, 'c1', '{ADA}', NULL, '{{"firstName":"Ada","lastName":null,
 "source":"API","subscribed":true,"userGroup":"","role":"x"}}', '');
INSERT INTO property VALUES (1, 'role', 'string');
PRAGMA application_id = {int.from_bytes(b"cctl", "big")};
PRAGMA user_version = 1;
"""  # noqa: S608 - constants


def test_an_older_file_is_upgraded_and_keeps_what_it_holds(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_VERSION)
    for _ in range(2):
        with open_store(path) as opened:
            rules = Rules(opened)
            rules.update(email=ADA, lastName="L")
            contact = rules.contact()
            assert (contact["firstName"], contact["role"]) == ("Ada", "x")
            with opened.read() as transaction:
                assert transaction.team_name() == "Sandbox"
                assert [item.label for item in transaction.custom_properties()] == ["Role"]
