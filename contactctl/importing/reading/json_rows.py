"""JSON Lines, objects one after another, and the elements of an array, to numbered rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TextIO

from contactctl.errors import UsageError
from contactctl.exact_json import Constant, JsonError, Number, has_surrogate, parse_json
from contactctl.importing.reading.decoding import MAX_RECORD_CHARS
from contactctl.importing.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contactctl.exact_json import JsonObject, JsonValue

# A whole string, the quotation mark of one that goes on past the buffer, or structure.
_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)
_ENDS = frozenset(",]")
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}
# MongoDB's documentation, page "MongoDB Extended JSON (v2)", read in November 2026.
_MARKED_TEXTS = frozenset({"$oid", "$date", "$uuid"})
_MARKED_NUMBERS = frozenset({"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"})
_CONSTANTS = ("NaN", "Infinity", "-Infinity")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_CHUNK_CHARS = 2**16
_BLANK = " \t\r\n"


def read_json_lines(stream: TextIO, *, longest: int = MAX_RECORD_CHARS) -> Iterator[Row]:
    r"""Yield a row for every line that is not blank; lines end at ``\n`` alone.

    Raises :class:`UsageError` for a line of more than ``longest`` characters.
    """
    ordinal = number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest:
            raise _too_long(number)
        if line.strip(_BLANK):
            ordinal += 1
            yield _to_row(ordinal, number, line.rstrip(_BLANK))


def read_json_array(
    stream: TextIO,
    *,
    longest: int = MAX_RECORD_CHARS,
    wrapped_at: int | None = None,
    depth: int = 1,
    file: str = "FILE",
) -> Iterator[Row]:
    """Yield a row for every element of the array, holding one element at a time.

    It may stand ``wrapped_at`` so many characters into an object, ``depth`` objects deep, that
    holds no other list of objects. ``file`` is a word for the file, for commands that are named.
    Raises :class:`UsageError` where the array is not closed, something follows it, or an element
    has more than ``longest`` characters.
    """
    elements = _Elements(stream, longest, file, wrapped_at)
    elements.depth = depth
    for ordinal, (line, text) in enumerate(elements, start=1):
        yield _to_row(ordinal, line, text)


def read_json_objects(stream: TextIO, *, longest: int = MAX_RECORD_CHARS) -> Iterator[Row]:
    """Yield a row for every object, however they are spread over lines and whatever parts them.

    Commas between them are passed over. Raises :class:`UsageError` where one is not closed, text
    stands between them, or one has more than ``longest`` characters.
    """
    for ordinal, (line, text) in enumerate(_Objects(stream, longest), start=1):
        yield _to_row(ordinal, line, text)


class _Pieces:
    """Reads JSON text and finds where a piece of it ends, holding little more than that piece."""

    _what = "array is not closed; its last element"

    def __init__(self, stream: TextIO, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._text = ""
        self._at = 0  # what stands before is done with
        self._line = 1  # the line of self._at

    def _first_after_blanks(self) -> str:
        """Move behind the next character that is not a space, and return it; "" at the end."""
        while True:
            rest = self._text[self._at :].lstrip(_BLANK)
            if rest:
                self._advance(len(self._text) - len(rest))
                self._at += 1
                return rest[0]
            self._advance(len(self._text))
            if not self._read_more():
                return ""

    def _find_end(self, *, whole: bool = False) -> int:
        """Return where the comma or bracket stands that ends the element at hand.

        ``whole`` asks for the bracket that closes the one with which it begins.
        """
        depth, looked_at = 0, 0  # from self._at, which reading more moves
        while True:
            for match in _PIECE.finditer(self._text, self._at + looked_at):
                piece = match.group()
                if piece == '"':
                    looked_at = match.start() - self._at  # the string goes on past the text
                    break
                if depth == 0 and piece in _ENDS and not whole:
                    return match.start()
                depth += _DEPTH.get(piece, 0)
                if whole and depth == 0:
                    return match.start()
            else:
                looked_at = len(self._text) - self._at
            if not self._read_more():
                raise self._cut_off()

    def _read_more(self) -> bool:
        """Double what is held, so that a long element is not looked through again and again."""
        held = self._text[self._at :]
        if len(held) > self._longest:
            raise _too_long(self._line + _blank_lines(held))
        more = self._stream.read(max(_CHUNK_CHARS, len(held)))
        self._text, self._at = held + more, 0
        return bool(more)

    def _advance(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _cut_off(self) -> UsageError:
        line = self._line + _blank_lines(self._text[self._at :])
        return UsageError(
            f"the {self._what} begins on line {line}",
            hint="the file seems to be cut off",
        )


class _Elements(_Pieces):
    """Cuts the text of an array at the commas between its elements."""

    depth = 1

    def __init__(self, stream: TextIO, longest: int, file: str, wrapped_at: int | None) -> None:
        super().__init__(stream, longest)
        self._file = file
        self._is_wrapped = wrapped_at is not None
        if wrapped_at:
            self._text = stream.read(wrapped_at)
            self._advance(len(self._text))

    def __iter__(self) -> Iterator[tuple[int, str]]:
        if self._first_after_blanks() != "[":
            raise UsageError("the file is not a JSON array", hint="for one object a line use jsonl")
        closing = ""
        while closing != "]":
            opening = closing == ""
            end = self._find_end()
            text, closing = self._text[self._at : end], self._text[end]
            stripped = text.strip(_BLANK)
            # An empty array has no element, while [,] and [1,] have an empty one, which is a bad
            # row.
            if stripped or closing == "," or not opening:
                yield self._line + _blank_lines(text), stripped
            self._advance(end + 1)
        self._check_rest()

    def _check_rest(self) -> None:
        """Raise :class:`UsageError` for what stands behind the array and may hold rows as well."""
        following = self._first_after_blanks()
        if not self._is_wrapped:
            if following:
                raise UsageError(f"something follows the array on line {self._line}")
            return
        rest = following + self._text[self._at :] + self._stream.read(self._longest)
        try:
            # The rest of the object is no JSON by itself; with a beginning put before it, it is.
            found = parse_json('{"":' * (self.depth - 1) + '{"":0' + rest)
        except JsonError:
            raise UsageError(
                f"the object around the array is not closed after line {self._line}",
                hint="the file seems to be cut off",
            ) from None
        if _holds_rows(found):
            raise UsageError(
                f"the file holds several lists of objects, one of them after line {self._line}",
                hint=f"take one: jq '.[\"NAME\"]' {self._file} | contactctl import - --format json",
            )


class _Objects(_Pieces):
    """Cuts a text into the objects that stand in it one after another."""

    _what = "last object is not closed; it"

    def __iter__(self) -> Iterator[tuple[int, str]]:
        while first := self._first_after_blanks():
            if first == ",":
                continue
            if first != "{":
                raise UsageError(
                    f"the text on line {self._line} is not a JSON object",
                    hint="take it out: the file is read as JSON objects, one after another",
                )
            self._at -= 1
            end = self._find_end(whole=True) + 1
            yield self._line, self._text[self._at : end]
            self._advance(end)


def _holds_rows(found: JsonValue) -> bool:
    """Tell whether a list of objects stands in one of the objects around the array."""
    while isinstance(found, dict):
        lists = (one for one in found.values() if isinstance(one, list))
        if any(one and isinstance(one[0], dict) for one in lists):
            return True
        found = found.get("")
    return False


def _to_row(ordinal: int, line: int, text: str) -> Row:
    if has_surrogate(text):
        return _bad_row(ordinal, line, text, "not text in the file's encoding")
    try:
        # One that holds a bare NaN is read all the same: its key is told of as other values are.
        value = parse_json(text, with_constants=True)
    except JsonError as error:
        return _bad_row(ordinal, line, text, f"not JSON: {error}".replace(" line 1,", ""))
    if not isinstance(value, dict):
        return _bad_row(ordinal, line, text, "not a JSON object")
    for key, inner in value.items():
        if isinstance(inner, dict) and len(inner) == 1:
            value[key] = _plain(inner)
    return Row(ordinal, line, values=value)


def _plain(value: JsonObject) -> JsonValue:
    """Return what MongoDB's extended JSON means by an object such as ``{"$oid": "…"}``."""
    ((mark, inner),) = value.items()
    if isinstance(inner, dict) and len(inner) == 1 and mark == "$date":
        inner = _plain(inner)  # the canonical form: {"$date": {"$numberLong": "…"}}
    if mark in _MARKED_NUMBERS:
        text = inner.text if isinstance(inner, Number) else inner
        if isinstance(text, str) and _NUMBER.fullmatch(text):
            return Number(text)
        return Constant(text) if text in _CONSTANTS else value
    is_text = isinstance(inner, str) or (mark == "$date" and isinstance(inner, Number))
    return inner if mark in _MARKED_TEXTS and is_text else value


def _bad_row(ordinal: int, line: int, text: str, problem: str) -> Row:
    return Row(ordinal, line, (text,), None, problem)


def _blank_lines(text: str) -> int:
    return text.count("\n", 0, len(text) - len(text.lstrip(_BLANK)))


def _too_long(line: int) -> UsageError:
    return UsageError(
        f"the row on line {line} is longer than any contact's can be",
        hint="check that the file is what --format says",
    )
