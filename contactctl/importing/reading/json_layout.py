"""How the objects lie in a JSON file, seen from its beginning, and layouts that hold no rows."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn

from contactctl.importing.reading.misread import no_rows
from contactctl.safe_text import quoted
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["lines", "array", "objects", "wrapped"]

_DECODER = json.JSONDecoder()
_JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{"\]])|\s*\[\s*\Z')
_BLANK = re.compile(r"[\s,]*")
#: How many objects deep the array is looked for that holds the rows.
_DEEPEST = 4
_IDENTIFIERS = frozenset({"email", "userid"})
_FIRESTORE = re.compile(
    r'"fields"\s*:\s*\{\s*"[^"]*"\s*:\s*\{\s*"(string|integer|double|boolean|timestamp|null)Value"'
)
_DYNAMO_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS"})
_DYNAMO = "is an export of DynamoDB, whose values are wrapped in their types"
_LINES = "| contactctl import - --format jsonl"


class Layout(NamedTuple):
    """``start`` is where the array begins that objects wrap, in characters, under these keys."""

    kind: Kind
    start: int = 0
    keys: tuple[str, ...] = ()

    @property
    def rows(self) -> str:
        """How jq names the rows; "" where each is a value of its own."""
        if self.kind not in {"array", "wrapped"}:
            return ""
        return "." + "".join(f"[{json.dumps(key)}]" for key in self.keys) + "[]"


LINES = Layout("lines")


def looks_like_json(start: str) -> bool:
    """Tell whether a text begins as JSON does that holds objects, and as no CSV file would."""
    return _JSON_START.match(start) is not None


def find_layout(start: str, name: str, *, is_whole: bool) -> Layout:
    """Return how the objects lie in a file that begins so.

    Raises :class:`UsageError` for layouts that are known and hold no objects as rows, with the
    command that makes some of them. ``is_whole`` tells that there is no more of the file.
    """
    file = shell_word(name)
    text = start.lstrip()
    if text.startswith("["):
        _refuse_arrays(text[1:].lstrip(), name, file)
        return Layout("array")
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return _unfinished(start, name, file, is_whole=is_whole)
    if is_whole and not text[end:].strip():
        return _of_one_object(value, start, name, file)
    # One object a line is read by lines: a bad one then costs a row and not the rest of the file.
    spread = "\n" in text[:end].rstrip()
    ends_line = not text[end:].partition("\n")[0].strip()
    return Layout("objects" if spread or not ends_line else "lines")


def _unfinished(start: str, name: str, file: str, *, is_whole: bool) -> Layout:
    """Return the layout of a file whose first object cannot be read, or goes on beyond it."""
    first = start.lstrip().partition("\n")[0].rstrip()
    is_spread = first.endswith(("{", "[", ",")) and first.count("{") > first.count("}")
    if not is_spread and "\n" in start.strip() + "\n" * is_whole:
        return Layout("lines")  # one bad line among many
    if not is_whole:
        wrapped = _wrapped_array(start)
        if wrapped is not None:
            _refuse_firestore(start, name, file)
            return wrapped
    return Layout("objects")


def _of_one_object(value: dict[str, Any], start: str, name: str, file: str) -> Layout:
    if any(_folded(key) in _IDENTIFIERS and not isinstance(value[key], dict) for key in value):
        return Layout("objects")
    lists = [key for key, inner in value.items() if _is_list_of_objects(inner)]
    if lists and value[lists[0]] and all(map(_is_typed, value[lists[0]])):
        program = f".[{json.dumps(lists[0])}][] | map_values(.[])"
        _refuse(name, _DYNAMO, f"jq -c {shlex.quote(program)} {file} {_LINES}")
    if len(lists) == 1:
        _refuse_firestore(start, name, file)
        return _wrapped_array(start) or Layout("objects")
    if lists:
        several = ", ".join(map(quoted, lists))
        _refuse(name, f"holds several lists: {several}", f"jq '.[\"NAME\"]' {file} {_LINES[:-1]}")
    _refuse_table(value, name, file)
    wrapped = _wrapped_array(start)
    if wrapped and [*_lists_within(value)] == [wrapped.keys]:
        return wrapped
    if value and all(isinstance(inner, dict) for inner in value.values()):
        _refuse_keyed(value, name, file)
    return Layout("objects")


def _refuse_table(value: dict[str, Any], name: str, file: str) -> None:
    for rows, what in (("data", "that pandas wrote with orient=split"), ("rows", "of a table")):
        if isinstance(value.get("columns"), list) and isinstance(value.get(rows), list):
            csv = f"jq -r '.columns, .{rows}[] | @csv' {file} | contactctl import -"
            _refuse(name, f"is JSON {what}", csv)


def _refuse_keyed(value: dict[str, Any], name: str, file: str) -> None:
    if all(map(_is_typed, value.values())):
        way = f"jq -c '.[] | map_values(.[])' {file} {_LINES}"
        _refuse(name, _DYNAMO, way)
    inner_keys = [key for inner in value.values() for key in inner]
    if inner_keys and all(map(str.isdecimal, inner_keys)):
        way = "write it with to_json(…, orient='records', lines=True)"
        _refuse(name, "is JSON that pandas wrote by columns", way)
    path = ""
    while len(value) == 1 and not any(map(_is_typed, value.values())):
        ((key, inner),) = value.items()
        if not inner or not all(isinstance(one, dict) for one in inner.values()):
            break
        path, value = f"{path}[{json.dumps(key)}]", inner
    what = "is one JSON object whose keys stand for its rows"
    _refuse(name, what, f"jq -c {shlex.quote(f'.{path}[]')} {file} {_LINES}")


def _is_typed(value: dict[str, Any]) -> bool:
    """Tell whether the values of an object have their types around them, as DynamoDB has them."""
    return bool(value) and all(
        isinstance(one, dict) and len(one) == 1 and next(iter(one)) in _DYNAMO_TYPES
        for one in value.values()
    )


def _refuse_arrays(rest: str, name: str, file: str) -> None:
    if rest.startswith("["):
        _refuse(
            name, "holds lists, not objects", f"jq -r '.[] | @csv' {file} | contactctl import -"
        )
    if rest.startswith('"'):
        way = f"jq -r '.[]' {file} | contactctl import - --header email"
        _refuse(name, "holds a list of strings, not objects", way)


def _refuse_firestore(start: str, name: str, file: str) -> None:
    if _FIRESTORE.search(start):
        way = f"jq -c '.documents[].fields | map_values(.[])' {file} {_LINES}"
        _refuse(name, "is an export of Firestore, whose values are wrapped in their types", way)


def _refuse(name: str, what: str, way: str) -> NoReturn:
    raise no_rows(f"{quoted(name)} {what}", way)


def _wrapped_array(start: str) -> Layout | None:
    """Return where the array of objects begins that stands among an object's values."""
    found = _looked_through(start, start.index("{"), ())
    return found if isinstance(found, Layout) else None


def _looked_through(start: str, at: int, keys: tuple[str, ...]) -> Layout | int | None:
    """Return the array in the object that begins there, or the place behind one without any.

    None for one that is a contact, or goes on beyond the text.
    """
    at += 1
    try:
        while start[at := _behind(start, at)] != "}":
            key, at = _DECODER.raw_decode(start, at)
            at = _behind(start, at)
            if start[at] != ":" or _folded(key) in _IDENTIFIERS:
                return None
            at = _behind(start, at + 1)
            if start[at] == "[" and start[_behind(start, at + 1)] in "{]":
                return Layout("wrapped", at, (*keys, key))
            inner = None
            if start[at] == "{" and len(keys) < _DEEPEST:
                inner = _looked_through(start, at, (*keys, key))
            if isinstance(inner, Layout):
                return inner
            at = inner or _DECODER.raw_decode(start, at)[1]
    except (ValueError, IndexError, RecursionError, AttributeError):
        return None
    return at + 1


def _lists_within(value: dict[str, Any], keys: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the keys that lead to each list of objects, but for those of contacts themselves."""
    if len(keys) > _DEEPEST or any(_folded(key) in _IDENTIFIERS for key in value):
        return
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _lists_within(inner, (*keys, key))
        elif inner and _is_list_of_objects(inner):
            yield (*keys, key)


def _behind(text: str, at: int) -> int:
    """Return the place behind spaces and commas."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _folded(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()
