"""Markdown shows what was planned, names nobody and interprets nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contactctl.errors import MachineError
from contactctl.masking import masked
from contactctl.plans.markdown import append, to_cell, to_table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada@example.com", "a***@example.com"),
        ("ada@example.com with user id 42", "a***@example.com with user id 42"),
        (
            '"is ada@example.com, not bob@example.org"',
            '"is a***@example.com, not b***@example.org"',
        ),
        ("Ada <ada@example.com>", "Ada <a***@example.com>"),
        ("é@example.com", "é***@example.com"),
        ("mary.o'brien@example.com", "m***@example.com"),
        ("'ada@example.com' is", "'a***@example.com' is"),
        ("no address", "no address"),
    ],
)
def test_every_address_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a|b", r"a\|b"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[x](y)", r"\[x\]\(y\)"),
        ("a\nb", r"a\\u\{a\}b"),
        ("`x` *y*", r"\`x\` \*y\*"),
    ],
)
def test_nothing_is_interpreted(text: str, cell: str) -> None:
    assert to_cell(text) == cell


def test_a_table_has_its_head() -> None:
    assert to_table(("a", "b"), [("1", "")]) == ["| a | b |", "| --- | --- |", "| 1 |  |"]


def test_it_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "s.md"
    append(path, ["one"])
    append(path, ["two"])
    assert path.read_text() == "one\n\ntwo\n\n"
    with pytest.raises(MachineError, match="cannot write the summary") as caught:
        append(tmp_path / "no" / "s.md", [])
    assert not caught.value.is_of_write  # of which "not_sent" would be said
