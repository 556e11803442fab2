"""The lines of a plan or an undo file: pure values to text and back, and the marks that prove it.

JSON Lines. The first line is the header, then comes one line a contact, each with a mark over
itself and all lines before it, and at last a line that says how many they are. Marks show damage,
cuts and edits by accident; they are no signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.changes.preview import FieldChange
from contactctl.contact import ContactRef
from contactctl.exact_json import JsonError, JsonObject, JsonValue, Number, parse_json, to_json
from contactctl.plans.file_account import FileAccount, parse_account

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
#: How a mailing list's field begins; its id follows.
LIST_PREFIX = "mailingLists."

FileKind = Literal["plan", "undo"]
Would = Literal["create", "update", "delete", "nothing"]
FILE_KINDS: tuple[FileKind, ...] = ("plan", "undo")
WOULDS: tuple[Would, ...] = ("create", "update", "delete", "nothing")

_MARK_BYTES = 16
_MARK_KEY = ',"mark":"'
_END_KEY = ',"digest":"'
_CLOSE = '"}'


class FileSource(NamedTuple):
    """The imported file that a plan was made of."""

    name: str
    digest: str
    mapping: str


@dataclass(frozen=True, slots=True)
class Header:
    """The first line; ``created`` is seconds since 1970, ``counts`` None where it is not known."""

    kind: FileKind
    account: FileAccount
    created: float
    source: FileSource | None = None
    counts: Mapping[Would, int] | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One line: what becomes of one contact.

    ``line`` is where in the imported file it comes from. ``changes`` has each mailing list as
    ``mailingLists.ID``; ``names`` has the names of lists, by the same key, where they are known.
    """

    refs: tuple[ContactRef, ...]
    would: Would
    changes: Mapping[str, FieldChange]
    id: str | None = None
    line: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return who is meant, for a message."""
        return " with ".join(map(str, self.refs))

    def to_json_object(self) -> JsonObject:
        """Return the line without its mark."""
        return {
            "line": None if self.line is None else Number(str(self.line)),
            "ref": {ref.name: ref.value for ref in self.refs},
            "id": self.id,
            "would": self.would,
            "changes": {name: self._change(name, item) for name, item in self.changes.items()},
        }

    def _change(self, name: str, item: FieldChange) -> JsonObject:
        found: JsonObject = {"from": item.before, "to": item.after}
        return found | {"name": self.names[name]} if name in self.names else found


class Chain:
    """Marks lines, each over itself and everything before it; ``header`` is the first line."""

    def __init__(self, header: str) -> None:
        self.count = 0
        self._state = _digest(b"", header)

    @property
    def digest(self) -> str:
        """Return what tells the lines so far from all others, in hex."""
        return self._state.hex()

    def marked(self, text: str) -> str:
        """Return a line, a JSON object as text, with its mark as the last key."""
        # Put in as text: an object read and written again might spell a number in another way.
        self._state = _digest(self._state, text)
        self.count += 1
        return f"{text[:-1]}{_MARK_KEY}{self._state.hex()}{_CLOSE}"

    def ended(self) -> str:
        """Return the line that ends a file."""
        text = f'{{"end":true,"lines":{self.count}}}'
        return f"{text[:-1]}{_END_KEY}{_digest(self._state, text).hex()}{_CLOSE}"

    def accept(self, line: str) -> str | None:
        """Return the text of the line that comes next, without its mark; None for the end.

        Raises :class:`JsonError` where it is not what was written after the lines before it.
        """
        # The last mark of a line, as a value of it may hold the same letters.
        if line == self.ended():
            return None
        body, key, mark = line.rpartition(_MARK_KEY)
        text = body + "}"
        if not key or mark != _digest(self._state, text).hex() + _CLOSE:
            raise JsonError("another text than its mark is of")
        self._state = _digest(self._state, text)
        self.count += 1
        return text


def to_header_line(header: Header) -> str:
    """Return the first line of a file."""
    account, source, counts = header.account, header.source, header.counts
    return to_json(
        {
            "contactctl": header.kind,
            "version": Number(str(VERSION)),
            "account": account.to_json_object(),
            "source": None if source is None else dict(source._asdict()),
            "created": to_instant(header.created),
            "counts": None
            if counts is None
            else {word: Number(str(counts.get(word, 0))) for word in WOULDS},
        }
    )


def parse_header(line: str) -> Header:
    """Read a first line; raises :class:`JsonError` for anything else."""
    try:
        value = parse_json(line)
    except JsonError:
        raise JsonError("its first line is not that of a plan") from None
    match value:
        case {
            "contactctl": ("plan" | "undo") as kind,
            "version": Number(text="1"),
            "account": dict() as account,
            "source": source,
            "created": str() as created,
            "counts": counts,
        }:
            return Header(
                # Spelled out, since mypy does not narrow a text by a pattern.
                "plan" if kind == "plan" else "undo",
                parse_account(account),
                from_instant(created),
                _parse_source(source),
                _parse_counts(counts),
            )
        case {"contactctl": "plan" | "undo", "version": Number() as version}:
            raise JsonError(f"a file of version {version.text}, which this contactctl cannot read")
    raise JsonError("its first line is not that of a plan")


def parse_planned(value: JsonValue) -> Planned:
    """Read one line; raises :class:`JsonError` for anything else."""
    match value:
        case {
            "line": (Number() | None) as line,
            "ref": dict() as ref,
            "id": (str() | None) as found,
            "would": str() as word,
            "changes": dict() as changes,
        }:
            would = next((known for known in WOULDS if known == word), None)
            refs = _parse_refs(ref)
            if would is not None and refs:
                return Planned(
                    refs,
                    would,
                    {name: _parse_change(item) for name, item in changes.items()},
                    found,
                    None if line is None else int(line.text),
                    {name: text for name, item in changes.items() if (text := _name_in(item))},
                )
    raise JsonError("not a contact of a plan")


def names_of(changes: Mapping[str, object], lists: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the mailing lists among some fields, as far as they are known."""
    ids = {name: name.removeprefix(LIST_PREFIX) for name in changes if name.startswith(LIST_PREFIX)}
    return {name: lists[one] for name, one in ids.items() if one in lists}


def to_instant(seconds: float) -> str:
    """Return a time since 1970 as it stands in a file, in UTC."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def from_instant(text: str) -> float:
    """Read what :func:`to_instant` wrote; raises :class:`JsonError` for anything else."""
    import calendar
    import time

    try:
        return float(calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")))
    except ValueError:
        raise JsonError("not a time") from None


def _digest(before: bytes, text: str) -> bytes:
    return hashlib.blake2b(before + text.encode(), digest_size=_MARK_BYTES).digest()


def _parse_source(value: JsonValue) -> FileSource | None:
    match value:
        case None:
            return None
        case {"name": str() as name, "digest": str() as digest, "mapping": str() as mapping}:
            return FileSource(name, digest, mapping)
    raise JsonError("not where a plan comes from")


def _parse_counts(value: JsonValue) -> Mapping[Would, int] | None:
    if value is None:
        return None
    if isinstance(value, dict):
        found = {word: value.get(word) for word in WOULDS}
        numbers = {
            word: int(item.text)
            for word, item in found.items()
            if isinstance(item, Number) and item.text.isdecimal()
        }
        if len(numbers) == len(WOULDS):
            return numbers
    raise JsonError("not the counts of a plan")


def _parse_refs(value: JsonObject) -> tuple[ContactRef, ...]:
    email, user_id = value.get("email"), value.get("userId")
    refs = []
    if isinstance(email, str):
        refs.append(ContactRef("email", email))
    if isinstance(user_id, str):
        refs.append(ContactRef("userId", user_id))
    # One that is not read here would be left out of who is meant.
    if len(refs) != len(value):
        raise JsonError("not who is meant")
    return tuple(refs)


def _parse_change(value: JsonValue) -> FieldChange:
    match value:
        case {"from": before, "to": after}:
            return FieldChange(before, after)
    raise JsonError("not a field's change")


def _name_in(value: JsonValue) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None
