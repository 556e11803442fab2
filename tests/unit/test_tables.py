"""A table breaks no word: where its columns have no room, it becomes a list."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from contactctl import views
from contactctl.changes.preview import FieldChange
from contactctl.tables import shared

if TYPE_CHECKING:
    from rich.console import RenderableType

ID = "cm06f5v0e45nf0ml5754o9cix"
LISTS = {ID: "Product updates"}
ADDRESS = "somebody.with.a.long.name@example.com"


def drawn(view: RenderableType, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, markup=False, highlight=False).print(view)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [100, 60, 40])
def test_every_table_keeps_ids_and_addresses_whole(width: int) -> None:
    change = FieldChange(before=None, after=True)
    rows = [("2", "update", ADDRESS, f"mailingLists.{ID}", "", "true")]
    for view in (
        views.grid(("id", "name", "about"), [(ID, "Product updates", "Every new thing " * 4)]),
        views.changes({f"mailingLists.{ID}": change}, {}, LISTS),
        views.plan(("line", "would", "contact", "field", "before", "after"), rows, LISTS),
        views.contact({"email": ADDRESS[-25:], "mailingLists": {ID: True}}, {}, {}, LISTS),
    ):
        lines = drawn(view, width)
        assert max(map(len, lines)) <= width
        assert sum(ID in line for line in lines) == 1


def test_a_narrow_screen_gets_a_line_for_each_field_that_has_a_value() -> None:
    rows = [(ID, "Product updates", "public", ""), ("c2", "Weekly digest", "private", "By hand")]
    view = views.grid(("id", "name", "seen", "about"), rows)
    assert drawn(view, 30) == [
        ID,
        "  name  Product updates",
        "  seen  public",
        "",
        "c2",
        "  name   Weekly digest",
        "  seen   private",
        "  about  By hand",
    ]


def test_what_stands_in_a_column_without_a_name_stands_beside_the_first_cell() -> None:
    view = views.grid(("profile", "", "address"), [("work", "active", "a.example/path/")])
    assert drawn(view, 30) == ["work active", "  address  a.example/path/"]


def test_a_plan_on_a_narrow_screen_names_each_contact_once() -> None:
    rows = [
        ("2", "update", ADDRESS, "plan", "free", "pro"),
        ("2", "update", ADDRESS, "note", "old", ""),
        ("3", "create", "b@example.com", "firstName", "", "Bo"),
        ("", "nothing", "c@example.com", "", "", ""),
    ]
    columns = ("line", "would", "contact", "field", "before", "after")
    assert drawn(views.plan(columns, rows, {}), 60) == [
        f"line 2: update {ADDRESS}",
        "  plan: free → pro",
        "  note: old → (empty)",
        "line 3: create b@example.com",
        "  firstName: Bo",
        "nothing c@example.com",
    ]


def test_a_long_value_is_broken_beside_its_name() -> None:
    lines = drawn(views.grid(("field", "value"), [("note", "x" * 90)]), 40)
    assert [line.split()[-1] for line in lines[2:]] == ["x" * 32, "x" * 32, "x" * 26]


COLUMN = st.tuples(st.integers(1, 30), st.integers(0, 60))


@given(st.lists(COLUMN, min_size=1, max_size=6), st.integers(1, 200))
def test_room_is_shared_between_the_least_and_the_most(
    columns: list[tuple[int, int]], room: int
) -> None:
    least = [one for one, _ in columns]
    most = [one + more for one, more in columns]
    widths = shared(least, most, room)
    if widths is None:
        assert sum(least) > room
        return
    assert all(low <= width <= high for low, width, high in zip(least, widths, most, strict=True))
    assert sum(widths) == min(room, sum(most))


def test_columns_that_need_more_get_an_equal_share() -> None:
    widths = shared([1, 1, 1], [50, 50, 2], 22)
    assert widths is not None
    assert all(abs(one - other) <= 1 for one, other in pairwise(widths[:2]))
    assert widths[2] == 2
