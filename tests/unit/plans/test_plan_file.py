"""A plan on disk: what was written comes back, and nothing else passes for it."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactRef
from contactctl.errors import ContactctlError, GuardError, MachineError, UsageError
from contactctl.exact_json import Number, to_json
from contactctl.plans.file_account import FileAccount
from contactctl.plans.lines import Chain, FileSource, Header, Planned, to_header_line
from contactctl.plans.plan_file import open_plan_file, planned_of, written_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from contactctl.plans.plan_file import PlanFile

HEADER = Header(
    "plan",
    FileAccount("abc", "Acme", "https://app.loops.so/api/v1"),
    1_764_000_000.0,
    FileSource("people.csv", "d1", "email -> email"),
    {"create": 1, "update": 1, "delete": 0, "nothing": 1},
)
ITEMS = (
    Planned(
        (ContactRef("email", "ada@example.com"), ContactRef("userId", "42")),
        "update",
        {
            "seats": FieldChange(Number("0.1000"), Number("9007199254740993")),
            "mailingLists.cl1": FieldChange(before=None, after=True),
            "note": FieldChange("é\u2028 ", None),
        },
        "c1",
        2,
        {"mailingLists.cl1": "News"},
    ),
    Planned((ContactRef("email", "new@example.com"),), "create", {}, None, 3),
    Planned((ContactRef("userId", "7"),), "nothing", {}, "c2"),
)


def saved(path: Path, items: Sequence[Planned] = ITEMS) -> Path:
    with written_whole(path) as (writer, finish):
        for item in items:
            writer.add(item)
        finish(HEADER)
    return path


def undo_lines(items: Sequence[Planned] = ITEMS) -> list[str]:
    first = to_header_line(Header("undo", HEADER.account, HEADER.created))
    chain = Chain(first)
    marked = [chain.marked(_text(item)) for item in items]
    return [first, *marked]


def _text(item: Planned) -> str:
    return to_json(item.to_json_object())


def read(path: Path) -> PlanFile:
    return open_plan_file(path, path.name)


def refusal(path: Path, kind: type[ContactctlError] = GuardError) -> str:
    with pytest.raises(kind) as caught:
        read(path)
    assert caught.value.hint
    return caught.value.message


def test_what_was_written_is_read_digit_for_digit(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "p.jsonl"))
    items = [planned_of(row) for row in found.rows()]
    assert (found.header, tuple(items), found.count) == (HEADER, ITEMS, 3)
    assert repr(items[0].changes["seats"].after) == "Number('9007199254740993')"
    assert repr(items[0].changes["seats"].before) == "Number('0.1000')"
    assert [row.line for row in found.rows()] == [2, 3, 4]


def test_the_file_is_for_its_owner_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_line_is_json_with_its_mark_last(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in saved(tmp_path / "p.jsonl").read_text().split("\n")[:-1]]
    assert lines[0]["contactctl"] == "plan"
    assert [*lines[1]][-1] == "mark"
    assert lines[1]["changes"]["mailingLists.cl1"] == {"from": None, "to": True, "name": "News"}
    assert (lines[-1]["end"], lines[-1]["lines"]) == (True, 3)


def test_two_files_of_other_content_have_other_digests(tmp_path: Path) -> None:
    one = read(saved(tmp_path / "one"))
    same = read(saved(tmp_path / "same"))
    other = read(saved(tmp_path / "other", ITEMS[:2]))
    assert one.digest == same.digest != other.digest


def test_every_change_of_a_single_byte_is_seen(tmp_path: Path) -> None:
    data = saved(tmp_path / "p.jsonl", ITEMS[1:]).read_bytes()
    path = tmp_path / "edited"
    for place in range(len(data) - 1):  # without the last line end, nothing is missing
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises((GuardError, UsageError)):
            read(path)


def test_every_cut_is_seen(tmp_path: Path) -> None:
    data = saved(tmp_path / "p.jsonl", ITEMS[1:]).read_bytes()
    path = tmp_path / "cut"
    for end in range(len(data) - 1):
        path.write_bytes(data[:end])
        with pytest.raises((GuardError, UsageError)):
            read(path)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ((0, 1, 3, 4), "line 3"),
        ((0, 2, 1, 3, 4), "line 2"),
        ((0, 1, 2, 2, 3, 4), "line 4"),
        ((0, 1, 2, 3), "cut"),
        ((0, 1, 2, 3, 4, 4), "follows its end"),
    ],
)
def test_lines_left_out_moved_or_added_are_named(
    tmp_path: Path, order: Sequence[int], said: str
) -> None:
    path = saved(tmp_path / "p.jsonl")
    lines = path.read_text().split("\n")
    path.write_text("".join(f"{lines[n]}\n" for n in order))
    assert said in refusal(path)


def test_other_line_ends_are_no_edit(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.jsonl")
    before = read(path).digest
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(path).digest == before


def test_what_is_no_plan_is_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\nada@example.com\n")
    assert "is not a plan" in refusal(path, UsageError)
    path.write_text("")
    assert "is empty" in refusal(path, UsageError)
    refused = tmp_path / "none"
    with pytest.raises(UsageError):
        read(refused)


def test_a_newer_version_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.jsonl")
    path.write_text(path.read_text().replace('"version":1', '"version":2', 1))
    assert "version 2" in refusal(path, UsageError)


def test_an_undo_file_lacks_its_end_and_a_torn_line_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "u.jsonl"
    text = "".join(f"{line}\n" for line in undo_lines())
    path.write_text(text)
    assert read(path).count == 3
    whole = len("".join(f"{line}\n" for line in undo_lines()[:3]))
    for end in range(whole, len(text) - 2):
        path.write_text(text[:end])
        assert read(path).count == 2


def test_a_bad_line_in_the_middle_of_an_undo_file_is_none_that_a_kill_left(
    tmp_path: Path,
) -> None:
    path = tmp_path / "u.jsonl"
    lines = undo_lines()
    path.write_text("\n".join([lines[0], lines[1][:-9], lines[2], lines[3], ""]))
    assert "line 2" in refusal(path)


def test_an_undo_file_is_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "u.jsonl"
    path.write_text("".join(f"{line}\n" for line in undo_lines()))
    rows = list(read(path).rows_backwards())
    assert [planned_of(row) for row in rows] == list(reversed(ITEMS))
    assert [(row.ordinal, row.line) for row in rows] == [(1, 4), (2, 3), (3, 2)]


def test_lines_of_many_blocks_are_read_from_the_end(tmp_path: Path) -> None:
    """Blocks of 64 KiB end anywhere: within a line, and lines may be longer than one."""
    path = tmp_path / "u.jsonl"
    lengths = [*range(1, 3000, 60), 70_000, 200_000, 5]
    items = [replace(ITEMS[0], id="x" * length) for length in lengths]
    path.write_text("".join(f"{line}\n" for line in undo_lines(items)))
    assert [planned_of(row) for row in read(path).rows_backwards()] == items[::-1]
    with path.open("ab") as torn:
        torn.write(b'{"line":')
    assert [planned_of(row) for row in read(path).rows_backwards()] == items[::-1]


def test_a_file_that_changes_while_it_is_used_gives_no_row_that_was_not_proved(
    tmp_path: Path,
) -> None:
    path = saved(tmp_path / "p.jsonl")
    found = read(path)
    saved(path, ITEMS[1:])
    with pytest.raises(MachineError, match=r"p\.jsonl"):
        list(found.rows())


def test_what_is_not_finished_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = saved(tmp_path / "p.jsonl")
    before = path.read_bytes()
    with written_whole(path) as (writer, _):
        writer.add(ITEMS[0])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_of_the_answer_that_goes_away_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), written_whole(tmp_path / "p.jsonl"):
        raise BrokenPipeError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot write"):
        saved(tmp_path / "none" / "p.jsonl")
