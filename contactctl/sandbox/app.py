"""The sandbox as a WSGI application: the same for a server and for a client in this process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.sandbox.calls import Answer, Call, Refusal
from contactctl.sandbox.choices import Manner
from contactctl.sandbox.incoming import Incoming, check_host, check_is_local, check_origin, has_key
from contactctl.sandbox.limits import Budget, RateLimit
from contactctl.sandbox.page import is_aside, is_of_page, page_answer
from contactctl.sandbox.routes import MAX_BODY_BYTES, route_for, service_path
from contactctl.sandbox.sending import send
from contactctl.sandbox.trouble import Script, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from contactctl.exact_json import JsonObject
    from contactctl.sandbox.control import Control
    from contactctl.sandbox.request_log import RequestLog
    from contactctl.sandbox.store import Store


_TOO_MANY = 429
#: More at once would wait for the store all the same, and keep the page and the control waiting:
#: only one thread runs Python at a time.
_AT_ONCE = 4
_ALL_ORIGINS = ("Access-Control-Allow-Origin", "*")
#: As seen live in 2024, without a word about the limit: that is a team's, and no team is known.
_UNAUTHORIZED = Answer(
    {"error": "Invalid API key"}, 401, (_ALL_ORIGINS, ("Content-Type", "application/json"))
)


def _say_nothing(_text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox behaves; the defaults are those of one in this process.

    ``api_key`` None takes any key that is not empty. ``rate_limit`` is in requests per second, None
    is no limit and no headers about it. ``log`` remembers the requests, and with it the addresses
    of the control answer; ``seed`` is what a reset through them returns to, None the demonstration
    data. ``warn`` is told of what the service would pass over silently. ``served_host`` is the host
    that a server listens on: with it the Host header is checked (``allowed_hosts`` are names of it
    that it cannot know), and a failure of the store is told to ``warn`` and answered with 500.
    """

    api_key: str | None = field(default=None, repr=False)
    manner: Manner = Manner.USUAL
    rate_limit: int | None = None
    script: Script = field(default_factory=Script)
    served_host: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    log: RequestLog | None = None
    seed: JsonObject | None = None
    warn: Callable[[str], None] = _say_nothing
    draw: Callable[[], float] | None = None
    sleep: Callable[[float], object] = time.sleep
    clock_s: Callable[[], float] = time.monotonic
    now_s: Callable[[], float] = time.time


def make_app(store: Store, settings: Settings | None = None) -> WSGIApplication:
    """Return the application that answers from a store.

    A store that fails raises its :class:`MachineError` through the application, unless it is
    served: in this process that is the command's own error.
    """
    return _App(store, settings or Settings())


class _App:
    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._limit = RateLimit(settings.rate_limit, settings.clock_s)
        self._trouble = Trouble(settings.script, self._limit, settings.draw)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._control = None if settings.log is None else self._open_control(settings.log)

    def _open_control(self, log: RequestLog) -> Control:
        from contactctl.sandbox.control import Control  # a command in this process needs none

        return Control(
            self._store, log, self._trouble, seed=self._settings.seed, now_s=self._settings.now_s
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        incoming = Incoming(environ)
        if self._control is not None and is_aside(incoming.path):
            return self._send(self._controlled(incoming, self._control), environ, start_response)
        started_s = self._settings.clock_s()
        latency_s = self._trouble.latency_s(service_path(incoming.path))
        if latency_s:
            self._settings.sleep(latency_s)
        with self._turns:
            answer = self._answer(incoming)
            if self._settings.log is not None:
                incoming.read_anyway(MAX_BODY_BYTES)
                took_s = self._settings.clock_s() - started_s
                now_s = self._settings.now_s()
                self._settings.log.add(incoming, answer, now_s=now_s, took_s=took_s)
        return self._send(answer, environ, start_response)

    def _send(
        self, answer: Answer, environ: WSGIEnvironment, start_response: StartResponse
    ) -> list[bytes]:
        for text in answer.warnings:
            self._settings.warn(text)
        return send(answer, environ, start_response)

    def _controlled(self, incoming: Incoming, control: Control) -> Answer:
        try:
            self._check_door(incoming.environ)
            check_is_local(incoming.environ)
            page = is_of_page(incoming.path)
            return page_answer(incoming) if page else control.answer(incoming)
        except Refusal as refusal:
            return refusal.to_answer()
        except Exception as error:  # noqa: BLE001 - a bug, too, must not take a server down
            return self._failed(error)

    def _answer(self, incoming: Incoming) -> Answer:
        """Answer a request. One without a key spends nothing: a limit belongs to a team."""
        headers: tuple[tuple[str, str], ...] = ()
        try:
            self._check_door(incoming.environ)
            if not has_key(incoming.environ, self._settings.api_key):
                return _unauthorized(incoming)
            budget = self._limit.take()
            headers = (_ALL_ORIGINS, *budget.headers)
            answer = self._answer_inside(incoming, budget)
        except Refusal as refusal:
            answer = refusal.to_answer()
        except Exception as error:  # noqa: BLE001 - a bug, too, must not take a server down
            answer = self._failed(error)
        return replace(answer, headers=(*answer.headers, *headers))

    def _check_door(self, environ: WSGIEnvironment) -> None:
        if self._settings.served_host is not None:
            check_host(environ, self._settings.served_host, self._settings.allowed_hosts)
        check_origin(environ)

    def _failed(self, error: Exception) -> Answer:
        if self._settings.served_host is None:
            raise error
        return _failed(error)

    def _answer_inside(self, incoming: Incoming, budget: Budget) -> Answer:
        # Before the faults: a request over the limit gets to nothing that could fail.
        if budget.exceeded:
            why = f"more than {budget.limit} requests in one second"
            raise self._refusal(429, "Rate limit exceeded", why)
        method = incoming.method
        fault = self._trouble.fault_of(method, service_path(incoming.path))
        if fault is not None:
            # By choice before anything is written; only a broken connection leaves that open.
            why = f"injected by --fail {fault.text}" if fault.text else ""
            raise self._refusal(fault.status, "A failure injected by the sandbox.", why)
        return self._ruled(incoming)

    def _refusal(self, status: int, message: str, why: str = "") -> Refusal:
        seconds = self._trouble.script.retry_after_s
        waits = status == _TOO_MANY and seconds is not None
        headers = (("Retry-After", str(seconds)),) if waits else ()
        return Refusal(status, message, headers=headers, why=why)

    def _ruled(self, incoming: Incoming) -> Answer:
        method = incoming.method
        manner = self._settings.manner
        rule, most_bytes = route_for(method, incoming.path, manner)
        call = Call(
            query=incoming.query,
            body=incoming.read_object(most_bytes, manner) if most_bytes else {},
            now_s=self._settings.now_s(),
            manner=manner,
            idempotency_key=incoming.idempotency_key,
        )
        # Other processes use the file too, and a read need not keep them from it.
        opened = self._store.read if method == "GET" else self._store.write
        with opened() as transaction:
            return rule(transaction, call)


def _unauthorized(incoming: Incoming) -> Answer:
    why = "the API key is not the one of --api-key" if incoming.key else "there is no API key"
    return replace(_UNAUTHORIZED, why=why)


def _failed(error: Exception) -> Answer:
    text = f"a bug in the sandbox: {type(error).__name__}"
    if isinstance(error, ContactctlError):
        text = error.message if error.hint is None else f"{error.message}; {error.hint}"
    return replace(Refusal(500, "The sandbox failed.").to_answer(), warnings=(text,))
