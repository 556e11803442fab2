"""What an answer means: status and body become a value or a typed error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.service.cleaner import Cleaner
    from contactctl.service.endpoints import Call, Shape

#: No answer about one contact, or a team's properties and lists, comes near this.
MAX_REPLY_BYTES = 1_048_576
#: The headers that say how fast one may go on, and the service's clock; all that is kept of an
#: answer's headers.
PACE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "retry-after", "date")

_MAX_PAGE = 65_536
_TITLE = r"(?i)<title[^>]*>([^<]*)"
_TAG = r"<[^<>]*>"
_REDIRECTS, _FAILURES, _SERVER_ERRORS = 300, 400, 500

_BY_STATUS: dict[int, type[ContactctlError]] = {
    401: UnauthorizedError,
    403: UnauthorizedError,
    409: ConflictError,
    429: RateLimitedError,
}
_NEEDED: dict[Shape, tuple[str, ...]] = {
    "contacts": ("id",),
    "properties": ("key", "type"),
    "lists": ("id", "name"),
}


class Answer(NamedTuple):
    """An answer as it came: ``body`` decoded and no longer than the limit, ``whole`` if all of it.

    ``location`` is where a redirect points, ``pace`` the headers named in ``PACE_HEADERS``.
    """

    status: int
    body: bytes
    pace: Mapping[str, str]
    location: str = ""
    whole: bool = True


class Reply(NamedTuple):
    """A success: its status, its pace headers, and the value that its body holds."""

    status: int
    headers: Mapping[str, str]
    value: JsonValue


def to_reply(call: Call, answer: Answer, cleaner: Cleaner) -> Reply:
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
        return _first_text(parse_json(body), 3)
    except JsonError:
        page = body[:_MAX_PAGE].decode("utf-8", "replace")
        title = re.search(_TITLE, page)
        return title[1] if title else re.sub(_TAG, " ", page)


def _value(call: Call, answer: Answer, cleaner: Cleaner) -> JsonValue:
    if not _REDIRECTS > answer.status >= 200:  # noqa: PLR2004 - 2xx is a success
        raise _failure(call, answer, cleaner)
    value = _parsed(answer)
    if isinstance(value, dict) and value.get("success", True) is not True:
        text = cleaner.show(message_of(answer.body)) or "the service says that it failed"
        raise RefusedError(f"{text} (HTTP {answer.status})", outcome=Outcome.NOT_APPLIED)
    missing = _missing(value, call.shape)
    if missing:
        raise _bad_reply(answer, missing)
    return cleaner.mask_value(value)


def _failure(call: Call, answer: Answer, cleaner: Cleaner) -> ContactctlError:
    status = answer.status
    text = cleaner.show(message_of(answer.body)) or "the service gives no reason"
    if status >= _SERVER_ERRORS:
        # A gateway that lost patience does not know either whether the write went through.
        return UnavailableError(f"{text} (HTTP {status})", outcome=Outcome.UNKNOWN)
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


def _says_not_found(call: Call, answer: Answer) -> bool:
    """Tell whether it is the service that knows no such contact, not a server that knows no path.

    A page from something in between would otherwise tell that a contact is deleted.
    """
    if answer.status != 404 or call.path not in {"contacts/delete", "contacts/suppression"}:  # noqa: PLR2004
        return False
    try:
        return isinstance(parse_json(answer.body), dict)
    except JsonError:
        return False


def _parsed(answer: Answer) -> JsonValue:
    if not answer.whole:
        raise _bad_reply(answer, f"an end within {MAX_REPLY_BYTES} bytes")
    if not answer.body.strip():
        raise _bad_reply(answer, "a body")
    try:
        return parse_json(answer.body)
    except JsonError:
        raise _bad_reply(answer, "JSON") from None


def _bad_reply(answer: Answer, missing: str) -> BadReplyError:
    return BadReplyError(
        f"the answer says success, but lacks {missing} (HTTP {answer.status})",
        outcome=Outcome.UNKNOWN,
    )


def _missing(value: JsonValue, shape: Shape) -> str:
    """Return what a success of this shape lacks; empty when it lacks nothing."""
    needed = _NEEDED.get(shape)
    if needed is not None:
        fits = isinstance(value, list) and all(_has_texts(item, needed) for item in value)
        return "" if fits else f"a list of {shape}"
    if not isinstance(value, dict):
        return "an object"
    if shape == "id":
        if not _has_texts(value, ("id",)):
            return "an id"
    elif shape == "suppression":
        return "" if isinstance(value.get("isSuppressed"), bool) else "isSuppressed"
    return "" if value.get("success") is True else "success: true"


def _has_texts(value: JsonValue, names: tuple[str, ...]) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) and value.get(name) for name in names
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
