"""One request and its answer: sent once, read up to the limit, turned into a value or an error."""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING, TypeVar

from contactctl.errors import (
    ContactctlError,
    DeadlineError,
    NoConnectionError,
    Outcome,
    UsageError,
)
from contactctl.service.replies import MAX_REPLY_BYTES, PACE_HEADERS, Answer, Cleaner, to_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.network.messages import Http, Request, Response
    from contactctl.service.endpoints import Call
    from contactctl.service.replies import Reply

T = TypeVar("T")

_MAX_TRACE = 2000
_FIRST_NON_SUCCESS = 300
#: zlib's way of saying: gzip or zlib, find out.
_ANY_DEFLATE = 47


class Exchange:
    """Sends calls over HTTP, each once."""

    def __init__(
        self,
        http: Http,
        *,
        timeout_s: float,
        trace: Callable[[str], None] | None,
        before_each: Callable[[], None],
    ) -> None:
        self._http = http
        self._timeout_s = timeout_s
        self._trace = trace
        self._before_each = before_each
        #: What is known of the writes so far, for whoever must stop in the middle of one.
        self.outcome = Outcome.NOT_SENT
        #: The limit that was named last, "" where none was; None before the first answer.
        self.limit: str | None = None
        self.cleaner = Cleaner(http.key.reveal())

    def __call__(self, call: Call[T]) -> Reply[T]:
        """Send a call once and return the reply.

        Raises typed errors alone. A read that failed is never of unknown outcome.
        """
        self._before_each()
        # Unknown from before the first byte: a signal may come at any moment from here on.
        before = self.outcome
        if call.writes:
            self.outcome = Outcome.UNKNOWN
        try:
            reply = to_reply(call, self._answer(call), self.cleaner)
        except ContactctlError as error:
            if error.outcome is Outcome.UNKNOWN and not call.writes:
                error.outcome = Outcome.NOT_APPLIED
            # Surely not applied: then what is known of the writes before it holds again.
            if error.outcome is not Outcome.UNKNOWN:
                self.outcome = before
            raise
        if call.writes:
            self.outcome = Outcome.APPLIED
        return reply

    def say(self, line: str) -> None:
        """Trace one line for ``-v``, with the key masked."""
        if self._trace is not None:
            self._trace(self.cleaner.show(line, _MAX_TRACE))

    def _answer(self, call: Call[T]) -> Answer:
        request = self._request(call)
        if self._trace is None:
            return self._read(self._http.send(request))
        self.say(f"{call.method} {self._http.url_of(request)}")
        if call.body is not None:
            self.say(f"> {call.body.decode()}")
        started = time.monotonic()
        try:
            answer = self._read(self._http.send(request))
        except ContactctlError as error:
            self.say(f"< {error.message}, after {_ms_since(started)} ms")
            raise
        self.say(f"< HTTP {answer.status} in {_ms_since(started)} ms")
        # All of it: a cut before the key is masked could leave a part of it.
        self.say(f"< {answer.body.decode('utf-8', 'replace')}")
        return answer

    def _request(self, call: Call[T]) -> Request:
        try:
            return self._http.request(
                call.method,
                call.path,
                query=call.query,
                body=call.body,
                timeout_s=self._timeout_s,
            )
        except ValueError:  # UnicodeError among them
            raise UsageError(
                "the email address or user id cannot be put into a request",
                hint="check what is given as --email or --user-id",
            ) from None

    def _read(self, response: Response) -> Answer:
        """Read an answer's body; where its status is no success, that alone decides."""
        try:
            body, whole = _read_body(response)
        except (NoConnectionError, DeadlineError) as error:
            # A status that has come is an answer, even where its body has not.
            error.status = response.status
            error.message += f" (HTTP {response.status})"
            if response.status < _FIRST_NON_SUCCESS:
                raise
            body, whole = b"", False
        finally:
            response.close()
        found = ((name, response.header(name)) for name in PACE_HEADERS)
        pace = {name: self.cleaner.show(value) for name, value in found if value is not None}
        self.limit = pace.get("x-ratelimit-limit", self.limit or "")
        return Answer(response.status, body, pace, response.header("location") or "", whole)


def _read_body(response: Response) -> tuple[bytes, bool]:
    """Return the decoded body up to the limit, and whether that is all of it.

    Identity was asked for, yet something on the way may compress all the same.
    """
    body = bytearray()
    for piece in response.body:  # a body without end is cut off at the limit
        body += piece
        if len(body) > MAX_REPLY_BYTES:
            break
    raw = bytes(body)
    if (response.header("content-encoding") or "identity").lower() == "identity":
        return raw[:MAX_REPLY_BYTES], len(raw) <= MAX_REPLY_BYTES
    return _inflated(raw)


def _inflated(raw: bytes) -> tuple[bytes, bool]:
    # Up to the limit and no further: a few bytes may unpack to gigabytes.
    unpacker = zlib.decompressobj(_ANY_DEFLATE)
    try:
        body = unpacker.decompress(raw, MAX_REPLY_BYTES)
    except zlib.error:
        return raw, True  # another encoding: the body will be found to be no JSON
    return body, unpacker.eof


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
