"""Every fault that a network and a service can meet a request with, and what must come of it."""

from __future__ import annotations

import gzip
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import cache
from typing import TYPE_CHECKING

from fault_server import drip, flood, hang_up, head, raw, reply, reply_json, reset, silence

from contactctl.errors import error_codes

if TYPE_CHECKING:
    from fault_server import Behaviour, Visit

    from contactctl.exact_json import JsonObject

OK = b'{"success":true,"id":"c1"}'
#: Time for an attempt that ends by its deadline alone: more where a busy machine got no further.
DEADLINES_S = (0.3, 4.0, 30.0)
PAGE = b"<!doctype html><html><head><title>Oops &lt;b&gt;</title></head><body>No</body></html>"
_NOT_FOUND_ROUTES = {
    "POST contacts/delete",
    "GET contacts/suppression",
    "DELETE contacts/suppression",
}
_ID_ROUTES = {"PUT contacts/update", "POST contacts/create"}


@dataclass(frozen=True)
class Fault:
    """One way to answer, the error that it must become, and whether the call is repeated.

    ``outcome`` is that of a write. ``slow`` faults end by the deadline alone; ``asks_s`` is how
    long a ``Retry-After`` makes the client wait before each repeat.
    """

    name: str
    behave: Behaviour
    code: str
    status: int | None
    outcome: str = "not_applied"
    repeated: bool = False
    slow: bool = False
    asks_s: float = 0.0
    only_routes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name

    def meets(self, route: str) -> bool:
        """Tell whether this is a fault at all for a route."""
        return not self.only_routes or route in self.only_routes

    def code_for(self, route: str) -> str:
        """Return the error code for a route: what a 404 means depends on it."""
        return "not_found" if self.status == 404 and route in _NOT_FOUND_ROUTES else self.code

    def exit_code_for(self, route: str) -> int:
        return error_codes()[self.code_for(route)]

    def outcome_for(self, route: str) -> str:
        """Return the outcome: what a read did is never in doubt."""
        reads = route.startswith("GET") and self.outcome == "unknown"
        return "not_applied" if reads else self.outcome


def _lost(name: str, behave: Behaviour, status: int | None = None) -> Fault:
    return Fault(name, behave, "no_connection", status, "unknown", repeated=True)


def _late(name: str, behave: Behaviour, status: int | None = None) -> Fault:
    return Fault(name, behave, "timeout", status, "unknown", repeated=True, slow=True)


def _bad(
    name: str, body: bytes, *headers: tuple[str, str], only: frozenset[str] = frozenset()
) -> Fault:
    behave = reply(200, body, headers)
    return Fault(name, behave, "bad_reply", 200, "unknown", only_routes=only)


def _limited(name: str, retry_after: str, *, asks_s: float = 0.0) -> Fault:
    behave = reply_json(_failure("Rate limit exceeded"), 429, [("Retry-After", retry_after)])
    return Fault(name, behave, "rate_limited", 429, repeated=asks_s <= 60, asks_s=asks_s)


def _away(status: int, body: bytes, name: str = "") -> Fault:
    name = name or f"a {status}"
    return Fault(name, reply(status, body), "unavailable", status, "unknown", repeated=True)


def _refused(status: int, body: bytes, code: str = "refused", name: str = "") -> Fault:
    return Fault(name or f"a {status}", reply(status, body), code, status)


def _redirect(name: str, status: int, location: str) -> Fault:
    return Fault(name, reply(status, b"", [("Location", location)]), "redirected", status)


def _failure(message: str) -> JsonObject:
    return {"success": False, "message": message}


@cache
def _bomb() -> bytes:
    """Return 50 MB in little, made when first asked for: it takes a third of a second."""
    return gzip.compress(b" " * 50_000_000, 1)


def _explode(visit: Visit) -> bool:
    return reply(200, _bomb(), [("Content-Encoding", "gzip")])(visit)


_KEY_BODIES = {
    "message and error": b'{"success":false,"message":"Invalid API key","error":"Invalid API key"}',
    "error alone": b'{"error":"Invalid API key"}',
    "error as an object": b'{"error":{"message":"Invalid API key"}}',
    "nested": b'{"message":"","error":{"error":{"message":"Invalid API key"}}}',
    "text": b"Invalid API key",
    "a page": PAGE,
    "nothing": b"",
    "half of it": b'{"success":false,"message":"Inval',
    "not UTF-8": b'{"message":"\xff\xfe"}',
    "a list": b'[{"message":"Invalid API key"}]',
    "a number": b"42",
}
#: The clock of clients under test: a date that a server asks for must not pass while others run.
NOW = time.time()

FAULTS: tuple[Fault, ...] = (
    _lost("a reset before the reply", reset()),
    _lost("a reset in the reply's headers", reset(b"HTTP/1.1 200 OK\r\nContent-")),
    _lost("a reset in the reply's body", reset(head(200, 40) + b'{"succ'), status=200),
    _lost("hanging up without a reply", hang_up),
    _lost("a body shorter than it claims", reply(200, OK, claimed=900), status=200),
    _lost("no HTTP at all", raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    _lost("headers without end", raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 40_000)),
    _late("headers one byte at a time", drip(head(200, len(OK)) + OK)),
    _late("a body one byte at a time", drip(head(200, 900) + b" " * 900, at_once=45), status=200),
    _late("no reply at all", silence),
    _bad("truncated JSON", OK[:-4]),
    _bad("JSON of the wrong shape", b"[[1]]"),
    _bad("JSON that is a text", b'"ok"'),
    _bad("JSON without end", b"[" * 100_000),
    _bad("JSON too deep to be one", b"[" * 200 + b"]" * 200),
    _bad("a key given twice", b'{"id":"a","id":"b"}'),
    _bad("not UTF-8", b'{"success":true,"id":"\xff"}'),
    _bad("an empty 200", b""),
    _bad("an HTML 200", PAGE, ("Content-Type", "text/html")),
    _bad("no id", b'{"success":true}', only=frozenset(_ID_ROUTES)),
    _bad("an empty id", b'{"success":true,"id":""}', only=frozenset(_ID_ROUTES)),
    _bad("a number for an id", b'{"success":true,"id":7}', only=frozenset(_ID_ROUTES)),
    Fault("a gzip bomb", _explode, "bad_reply", 200, "unknown"),
    _bad("an unknown encoding", b"\x8b\x02\x80", ("Content-Encoding", "br")),
    Fault("a 204", reply(204), "bad_reply", 204, "unknown"),
    Fault("a 304", reply(304), "bad_reply", 304, "unknown"),
    Fault("a reply of 100 MB", flood(100), "bad_reply", 200, "unknown"),
    Fault("a 500 of 100 MB", flood(100, 500), "unavailable", 500, "unknown", repeated=True),
    _refused(200, b'{"success":false,"message":"No."}', name="success: false in a 200"),
    _refused(200, b'{"success":"no"}', name="success: no in a 200"),
    *(_refused(401, body, "unauthorized", f"a 401 with {k}") for k, body in _KEY_BODIES.items()),
    _refused(403, b"", "unauthorized"),
    _refused(400, b'{"success":false,"message":"Invalid email address."}'),
    _refused(404, b'{"success":false,"message":"Contact not found."}'),
    _refused(405, b'{"success":false,"message":"Wrong HTTP request method"}'),
    _refused(409, b'{"success":false,"message":"Taken."}', "conflict"),
    _refused(422, b'{"errors":[]}'),
    _limited("a 429 with seconds", "7", asks_s=7),
    _limited("a 429 with a date", formatdate(NOW + 40, usegmt=True), asks_s=20),
    _limited("a 429 with a date in the past", formatdate(NOW - 99, usegmt=True)),
    _limited("a 429 with nonsense", "soon"),
    _limited("a 429 with an hour", "3600", asks_s=3600),
    Fault("a 429", reply(429), "rate_limited", 429, repeated=True),
    _away(500, b""),
    _away(502, PAGE, "an HTML 502"),
    _away(503, b"Service Unavailable"),
    _away(504, b'{"message":"upstream"}'),
    _redirect("a redirect to the same host", 302, "/api/v1/elsewhere"),
    _redirect("a redirect to another host", 307, "https://evil.example/api"),
    _redirect("a redirect to nonsense", 308, "http://[::1:\x01/\\@"),
    _redirect("a redirect to nowhere", 301, ""),
)
