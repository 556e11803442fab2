"""Files of columns at random: the line that they are refused with imports them."""

from __future__ import annotations

import csv
import json
import random
import shlex
from typing import TYPE_CHECKING

import pytest
from import_cli import imported

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli

#: Names of columns, each with cells that it may have.
COLUMNS = {
    "Email Address": ["@", "@", "@", "nobody"],
    "plann": ["x", "y"],
    "seats": ["1", "1,5", "1.200", "NULL", "many"],
    "Signup date": ["17.01.2024", "01/02/2024", "2024-01-02", "1704190272", ""],
    "trial": ["yes", "t", "maybe", "true"],
    "first_name": ["Ada"],
    "First Name": ["Bob"],
    "id": ["7"],
    "userId": ["NULL", "42.0", "", ""],
    "unsubscribed": ["true", "false", ""],
    "state": ["active", "cancelled"],
    "Status": ["Active", "Unsubscribed", "VIP"],
    "Newsletter": ["ja", "nein", "x", ""],
    "subscribed": ["true", "false", ""],
    "Weekly digest": ["true", "false", "x"],
    "mailingLists": ["x"],
    "--map": ["1"],
    "a=b": ["1"],
    "we,ird": ["1"],
    'quo"te': ["1"],
    "Größe": ["1", "2"],
}
JSON_VALUES = (None, 1, True, {"a": 1}, [1])


def write(folder: Path, chance: random.Random) -> Path:
    names = ["email", *chance.sample(list(COLUMNS), chance.randint(1, 8))]
    rows = [
        [f"p{number}@example.com", *(chance.choice(COLUMNS[name]) for name in names[1:])]
        for number in range(chance.randint(1, 8))
    ]
    rows = [["q@example.com" if cell == "@" else cell for cell in row] for row in rows]
    if chance.random() < 0.6:
        file = folder / "people.csv"
        with file.open("w", newline="") as stream:
            csv.writer(stream).writerows([names, *rows])
        return file
    file = folder / "people.jsonl"
    objects = [
        {
            name: cell if chance.random() < 0.8 else chance.choice(JSON_VALUES)
            for name, cell in zip(names, row, strict=True)
        }
        for row in rows
    ]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in objects))
    return file


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 200))]
)
def test_the_line_imports_the_file(cli: Cli, tmp_path: Path, seed: int) -> None:
    """Or says that words have to be filled in, or that rows have to be corrected first."""
    file = write(tmp_path, random.Random(seed))  # noqa: S311 - the same for the same seed
    refused = imported(cli, file)
    if refused.code in {0, 6}:
        return
    assert refused.code == 2, refused.err
    line = refused.err.splitlines()[-1]
    if not line.startswith("contactctl "):
        assert "  hint: " in line
    elif "..." not in line and "then the command below" not in refused.err:
        done = cli(*shlex.split(line)[1:])
        assert done.code in {0, 6}, f"{file.read_text()}\n{refused.err}\n{done.err}"
