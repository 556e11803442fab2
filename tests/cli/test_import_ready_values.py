"""import: the last line of a refusal reads values by their flags, and guesses none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, imported, ready_flags, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

    from contactctl.exact_json import JsonObject

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def pasted(cli: Cli, file: Path, code: int = 0) -> list[JsonObject]:
    """Import a file that is refused at first by the line that it is refused with."""
    done = imported(cli, file)
    assert (done.code, dump(cli)) == (2, [])
    return rows_of(cli, file, *ready_flags(done, file), code=code)


def test_a_date_that_may_be_two_is_settled_by_the_others(cli: Cli, file: Path) -> None:
    file.write_text(f"email,signupDate\n{ADA},31/12/2023\n{BOB},01/02/2024\n")
    pasted(cli, file)
    assert [str(one[1])[:10] for one in dump(cli, "signupDate")] == ["2023-12-31", "2024-02-01"]


@pytest.mark.parametrize(("cell", "is_sure"), [("1704190272", True), ("45000", False)])
def test_ten_digits_are_seconds_and_five_may_be_anything(
    cli: Cli, file: Path, cell: str, *, is_sure: bool
) -> None:
    file.write_text(f"email,signupDate\n{ADA},{cell}\n")
    done = imported(cli, file)
    assert "--date-format signupDate=" in done.err
    assert ("contactctl " in done.err.splitlines()[-1]) is is_sure
    if is_sure:
        pasted(cli, file)
        assert str(dump(cli, "signupDate")[0][1]).startswith("2024-01-02T10:11:12")


def test_dates_of_several_forms_are_read_by_all_of_them(cli: Cli, file: Path) -> None:
    cells = ["31/12/2023", "12/31/2023", "2023-12-31", "31.12.2023"]
    rows = [f"{number}@example.com,{cell}\n" for number, cell in enumerate(cells)]
    file.write_text("email,signupDate\n" + "".join(rows))
    pasted(cli, file)
    assert {str(one[1])[:10] for one in dump(cli, "signupDate")} == {"2023-12-31"}


def test_a_date_that_two_of_its_forms_read_differently_is_left_out(cli: Cli, file: Path) -> None:
    cells = ["31/12/2023", "12/31/2023", "01/02/2023"]
    rows = [f"{number}@example.com,{cell}\n" for number, cell in enumerate(cells)]
    file.write_text("email,signupDate\n" + "".join(rows))
    assert [row["status"] for row in pasted(cli, file, code=6)] == ["done", "done", "failed"]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("signupDate", ["01/02/2024", "03/04/2024"]),
        ("seats", ["1,234", "2,345"]),
        ("seats", ["1,5", "1,234.5"]),
    ],
)
def test_a_column_that_can_be_read_in_two_ways_is_left_out(
    cli: Cli, file: Path, column: str, cells: list[str]
) -> None:
    """Both ways are named; the line sends nothing that may be wrong."""
    file.write_text(f'email,X\n{ADA},"{cells[0]}"\n{BOB},"{cells[1]}"\n')
    done = imported(cli, file, "--map", f"X={column}")
    assert 'the command below leaves "X" out, which can be read in two ways' in done.err
    assert ready_flags(done, file) == ["--ignore=X"]
    assert ("--date-format" if column == "signupDate" else "--decimal-comma X") in done.err
    assert imported(cli, file, *ready_flags(done, file)).code == 0
    assert dump(cli, column) == [(ADA, None), (BOB, None)]


def test_the_first_of_several_addresses_is_offered(cli: Cli, file: Path) -> None:
    cells = [f"{ADA} ::: ada.home@example.com", f"Bob <{BOB}>"]
    file.write_text("email,plan\n" + "".join(f"{cell},pro\n" for cell in cells))
    done = imported(cli, file)
    assert "the command below takes the first address of a cell" in done.err
    assert ready_flags(done, file) == ["--first-address"]
    assert imported(cli, file, "--first-address", "--dry-run").code == 0
    pasted(cli, file)
    assert dump(cli, "plan") == [(ADA, "pro"), (BOB, "pro")]
