"""The requests that came, newest last: so many in memory, and each told to whoever listens."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from contactctl.exact_json import JsonError, JsonObject, JsonValue, Number, parse_json, to_json
from contactctl.safe_text import mask, to_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.sandbox.calls import Answer
    from contactctl.sandbox.incoming import Incoming

#: What is remembered; older requests are forgotten first.
MOST_REQUESTS = 1000
MOST_BYTES = 8 * 1024 * 1024
#: Of one body; what is longer is cut, and then is a text.
_MOST_OF_A_BODY = 64 * 1024
#: Shorter ones are words that may stand in any text.
_SHORTEST_KEY_TO_MASK = 16


class Record(NamedTuple):
    """One request as it is remembered: its JSON, and by what its contact is found again.

    The JSON holds ``number`` (from 1), ``at`` (UTC), ``method``, ``path``, ``query``, ``status``,
    ``ms`` (how long it took), ``contact`` (``email``, ``userId``, ``id``: what is known of them),
    ``request`` and ``reply`` (the bodies: JSON values, a text for what is no JSON, null for none),
    ``why`` (null, or why it was refused), and ``warnings`` (of what was passed over silently). It
    never holds the API key.
    """

    number: int
    text: str
    names: frozenset[str]
    line: str


class RequestLog:
    """Keeps what came, for whoever asks later; any thread may add and ask.

    ``tell`` is called with each record, one after another; whoever asks does not wait for it.
    """

    def __init__(self, tell: Callable[[Record], None] | None = None) -> None:
        self._lock = threading.Lock()
        #: Held while one is told: to a terminal that stands still that may take for ever.
        self._telling = threading.Lock()
        self._tell = tell
        self._kept: deque[Record] = deque()
        self._bytes = 0
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the newest request, 0 before the first."""
        return self._last

    @property
    def first(self) -> int:
        """The number of the oldest request that is remembered, or of the one that is next."""
        with self._lock:
            return self._kept[0].number if self._kept else self._last + 1

    def add(self, incoming: Incoming, answer: Answer, *, now_s: float, took_s: float) -> None:
        """Remember a request and what was answered; times are in seconds."""
        value = _to_object(incoming, answer, now_s, took_s)
        with self._telling:
            record = _to_record(self._last + 1, value, incoming.key, now_s)
            self._keep(record)
            if self._tell is not None:
                self._tell(record)

    def _keep(self, record: Record) -> None:
        with self._lock:
            self._last = record.number
            self._kept.append(record)
            self._bytes += len(record.text)
            while len(self._kept) > MOST_REQUESTS or self._bytes > MOST_BYTES:
                self._bytes -= len(self._kept.popleft().text)

    def after(self, number: int, *, contact: str = "", most: int = MOST_REQUESTS) -> list[Record]:
        """Return the oldest ``most`` of the records behind a number.

        ``contact`` is an address, user id or id: of that contact alone.
        """
        with self._lock:
            found = [one for one in self._kept if one.number > number]
        name = contact.strip().lower()
        return [one for one in found if not name or name in one.names][:most]

    def clear(self) -> None:
        """Forget every record; the numbers go on."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


def _to_object(incoming: Incoming, answer: Answer, now_s: float, took_s: float) -> JsonObject:
    reply = answer.value
    return {
        "at": datetime.fromtimestamp(now_s, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "method": incoming.method,
        "path": incoming.path,
        "query": dict(incoming.query),
        "status": Number(str(answer.status)),
        "ms": Number(f"{took_s * 1000:.1f}"),
        "contact": _contact_of(incoming, reply),
        "request": _shown(incoming.body_read),
        "reply": reply,
        "why": answer.why or _reason(answer),
        "warnings": [*answer.warnings],
    }


def _to_record(number: int, value: JsonObject, key: str, now_s: float) -> Record:
    text, line = to_json({"number": Number(str(number)), **value}), _line(value, now_s)
    if len(key) >= _SHORTEST_KEY_TO_MASK:
        text, line = text.replace(to_json(key)[1:-1], mask(key)), line.replace(key, mask(key))
    contact = value["contact"]
    names = contact.values() if isinstance(contact, dict) else ()
    return Record(number, text, frozenset(str(name).lower() for name in names), line)


def _line(value: JsonObject, now_s: float) -> str:
    contact = value["contact"]
    who = next(iter(contact.values()), "") if isinstance(contact, dict) else ""
    parts = [
        # Whoever sees it come looks at a clock of this place.
        datetime.fromtimestamp(now_s).astimezone().strftime("%H:%M:%S"),
        value["method"],
        value["path"],
        to_json(value["status"]),
        f"{to_json(value['ms'])} ms",
        who,
        f"({value['why']})" if value["why"] else "",
    ]
    return to_safe(" ".join(str(part) for part in parts if part))


def _contact_of(incoming: Incoming, reply: JsonValue) -> JsonObject | None:
    """Return who a request was about, as far as it and its answer say."""
    found: JsonObject = {}
    if isinstance(reply, list) and incoming.path.endswith("/find"):
        reply = reply[0] if reply else None
    answered = reply if isinstance(reply, dict) else {}
    inner = answered.get("contact")
    for source in (incoming.query, incoming.parsed or {}, inner, answered):
        for name in ("email", "userId", "id"):
            value = source.get(name) if isinstance(source, dict) else None
            if isinstance(value, str) and value:
                found[name] = value
    return found or None


def _shown(body: bytes) -> JsonValue:
    if not body:
        return None
    if len(body) > _MOST_OF_A_BODY:
        return body[:_MOST_OF_A_BODY].decode("utf-8", "replace") + "…"
    try:
        return parse_json(body)
    except JsonError:
        return body.decode("utf-8", "replace")


def _reason(answer: Answer) -> str | None:
    if answer.status < 400 or not isinstance(answer.value, dict):  # noqa: PLR2004 - where failures begin
        return None
    return str(answer.value.get("message") or answer.value.get("error") or "") or None
