"""JSON with every digit of its numbers kept, and nothing that JSON does not have."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
#: Deeper than anything the service has, and well within what the reader and writer here can go.
_MAX_DEPTH = 100


class Number:
    """A JSON number as it was written; equal to another of the same value.

    >>> Number("0.1000") == Number("0.1"), Number("0.1000").text
    (True, '0.1000')
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        if _NUMBER.fullmatch(text) is None:
            message = "not a JSON number"
            raise ValueError(message)
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and _value_key(self.text) == _value_key(other.text)

    def __hash__(self) -> int:
        return hash(_value_key(self.text))

    def __repr__(self) -> str:
        return f"Number({self.text!r})"


class Constant(str):
    """A word such as ``NaN`` that stands bare in a text, and that JSON does not have."""

    __slots__ = ()


JsonScalar: TypeAlias = str | Number | bool | None
JsonValue: TypeAlias = "JsonScalar | list[JsonValue] | dict[str, JsonValue]"
JsonObject: TypeAlias = dict[str, JsonValue]


class JsonError(ValueError):
    """A text is not the JSON it should be; the message says why and never repeats the text."""


def parse_json(
    text: str | bytes, *, with_constants: bool = False, with_halves: bool = False
) -> JsonValue:
    """Read one JSON value, numbers as :class:`Number`.

    ``with_constants`` reads ``NaN`` and ``Infinity`` as :class:`Constant`; ``with_halves`` reads
    lone surrogates, which JavaScript makes when it cuts a text, as U+FFFD. Raises
    :class:`JsonError` for anything that is not JSON, for ``NaN`` and ``Infinity``, for a key
    given twice in one object, for lone surrogates and for nesting too deep to read.
    """
    try:
        decoder = _LENIENT_DECODER if with_constants else _DECODER
        value = _decode(text, decoder, with_halves=with_halves)
    except RecursionError:
        message = "nested too deep"
        raise JsonError(message) from None
    except UnicodeDecodeError:
        message = "not UTF-8"
        raise JsonError(message) from None
    except json.JSONDecodeError as error:
        message = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise JsonError(message) from None
    return value


def to_json(value: JsonValue, *, ascii_only: bool = False) -> str:
    """Write a value as compact JSON; numbers come out digit for digit."""
    return _encode(value, encode_basestring_ascii if ascii_only else encode_basestring)


def has_surrogate(text: str) -> bool:
    """Tell whether a text holds a lone surrogate: half a character, which UTF-8 cannot spell."""
    # Not by a pattern: to compile one for these characters costs a start 2 million instructions.
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _encode(value: JsonValue, quote: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        # A call less for each text: an import writes millions of them.
        pairs = [
            f"{quote(key)}:{quote(item) if isinstance(item, str) else _encode(item, quote)}"
            for key, item in value.items()
        ]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_encode(item, quote) for item in value]) + "]"
    return "null" if value is None else "true" if value else "false"


def _decode(text: str | bytes, decoder: json.JSONDecoder, *, with_halves: bool) -> JsonValue:
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    value: JsonValue = decoder.decode(text)
    # Few texts have so many brackets, and only those are gone through.
    if text.count("[") + text.count("{") > _MAX_DEPTH:
        _refuse_depth(value, _MAX_DEPTH)
    # An escaped lone surrogate loads and then fails at the wire; one cheap look finds both kinds.
    if "\\u" in text or has_surrogate(text):
        value = _without_surrogates(value, replace=with_halves)
    return value


def _refuse_depth(value: JsonValue, levels: int) -> None:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if items and not levels:
        message = "nested too deep"
        raise JsonError(message)
    for item in items:
        _refuse_depth(item, levels - 1)


def _without_surrogates(value: JsonValue, *, replace: bool) -> JsonValue:
    """Return a value with its lone surrogates replaced; else refuse them."""
    if isinstance(value, str):
        return _whole_text(value, replace=replace)
    if isinstance(value, list):
        return [_without_surrogates(item, replace=replace) for item in value]
    if isinstance(value, dict):
        return {
            _whole_text(key, replace=replace): _without_surrogates(item, replace=replace)
            for key, item in value.items()
        }
    return value


def _whole_text(text: str, *, replace: bool) -> str:
    if not has_surrogate(text):
        return text
    if not replace:
        message = "a lone surrogate, which no text can hold"
        raise JsonError(message)
    return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise JsonError(message)


def _unique_pairs(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    # Python would keep the last one silently, and other readers the first.
    if len(found) != len(pairs):
        twice = _first_repeated(key for key, _ in pairs)
        message = f"the key {quoted(twice)} is given twice"
        raise JsonError(message)
    return found


def _first_repeated(keys: Iterable[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError  # asked for keys of which one is repeated


def _value_key(text: str) -> tuple[bool, str, int]:
    """Return sign, significant digits and exponent: equal for equal values, at any length."""
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return (False, "", 0)
    shift = _bounded_int(exponent) - len(fraction) + len(digits) - len(significant)
    return (mantissa.startswith("-"), significant, shift)


def _bounded_int(text: str) -> int:
    """Read an exponent; past 640 digits Python may refuse, and no value so large differs here."""
    size = int(text.lstrip("+-0")[:640] or 0)
    return -size if text.startswith("-") else size


_DECODER = json.JSONDecoder(
    parse_int=Number,
    parse_float=Number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_unique_pairs,
)
_LENIENT_DECODER = json.JSONDecoder(
    parse_int=Number,
    parse_float=Number,
    parse_constant=Constant,
    object_pairs_hook=_unique_pairs,
)
