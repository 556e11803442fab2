"""What an answer means: status and body become a value or a typed error, fit to be shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from contactctl.errors import (
    BadReplyError,
    ConflictError,
    ContactctlError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RedirectedError,
    RefusedError,
    UnauthorizedError,
    UnavailableError,
)
from contactctl.exact_json import JsonError, JsonValue, parse_json
from contactctl.profiles.profile import SANDBOX_NAME
from contactctl.safe_text import mask, to_safe
from contactctl.service.endpoints import LacksError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.service.endpoints import Call

T = TypeVar("T")

MAX_MESSAGE = 300
#: No answer about one contact, or a team's properties and lists, comes near this.
MAX_REPLY_BYTES = 1_048_576
#: The headers that say how fast one may go on, and the service's clock; all that is kept of an
#: answer's headers.
PACE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "retry-after", "date")

#: A shorter key, such as one made up for the sandbox's server, is a word of the data by chance.
_SHORTEST_SECRET = 16
#: What error messages repeat of a key, and what a cut leaves of it.
_SHORTEST_PART = 8
#: What an error page has to say stands at its top.
_MAX_PAGE = 65_536
_TITLE = r"(?i)<title[^>]*>([^<]*)"
_TAG = r"<[^<>]*>"
_SUCCESSES, _REDIRECTS, _FAILURES, _NOT_FOUND, _SERVER_ERRORS = 200, 300, 400, 404, 500
_NOT_MODIFIED, _REQUEST_TIMEOUT = 304, 408

_BY_STATUS: dict[int, type[ContactctlError]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    409: ConflictError,
    429: RateLimitedError,
}


class Cleaner:
    """Makes text of the service fit to show: the key masked, controls escaped, cut to length."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._mask = mask(key)
        # As it is, and as JSON writers that escape slashes spell it.
        self._spellings = tuple({key, key.replace("/", "\\/")})
        # Made once: an import looks for them in every answer.
        self._parts = {
            size: [key[start : start + size] for start in range(len(key) - size + 1)]
            for size in (_SHORTEST_PART, _SHORTEST_SECRET)
        }

    def mask(self, text: str) -> str:
        """Return the text with every appearance of the key masked, also of a part of it.

        A key too short to be a secret is masked where it is a word of its own.
        """
        if len(self._key) >= _SHORTEST_SECRET:
            return self._masked(text, _SHORTEST_PART)
        if self._key in {"", SANDBOX_NAME} or self._key not in text:
            return text
        from contactctl.service.key_parts import hide_word

        return hide_word(text, self._key, self._mask)

    def _masked(self, text: str, shortest: int) -> str:
        """Mask the key, and what is at least that long of it."""
        if len(text) < shortest:
            return text
        for spelling in self._spellings:
            text = text.replace(spelling, self._mask)
        found = [part for part in self._parts[shortest] if part in text]
        if not found:
            return text
        from contactctl.service.key_parts import hide_parts

        return hide_parts(text, found)

    def show(self, text: str, limit: int = MAX_MESSAGE) -> str:
        """Return a line that may be shown: masked, spaces joined, escaped, cut to ``limit``."""
        line = " ".join(self.mask(text).split())
        return to_safe(line if len(line) <= limit else line[: limit - 1] + "…")

    def mask_value(self, value: JsonValue) -> JsonValue:
        """Return a value with the key masked in every string and name of it.

        Ids and names of it may be sent back: a key too short to be a secret is left in them, and
        so is a short part of one.
        """
        if len(self._key) < _SHORTEST_SECRET:
            return value
        if isinstance(value, str):
            return self._masked(value, _SHORTEST_SECRET)
        if isinstance(value, list):
            return [self.mask_value(item) for item in value]
        if isinstance(value, dict):
            masked = {key: self._masked(key, _SHORTEST_SECRET) for key in value}
            return {masked[key]: self.mask_value(item) for key, item in value.items()}
        return value


class Answer(NamedTuple):
    """An answer as it came: ``body`` decoded and no longer than the limit, ``whole`` if all of it.

    ``location`` is where a redirect points, ``pace`` the headers named in ``PACE_HEADERS``.
    """

    status: int
    body: bytes
    pace: Mapping[str, str]
    location: str = ""
    whole: bool = True


class Reply(NamedTuple, Generic[T]):
    """A success: its status, its pace headers, and the value that its body holds."""

    status: int
    headers: Mapping[str, str]
    value: T


def to_reply(call: Call[T], answer: Answer, cleaner: Cleaner) -> Reply[T]:
    """Return the value of a success; decided by status, never by text.

    Raises :class:`BadReplyError` for a success that is not what it should be,
    :class:`RefusedError` for one that says ``success: false``, and the error of each status.
    """
    try:
        return Reply(answer.status, answer.pace, _value(call, answer, cleaner))
    except ContactctlError as error:
        error.status = answer.status
        error.pace = answer.pace
        raise


def message_of(body: bytes) -> str:
    """Return the service's own words in a body of any form; empty when there are none.

    ``message`` counts before ``error``, which is deprecated and may be an object (documentation,
    changelog of 2025-09-11); pages are read for their title.
    """
    try:
        # Deep enough for {"error": {"message": ["…"]}}; hostile nesting is not followed.
        return _first_text(parse_json(body, with_halves=True), 3)
    except JsonError:
        page = body[:_MAX_PAGE].decode("utf-8", "replace")
        title = re.search(_TITLE, page)
        return title[1] if title else re.sub(_TAG, " ", page)


def _value(call: Call[T], answer: Answer, cleaner: Cleaner) -> T:
    if not _REDIRECTS > answer.status >= _SUCCESSES:
        raise _failure(call, answer, cleaner)
    value = _parsed(answer)
    # Not every success says so: what is said of a suppression has no such field.
    if isinstance(value, dict) and value.get("success", True) is not True:
        text = cleaner.show(message_of(answer.body)) or "the service says that it failed"
        raise RefusedError(f"{text} (HTTP {answer.status})", outcome=Outcome.NOT_APPLIED)
    try:
        return call.read(cleaner.mask_value(value))
    except LacksError as lack:
        raise _bad_reply(answer, str(lack)) from None


def _failure(call: Call[T], answer: Answer, cleaner: Cleaner) -> ContactctlError:
    status = answer.status
    text = cleaner.show(message_of(answer.body)) or "the service gives no reason"
    if status >= _SERVER_ERRORS or status == _REQUEST_TIMEOUT:
        # A gateway that lost patience does not know either whether the write went through.
        return UnavailableError(f"{text} (HTTP {status})", outcome=Outcome.UNKNOWN)
    if status == _NOT_MODIFIED:
        what = "the answer says 'not modified', although nothing of the kind was asked"
        return BadReplyError(f"{what} (HTTP {status})", outcome=Outcome.UNKNOWN)
    if _FAILURES > status >= _REDIRECTS:
        where = cleaner.show(_host_in(cleaner.mask(answer.location))) or "nowhere"
        text = f"the address redirects to {where}, and redirects are not followed"
        return RedirectedError(f"{text} (HTTP {status})", outcome=Outcome.NOT_APPLIED)
    if status < _REDIRECTS:
        return _bad_reply(answer, "a final status")
    kind = _BY_STATUS.get(status, RefusedError)
    if _says_not_found(call, answer):
        kind = NotFoundError
    return kind(f"{text} (HTTP {status})", outcome=Outcome.NOT_APPLIED)


def _says_not_found(call: Call[T], answer: Answer) -> bool:
    """Tell whether it is the service that knows no such contact, not a server that knows no path.

    A page from something in between would otherwise tell that a contact is deleted.
    """
    if answer.status != _NOT_FOUND or not call.names_contact:
        return False
    try:
        return isinstance(parse_json(answer.body, with_halves=True), dict)
    except JsonError:
        return False


def _parsed(answer: Answer) -> JsonValue:
    if not answer.whole:
        raise _bad_reply(answer, f"an end within {MAX_REPLY_BYTES} bytes")
    if not answer.body.strip():
        raise _bad_reply(answer, "a body")
    try:
        return parse_json(answer.body, with_halves=True)
    except JsonError:
        raise _bad_reply(answer, "JSON") from None


def _bad_reply(answer: Answer, missing: str) -> BadReplyError:
    return BadReplyError(
        f"the answer says success, but lacks {missing} (HTTP {answer.status})",
        outcome=Outcome.UNKNOWN,
    )


def _first_text(value: JsonValue, depth: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and depth:
        return _first_text(value[0], depth - 1)
    if not isinstance(value, dict) or not depth:
        return ""
    found = (_first_text(value.get(name), depth - 1) for name in ("message", "error"))
    return next((text for text in found if text.strip()), "")


def _host_in(location: str) -> str:
    """Return the host alone: path and query of a redirect may repeat what was sent."""
    after = location.partition("//")[2]
    host = re.split(r"[/?#\\]", after, maxsplit=1)[0].rpartition("@")[2]
    return host or ("another path of the same host" if location else "")
