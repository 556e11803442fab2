"""What ``--data`` reads, and how it fails."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from contactctl.changes.data_input import MAX_DATA_BYTES, parse_data, read_data
from contactctl.errors import MachineError, UsageError
from contactctl.exact_json import Number

if TYPE_CHECKING:
    from pathlib import Path


def stdin_of(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="ascii")


class BrokenText(io.StringIO):
    """Standard input on a descriptor that cannot be read."""

    def read(self, size: int | None = -1, /) -> str:  # noqa: ARG002 - the stream's signature
        raise OSError(5, "Input/output error")


def test_anything_else_is_the_json_itself() -> None:
    assert read_data('{"plan":"pro"}', None) == '{"plan":"pro"}'


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "row.json"
    file.write_bytes('{"firstName":"Zoë"}'.encode())
    assert read_data(f"@{file}", None) == '{"firstName":"Zoë"}'


def test_standard_input_is_utf_8_whatever_the_locale() -> None:
    with stdin_of('{"firstName":"Zoë"}'.encode()) as stdin:
        assert read_data("-", stdin) == '{"firstName":"Zoë"}'


def test_a_stream_of_text_will_do() -> None:
    assert read_data("-", io.StringIO("{}")) == "{}"


def test_a_missing_file_is_a_mistake_in_the_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*nope\.json") as caught:
        read_data(f"@{tmp_path}/nope.json", None)
    assert caught.value.hint == "check the name after the @"


@pytest.mark.parametrize("argument", ["@", "@a\0b", "@caf\udce9"])
def test_a_name_that_no_file_can_have_is_refused(argument: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_data(argument, None)
    assert "\0" not in caught.value.message
    assert "\udce9" not in caught.value.message


def test_a_folder_is_named_as_what_the_machine_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"cannot read .*: Is a directory"):
        read_data(f"@{tmp_path}", None)


def test_a_broken_standard_input_is_the_machines_fault() -> None:
    with pytest.raises(MachineError, match="cannot read standard input: Input/output error"):
        read_data("-", BrokenText())


def test_a_closed_standard_input_is_said_so() -> None:
    stdin = stdin_of(b"{}")
    stdin.close()
    for closed in (None, stdin):
        with pytest.raises(UsageError, match="standard input is closed"):
            read_data("-", closed)


def test_bytes_that_are_not_utf_8_are_refused_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "latin.json"
    file.write_bytes('{"firstName":"Zoë"}'.encode("latin-1"))
    with pytest.raises(UsageError, match="is not UTF-8 at byte 17"):
        read_data(f"@{file}", None)


def test_what_is_too_large_points_to_the_import() -> None:
    with (
        stdin_of(b" " * (MAX_DATA_BYTES + 1)) as stdin,
        pytest.raises(UsageError, match="1 MiB") as caught,
    ):
        read_data("-", stdin)
    assert "contactctl import" in str(caught.value.hint)


def test_a_whole_mebibyte_is_not_too_large() -> None:
    with stdin_of(b" " * MAX_DATA_BYTES) as stdin:
        assert len(read_data("-", stdin)) == MAX_DATA_BYTES


def test_one_object_is_read_with_its_digits() -> None:
    assert parse_data('{"seats": 9007199254740993}') == {"seats": Number("9007199254740993")}


def test_a_byte_order_mark_is_no_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "windows.json"
    file.write_bytes(b'\xef\xbb\xbf{"plan":"pro"}\r\n')
    assert parse_data(read_data(f"@{file}", None)) == {"plan": "pro"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--data is empty"),
        (" \n", "--data is empty"),
        ("\ufeff", "--data is empty"),
        ("row.json", "--data is not JSON: Expecting value at line 1, column 1"),
        ("{'plan': 1}", "double quotes at line 1, column 2"),
        ('{"plan":1,}', "--data is not JSON"),
        ('{"plan":"a","plan":"b"}', 'the key "plan" is given twice'),
        ('{"plan":{"a":1,"a":2}}', 'the key "a" is given twice'),
        ('{"seats":NaN}', "NaN is not JSON"),
        ('{"seats":-Infinity}', "-Infinity is not JSON"),
        ('{"note":"\\ud800"}', "a lone surrogate"),
        ('{"note":"caf\udce9"}', "a lone surrogate"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 10_000, "nested too deep"),
        ("7", "--data is not a JSON object"),
        ('"plan"', "--data is not a JSON object"),
        ("null", "--data is not a JSON object"),
        ("[{}]", "one call changes one contact"),
    ],
)
def test_what_is_not_one_object_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        parse_data(text)
    assert caught.value.hint
    assert len(caught.value.message) < 200


def test_a_long_or_hostile_key_is_not_repeated_as_it_is() -> None:
    key = "\u202e" + "k" * 400
    with pytest.raises(UsageError) as caught:
        parse_data(f'{{"{key}":1,"{key}":2}}')
    assert "\\u{202e}kkk" in caught.value.message
    assert "k" * 60 not in caught.value.message
