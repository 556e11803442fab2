"""The sandbox as a WSGI application: the same for a server and for a client in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.exact_json import to_json
from contactctl.sandbox import rules
from contactctl.sandbox.calls import CONTROL_PATH, Answer, Call, Refusal
from contactctl.sandbox.incoming import Incoming, check_host, check_is_local, check_origin, has_key
from contactctl.sandbox.limits import Budget, RateLimit
from contactctl.sandbox.trouble import Script, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from contactctl.exact_json import JsonObject
    from contactctl.sandbox.control import Control
    from contactctl.sandbox.request_log import RequestLog
    from contactctl.sandbox.store import Store
    from contactctl.sandbox.tables import Transaction

    Rule: TypeAlias = Callable[[Transaction, Call], Answer]


#: What a client adds to the sandbox's address to be answered: the service's own base path.
BASE_PATH = "/api"

_ROUTES: Mapping[str, Mapping[str, Rule]] = {
    "/v1/api-key": {"GET": rules.api_key},
    "/v1/contacts/create": {"POST": rules.create},
    "/v1/contacts/update": {"PUT": rules.update},
    "/v1/contacts/find": {"GET": rules.find},
    "/v1/contacts/delete": {"POST": rules.delete},
    "/v1/contacts/suppression": {"GET": rules.suppression, "DELETE": rules.remove_suppression},
    "/v1/contacts/properties": {"GET": rules.properties, "POST": rules.create_property},
    "/v1/lists": {"GET": rules.lists},
}
_TOO_MANY = 429
_METHODS_WITH_BODY = frozenset({"POST", "PUT"})
_UNAUTHORIZED = Answer(
    {"success": False, "message": "Invalid API key", "error": "Invalid API key"}, 401
)


def _say_nothing(_text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox behaves; the defaults are those of one in this process.

    ``api_key`` None takes any key that is not empty. ``rate_limit`` is in requests per second, None
    is no limit and no headers about it. ``log`` remembers the requests, and with it the addresses
    of the control answer; ``seed`` is what a reset through them returns to, None the demonstration
    data. ``warn`` is told of what the service would pass over
    silently. ``served_host`` is the host that a server listens on: with it the Host header is
    checked, and a failure of the store is told to ``warn`` and answered with 500.
    """

    api_key: str | None = field(default=None, repr=False)
    strict: bool = False
    rate_limit: int | None = None
    script: Script = field(default_factory=Script)
    served_host: str | None = None
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
        self._control = None if settings.log is None else self._open_control(settings.log)

    def _open_control(self, log: RequestLog) -> Control:
        from contactctl.sandbox.control import Control  # a command in this process needs none

        return Control(
            self._store, log, self._trouble, seed=self._settings.seed, now_s=self._settings.now_s
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        incoming = Incoming(environ)
        if self._control is not None and incoming.path.startswith(f"{CONTROL_PATH}/"):
            return _send(self._controlled(incoming, self._control), environ, start_response)
        started_s = self._settings.clock_s()
        latency_s = self._trouble.latency_s(_service_path(incoming))
        if latency_s:
            self._settings.sleep(latency_s)
        answer = self._answer(incoming)
        for text in answer.warnings:
            self._settings.warn(text)
        if self._settings.log is not None:
            took_s = self._settings.clock_s() - started_s
            now_s = self._settings.now_s()
            self._settings.log.add(incoming, answer, now_s=now_s, took_s=took_s)
        return _send(answer, environ, start_response)

    def _controlled(self, incoming: Incoming, control: Control) -> Answer:
        try:
            self._check_door(incoming.environ)
            check_is_local(incoming.environ)
            return control.answer(incoming)
        except Refusal as refusal:
            return refusal.to_answer()
        except Exception as error:  # noqa: BLE001 - a bug, too, must not take a server down
            return self._failed(error)

    def _answer(self, incoming: Incoming) -> Answer:
        """Answer a request. One without a key spends nothing: a limit belongs to a team."""
        # An answer to whoever has no key has these headers as well.
        budget = self._limit.peek()
        try:
            self._check_door(incoming.environ)
            if not has_key(incoming.environ, self._settings.api_key):
                answer = _UNAUTHORIZED
            else:
                budget = self._limit.take()
                answer = self._answer_inside(incoming, budget)
        except Refusal as refusal:
            answer = refusal.to_answer()
        except Exception as error:  # noqa: BLE001 - a bug, too, must not take a server down
            answer = self._failed(error)
        return replace(answer, headers=(*answer.headers, *budget.headers))

    def _check_door(self, environ: WSGIEnvironment) -> None:
        if self._settings.served_host is not None:
            check_host(environ, self._settings.served_host)
        check_origin(environ)

    def _failed(self, error: Exception) -> Answer:
        if self._settings.served_host is None:
            raise error
        return _failed(error)

    def _answer_inside(self, incoming: Incoming, budget: Budget) -> Answer:
        # Before the faults: a request over the limit gets to nothing that could fail.
        if budget.exceeded:
            raise self._refusal(429, "Rate limit exceeded")
        method = incoming.method
        fault = self._trouble.fault_of(method, _service_path(incoming))
        if fault is not None:
            # By choice before anything is written; only a broken connection leaves that open.
            why = f"injected by --fail {fault.text}" if fault.text else ""
            raise self._refusal(fault.status, "A failure injected by the sandbox.", why)
        return self._ruled(incoming)

    def _refusal(self, status: int, message: str, why: str = "") -> Refusal:
        seconds = self._trouble.script.retry_after_s
        headers = (("Retry-After", str(seconds)),) if status == _TOO_MANY and seconds else ()
        return Refusal(status, message, headers=headers, why=why)

    def _ruled(self, incoming: Incoming) -> Answer:
        method = incoming.method
        rule = _rule_for(method, incoming.path)
        call = Call(
            query=incoming.query,
            body=incoming.read_object() if method in _METHODS_WITH_BODY else {},
            now_s=self._settings.now_s(),
            strict=self._settings.strict,
        )
        # Other processes use the file too, and a read need not keep them from it.
        opened = self._store.read if method == "GET" else self._store.write
        with opened() as transaction:
            return rule(transaction, call)


def _failed(error: Exception) -> Answer:
    text = f"a bug in the sandbox: {type(error).__name__}"
    if isinstance(error, ContactctlError):
        text = error.message if error.hint is None else f"{error.message}; {error.hint}"
    return replace(Refusal(500, "The sandbox failed.").to_answer(), warnings=(text,))


def _send(answer: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    body = (answer.text or to_json(answer.value)).encode("utf-8")
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *answer.headers,
    ]
    start_response(f"{answer.status} {_phrase(answer.status)}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _service_path(incoming: Incoming) -> str:
    """Return the path as the service's documentation has it: ``/contacts/update``."""
    return incoming.path.removeprefix(BASE_PATH).removeprefix("/v1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # an injected status may be one without a name
        return "Injected"


def _rule_for(method: str, path: str) -> Rule:
    """Return the rule for a request.

    Raises :class:`Refusal`: 404 for a path that is none of the service's, 405 for another method.
    The texts of both are choices, as is that POST on update is refused.
    """
    allowed = _ROUTES.get(path.removeprefix(BASE_PATH)) if path.startswith(BASE_PATH) else None
    if allowed is None:
        raise Refusal(404, "Not found.")
    if method not in allowed:
        raise Refusal(
            405, "Wrong HTTP request method.", headers=(("Allow", ", ".join(sorted(allowed))),)
        )
    return allowed[method]
