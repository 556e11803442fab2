"""Columns that hold addresses, in a file where no name says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_counts import plan_of

from contactctl.importing.checking.plan import FaultyColumnsError

if TYPE_CHECKING:
    from pathlib import Path


def suggested(folder: Path, text: str) -> dict[str, tuple[str, ...]]:
    with pytest.raises(FaultyColumnsError) as caught:
        plan_of(folder, text)
    return {one.name: one.suggestions for one in caught.value.unknown}


def test_cells_say_which_column_is_the_address(tmp_path: Path) -> None:
    text = "Who,Reach,Also\nAda,a@b.co,a2@b.co\nBob,,b2@b.co\n"
    assert suggested(tmp_path, text) == {"Who": (), "Reach": ("email",), "Also": ()}


def test_cells_are_not_asked_where_a_name_says_it(tmp_path: Path) -> None:
    assert suggested(tmp_path, "email,Reach\na@b.co,a2@b.co\n") == {"Reach": ()}
    assert suggested(tmp_path, "userId,Reach\n7,a2@b.co\n") == {"Reach": ()}
    assert suggested(tmp_path, "emial,Reach\na@b.co,a2@b.co\n") == {
        "emial": ("email",),
        "Reach": (),
    }


def test_a_column_that_holds_something_else_too_is_none(tmp_path: Path) -> None:
    assert suggested(tmp_path, "Reach,Empty\na@b.co,\nby post,\n") == {"Reach": (), "Empty": ()}
