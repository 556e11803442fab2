"""What an account said of its properties and lists within the last hour, kept on disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from contactctl.errors import MachineError
from contactctl.exact_json import JsonError, JsonObject, JsonValue, Number, parse_json, to_json
from contactctl.files import elsewhere, make_private_folder, save_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from contactctl.profiles.api_key import ApiKey

Kind = Literal["properties", "lists"]

#: A choice: these change seldom, and a key that is not among them is fetched again.
MAX_AGE_S = 3600
_VERSION = Number("1")
#: Four times the largest answer that the client takes.
_MAX_BYTES = 2**22
#: What a shell may complete: anything else in a name of the service could be run by one.
_CANDIDATE = re.compile(r"[A-Za-z0-9_.@+-]{1,80}")
_CANDIDATE_FIELDS: dict[Kind, tuple[str, ...]] = {"properties": ("key",), "lists": ("name", "id")}


class _Kept(NamedTuple):
    """An answer and when it was given, in seconds since 1970."""

    saved_at: float
    items: list[JsonObject]


class _OtherVersionError(Exception):
    """The file belongs to another version of this program."""


class AccountCache:
    """The answers of one account, each kind in a file of its own.

    It is never in the way: what cannot be read or written is as if it were not there. A damaged
    file, or one of another version of this program, is left as it is; ``problems`` names both.
    ``clock`` returns seconds since 1970.
    """

    def __init__(self, folder: Path, account: str, clock: Callable[[], float]) -> None:
        self.problems: list[str] = []
        self._folder = folder
        self._account = account
        self._clock = clock
        self._foreign: set[Kind] = set()

    def path(self, kind: Kind) -> Path:
        """Return the file of one kind; its name tells nothing about the account."""
        return self._folder / f"{kind}-{self._account}.json"

    def load(self, kind: Kind) -> list[JsonObject] | None:
        """Return what was kept within the last hour, or None; a date to come is not trusted."""
        kept = self._load_kept(kind)
        recent = kept is not None and 0 <= self._clock() - kept.saved_at < MAX_AGE_S
        return kept.items if kept and recent else None

    def load_candidates(self, kind: Kind) -> list[str]:
        """Return what a shell may complete, of any age: property keys; names, or ids, of lists."""
        # An old name is better than none: Tab must not ask the service.
        kept = self._load_kept(kind)
        found = (_candidate(item, _CANDIDATE_FIELDS[kind]) for item in (kept.items if kept else ()))
        return sorted({text for text in found if text is not None})

    def save(self, kind: Kind, items: list[JsonObject]) -> None:
        """Keep an answer; where nothing can be written, it is not kept."""
        if kind in self._foreign:  # another version of this program may still need its own file
            return
        saved_at = Number(str(int(self._clock())))
        value: JsonObject = {"version": _VERSION, "savedAt": saved_at, "items": [*items]}
        try:
            make_private_folder(self._folder, elsewhere("cache"))
            save_whole(self.path(kind), to_json(value).encode())
        except MachineError:
            return

    def _load_kept(self, kind: Kind) -> _Kept | None:
        path = self.path(kind)
        try:
            data = _read_file(path)
        except OSError:
            return None
        try:
            return _parse_kept(data)
        except JsonError as error:
            self._foreign.add(kind)
            self.problems.append(
                f"the cache file {path} is damaged and not used: {error}; delete it for a new one"
            )
        except _OtherVersionError:
            self._foreign.add(kind)
            self.problems.append(f"the cache file {path} is of another version and not used")
        return None


def account_digest(
    base_url: str, *, profile: str | None, team: str | None = None, key: ApiKey | None = None
) -> str:
    """Return what tells accounts apart in file names, without telling which they are.

    That is the base URL, and the profile with its team; the key counts without a profile alone.
    """
    import hashlib

    # With a profile its name tells accounts apart, and a key that is renewed keeps the cache.
    secret = key.reveal() if profile is None and key is not None else None
    whose: list[JsonValue] = [base_url, profile, team, secret]
    return hashlib.sha256(to_json(whose).encode()).hexdigest()[:32]


def _read_file(path: Path) -> bytes:
    """Return a file's bytes; raises OSError also for what is no regular file, which might hang."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file.read(_MAX_BYTES)


def _parse_kept(data: bytes) -> _Kept:
    """Read a file of this module; raises :class:`JsonError` when it is none."""
    value = parse_json(data)
    version = value.get("version") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(version, Number):
        raise JsonError("it has no version")
    if version != _VERSION:
        raise _OtherVersionError
    saved_at, items = value.get("savedAt"), value.get("items")
    if not isinstance(saved_at, Number) or not isinstance(items, list):
        raise JsonError("it has no items")
    return _Kept(float(saved_at.text), [item for item in items if isinstance(item, dict)])


def _candidate(item: JsonObject, names: tuple[str, ...]) -> str | None:
    texts = (item.get(name) for name in names)
    fitting = (text for text in texts if isinstance(text, str) and _CANDIDATE.fullmatch(text))
    return next(fitting, None)
