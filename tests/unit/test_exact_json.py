"""JSON in and out: digits kept, and nothing taken that JSON does not have."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactctl.exact_json import JsonError, JsonValue, Number, has_surrogate, parse_json, to_json

number_texts = st.from_regex(
    r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True
).filter(str.isascii)
plain_texts = st.text(st.characters(exclude_categories=["Cs"]))
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | plain_texts | number_texts.map(Number),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_again_digit_for_digit(value: JsonValue) -> None:
    text = to_json(value)
    assert parse_json(text) == value
    assert to_json(parse_json(text)) == text
    assert parse_json(text.encode()) == value


@given(values)
def test_the_ascii_form_says_the_same(value: JsonValue) -> None:
    text = to_json(value, ascii_only=True)
    assert text.isascii()
    assert parse_json(text) == value


@given(values)
def test_other_readers_agree_on_what_is_written(value: JsonValue) -> None:
    theirs = json.loads(to_json(value), parse_int=Number, parse_float=Number)
    assert theirs == value


@given(number_texts, number_texts)
def test_numbers_are_equal_when_their_values_are(one: str, other: str) -> None:
    equal = Decimal(one) == Decimal(other)
    assert (Number(one) == Number(other)) is equal
    assert not equal or hash(Number(one)) == hash(Number(other))


@given(number_texts, st.integers(0, 5))
def test_a_number_equals_itself_written_otherwise(text: str, zeros: int) -> None:
    mantissa, _, exponent = text.lower().partition("e")
    point = "" if "." in mantissa else "."
    longer = f"{mantissa}{point}0{'0' * zeros}E{exponent or '+0'}"
    assert Number(longer) == Number(text)
    assert hash(Number(longer)) == hash(Number(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [("0.1000", "0.1"), ("-0", "0"), ("0e99", "-0.000"), ("1e400", "10E+399"), ("120", "1.2e2")],
)
def test_equal_values_are_equal(one: str, other: str) -> None:
    assert Number(one) == Number(other)
    assert Number(one).text == one


@pytest.mark.parametrize(
    ("one", "other"), [("9007199254740993", "9007199254740992"), ("1", "-1"), ("1e400", "1e401")]
)
def test_values_that_a_float_would_confuse_differ(one: str, other: str) -> None:
    assert Number(one) != Number(other)


def test_a_number_is_neither_text_nor_boolean() -> None:
    assert Number("1") != "1"
    assert Number("1") != True  # noqa: E712 - the comparison is what is tested
    assert repr(Number("1.0")) == "Number('1.0')"


@pytest.mark.parametrize(
    "text", ["", "+1", "01", "1.", ".5", "1e", "NaN", "0x1", "1 ", "1\n", "--1", "1_0", "\u0661"]
)
def test_no_other_text_makes_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a JSON number"):
        Number(text)


def test_digits_without_number_are_no_trouble() -> None:
    digits = "7" * 5000
    assert to_json(parse_json(digits)) == digits
    assert Number(digits) == Number(digits + ".0")
    assert Number("1e" + digits) != Number("1")


def test_a_lower_limit_on_digits_is_no_trouble() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        assert Number("1e-" + "0" * 5000 + "1") == Number("0.1")
        assert hash(Number("1e" + "7" * 5000)) == hash(Number("1E+" + "7" * 5000))
    finally:
        sys.set_int_max_str_digits(before)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value at line 1, column 1"),
        ("{'a':1}", "double quotes at line 1, column 2"),
        ("[1,\n2,]", "line 2"),
        ("{} {}", "Extra data"),
        ('"a\tb"', "control character"),
        ("NaN", "NaN is not JSON"),
        ('{"a":Infinity}', "Infinity is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("01", "Extra data"),
        ('{"a":1,"b":2,"a":1}', 'the key "a" is given twice'),
        ('[{"a":{"b":1,"\\u0062":1}}]', 'the key "b" is given twice'),
        ('"\\ud800"', "lone surrogate"),
        ('{"\\udc00":1}', "lone surrogate"),
        ('[["\\ud83d"]]', "lone surrogate"),
        ('"\ud800"', "lone surrogate"),
        ("[" * 101 + "1" + "]" * 101, "nested too deep"),
        ('{"a":' * 101 + "1" + "}" * 101, "nested too deep"),
        ("[" * 10_000 + "]" * 10_000, "nested too deep"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_not_json_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(JsonError, match=reason):
        parse_json(text)


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(JsonError, match="not UTF-8"):
        parse_json(b'"\xe9"')


@pytest.mark.parametrize("depth", [1, 99, 100])
def test_what_is_read_can_be_written_back(depth: int) -> None:
    text = "[" * depth + "1" + "]" * depth
    assert to_json(parse_json(text)) == text


def test_many_objects_side_by_side_are_not_deep() -> None:
    text = "[" + ",".join(["{}"] * 500) + "]"
    assert to_json(parse_json(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'"a\\ud83d"', "a\ufffd"),
        (b'"\\udc00b"', "\ufffdb"),
        (b'["\\ud83d\\ud83d\\udc00x"]', ["\ufffd\U0001f400x"]),
        (b'{"k\\udfff":{"\\ud800":null}}', {"k\ufffd": {"\ufffd": None}}),
        (b'"\\u00e9"', "é"),
    ],
)
def test_half_a_character_can_be_let_pass_as_the_sign_for_one_that_is_lost(
    text: bytes, expected: JsonValue
) -> None:
    found = parse_json(text, with_halves=True)
    assert found == expected
    assert not has_surrogate(to_json(found))


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_json('"\\ud83d\\ude00"') == "😀"


def test_line_separators_are_no_line_ends() -> None:
    assert parse_json('"a\u2028b\u2029"') == "a\u2028b\u2029"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "é\udce9"])
def test_half_a_character_is_found(text: str) -> None:
    assert has_surrogate(text)


@pytest.mark.parametrize("text", ["", "ada", "é", "\ud7ff\ue000", "😀"])
def test_whole_characters_are_whole(text: str) -> None:
    assert not has_surrogate(text)


def check_any_text(text: str) -> None:
    """Any text is refused as JsonError, or comes back as it means."""
    with suppress(JsonError):
        value = parse_json(text)
        assert parse_json(to_json(value)) == value
        to_json(value).encode("utf-8")


json_like = st.text(st.sampled_from('[]{}":,0123456789.eE+-\\u truefalsn\n\ud800😀'), max_size=60)


@given(json_like | st.text(st.characters(codec=None)))
def test_any_text_is_read_or_refused(text: str) -> None:
    check_any_text(text)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(json_like | st.text(st.characters(codec=None)) | values.map(to_json))
def test_ten_thousand_texts_are_read_or_refused(text: str) -> None:
    check_any_text(text)
