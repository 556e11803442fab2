"""The addresses under ``/_sandbox``, by which tests and the sandbox's own page see and steer it.

They answer this machine alone, any Host of the sandbox's own, and no web page but the sandbox's
(same origin); they ask for no API key, are in no log, and are not slowed or failed on purpose.
Every body is JSON; a failure is ``{"success": false, "message": …}``.

=======  =========  ===============================================================================
method   path       what it does
=======  =========  ===============================================================================
POST     /reset     returns to how the server began: data, faults, and no requests
POST     /load      loads a document as :mod:`contactctl.sandbox.snapshot` has it, whole or not at
                    all: ``{"success": true, "loaded": {"lists": 2, …}}``
GET      /dump      everything, as that document
GET      /account   the document without its contacts, and ``"contacts": <how many>``
GET      /contacts  ``?search=&before=&most=``: ``{"contacts": […], "before": 17, "total": 3}``, the
                    newest first, 50 unless said; ``before`` is where the next page begins, null at
                    the end
GET      /requests  ``?after=N&most=M&contact=WHO``: ``{"requests": [record, …], "last": 12,
                    "first": 3, "version": "…", "run": "…"}``, the oldest first. Those before
                    ``first`` are forgotten; ``version`` changes with the data and the faults,
                    ``run`` with each start of the server. The records are those of
                    :class:`contactctl.sandbox.request_log.Record`
DELETE   /requests  forgets them; numbers go on
GET      /faults    ``{"fail": ["503@3"], "latency": ["80", "500:/contacts/find"], "retryAfter":
                    null, "seed": null, "rateLimit": 10}``
POST     /faults    ``{"fail": ["429@1-2"], "retryAfter": 2}``: more failures, numbered from the
                    next request behind those that shall fail already; answers as GET
PUT      /faults    sets those that are given, answers as GET; counts begin again
DELETE   /faults    no fault, no latency, no Retry-After; the rate limit stays
=======  =========  ===============================================================================
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.safe_text import quoted
from contactctl.sandbox.calls import CONTROL_PATH, Answer, Refusal
from contactctl.sandbox.records import new_id
from contactctl.sandbox.snapshot import dump_lines, head, load, parse_snapshot
from contactctl.sandbox.trouble import Script, Trouble, to_faults, to_latencies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from contactctl.sandbox.incoming import Incoming
    from contactctl.sandbox.request_log import RequestLog
    from contactctl.sandbox.store import Store

    Handler: TypeAlias = Callable[[Incoming], Answer]

#: As much as the server takes.
_MAX_LOAD_BYTES = 16 * 1024 * 1024
_MAX_FAULTS_BYTES = 64 * 1024
_USUAL_PAGE = 50
_LARGEST_PAGE = 1000
_LARGEST_NUMBER = 1_000_000_000
_DONE: JsonObject = {"success": True}
#: Nothing of it is for other sites, for frames, or for a cache.
_HEADERS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


class Control:
    """Answers the control addresses; whoever asks has passed the door."""

    def __init__(
        self,
        store: Store,
        log: RequestLog,
        trouble: Trouble,
        *,
        seed: JsonObject | None,
        now_s: Callable[[], float],
    ) -> None:
        self._store = store
        self._log = log
        self._trouble = trouble
        self._limit = trouble.limit
        self._seed = seed
        self._now_s = now_s
        self._began = (trouble.script, trouble.limit.limit)
        self._run = new_id()
        self._routes: Mapping[str, Mapping[str, Handler]] = {
            "/reset": {"POST": self._reset},
            "/load": {"POST": self._load},
            "/dump": {"GET": self._dump},
            "/account": {"GET": self._account},
            "/contacts": {"GET": self._contacts},
            "/requests": {"GET": self._requests, "DELETE": self._forget_requests},
            "/faults": {
                "GET": self._faults,
                "POST": self._add_faults,
                "PUT": self._set_faults,
                "DELETE": self._clear_faults,
            },
        }

    def answer(self, incoming: Incoming) -> Answer:
        """Answer a request; raises :class:`Refusal`."""
        allowed = self._routes.get(incoming.path.removeprefix(CONTROL_PATH))
        if allowed is None:
            raise Refusal(404, f"There is no such address; {', '.join(self._routes)} are there.")
        if incoming.method not in allowed:
            allow = ", ".join(sorted(allowed))
            raise Refusal(405, "Wrong HTTP request method.", headers=(("Allow", allow),))
        try:
            found = allowed[incoming.method](incoming)
        except UsageError as error:
            message = error.message.removesuffix(".")
            raise Refusal(400, f"{message}; {error.hint}" if error.hint else message) from None
        return replace(found, headers=_HEADERS)

    def _reset(self, _incoming: Incoming) -> Answer:
        script, limit = self._began
        self._store.reset(self._seed, self._now_s())
        self._trouble.set(script)
        self._limit.limit = limit
        self._log.clear()
        return Answer(_DONE)

    def _load(self, incoming: Incoming) -> Answer:
        document = parse_snapshot(incoming.read(_MAX_LOAD_BYTES))
        with self._store.write() as transaction:
            counts = load(transaction, document, self._now_s())
        return Answer({**_DONE, "loaded": counts.to_json_object()})

    def _dump(self, _incoming: Incoming) -> Answer:
        return Answer(None, text="\n".join(dump_lines(self._store, self._now_s())) + "\n")

    def _account(self, _incoming: Incoming) -> Answer:
        with self._store.read() as transaction:
            found = head(transaction, self._now_s())
            return Answer({**found, "contacts": Number(str(transaction.count_contacts()))})

    def _contacts(self, incoming: Incoming) -> Answer:
        most = _number(incoming, "most", _USUAL_PAGE, _LARGEST_PAGE)
        before = _number(incoming, "before", _LARGEST_NUMBER, _LARGEST_NUMBER)
        search = incoming.query.get("search", "")
        with self._store.read() as transaction:
            page = transaction.contacts_found(search, before, most)
            total = transaction.count_contacts(search)
        following = Number(str(page[-1][0])) if len(page) == most else None
        return Answer(
            {
                "contacts": [contact.to_whole_object() for _, contact in page],
                "before": following,
                "total": Number(str(total)),
            }
        )

    def _requests(self, incoming: Incoming) -> Answer:
        first, last = self._log.first, self._log.last
        records = self._log.after(
            _number(incoming, "after", 0, _LARGEST_NUMBER),
            contact=incoming.query.get("contact", ""),
            most=_number(incoming, "most", _LARGEST_PAGE, _LARGEST_PAGE),
        )
        # One may have come in between, and must not be passed over by whoever asks on from here.
        last = records[-1].number if records else last
        texts = ",".join(record.text for record in records)
        version = f"{self._store.version()}.{self._trouble.changes}.{self._limit.limit}"
        text = f'{{"requests":[{texts}],"last":{last},"first":{first},"version":"{version}",'
        return Answer(None, text=f'{text}"run":"{self._run}"}}')

    def _forget_requests(self, _incoming: Incoming) -> Answer:
        self._log.clear()
        return Answer(_DONE)

    def _faults(self, _incoming: Incoming) -> Answer:
        script = self._trouble.script
        return Answer(
            {
                "fail": [fault.text for fault in script.faults],
                "latency": [latency.text for latency in script.latencies],
                "retryAfter": _or_null(script.retry_after_s),
                "seed": _or_null(script.seed),
                "rateLimit": _or_null(self._limit.limit),
            }
        )

    def _add_faults(self, incoming: Incoming) -> Answer:
        given = _given(incoming, {"fail", "retryAfter"})
        faults = to_faults(_texts("fail", given.get("fail", [])))
        retry_after_s = _given_number(given, "retryAfter", self._trouble.script.retry_after_s)
        self._trouble.add(faults, retry_after_s)
        return self._faults(incoming)

    def _set_faults(self, incoming: Incoming) -> Answer:
        given = _given(incoming, {"fail", "latency", "retryAfter", "seed", "rateLimit"})
        limit = _given_number(given, "rateLimit", self._limit.limit)
        self._trouble.set(_changed(self._trouble.script, given))
        self._limit.limit = limit or None
        return self._faults(incoming)

    def _clear_faults(self, incoming: Incoming) -> Answer:
        self._trouble.set(Script())
        return self._faults(incoming)


def _given(incoming: Incoming, known: set[str]) -> JsonObject:
    given = incoming.read_object(_MAX_FAULTS_BYTES)
    for name in given:
        if name not in known:
            raise Refusal(400, f"There is no {quoted(name)} here.")
    return given


def _changed(script: Script, given: JsonObject) -> Script:
    faults, latencies = script.faults, script.latencies
    if "fail" in given:
        faults = to_faults(_texts("fail", given["fail"]))
    if "latency" in given:
        latencies = to_latencies(_texts("latency", given["latency"]))
    return Script(
        faults,
        latencies,
        _given_number(given, "retryAfter", script.retry_after_s),
        _given_number(given, "seed", script.seed),
    )


def _texts(name: str, value: JsonValue) -> list[str]:
    """Return an array of texts; one text alone, or a number, is taken for an array of it."""
    items = value if isinstance(value, list) else [value]
    texts = [item.text if isinstance(item, Number) else item for item in items]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal(400, f"{name} must be an array of strings.")
    return [str(text) for text in texts]


def _given_number(given: JsonObject, name: str, now: int | None) -> int | None:
    value = given.get(name)
    if value is None:
        return None if name in given else now
    return _whole(name, value.text if isinstance(value, Number) else "", _LARGEST_NUMBER)


def _number(incoming: Incoming, name: str, usual: int, most: int) -> int:
    text = incoming.query.get(name)
    return usual if text is None else _whole(name, text, most)


def _whole(name: str, text: str, most: int) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    if not is_number or int(text) > most:
        raise Refusal(400, f"{name} must be a whole number up to {most}.")
    return int(text)


def _or_null(number: int | None) -> JsonValue:
    return None if number is None else Number(str(number))
