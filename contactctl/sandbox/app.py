"""The sandbox as a WSGI application: the same for a server and for a client in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.exact_json import to_json
from contactctl.sandbox import rules
from contactctl.sandbox.calls import Answer, Call, Refusal
from contactctl.sandbox.incoming import check_host, check_origin, has_key, read_body, read_query
from contactctl.sandbox.limits import Budget, Fault, RateLimit, drawn_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

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
_METHODS_WITH_BODY = frozenset({"POST", "PUT"})
_UNAUTHORIZED = Answer(
    {"success": False, "message": "Invalid API key", "error": "Invalid API key"}, 401
)


def _say_nothing(_text: str) -> None:
    pass


def _draw() -> float:
    import random  # only where failures are injected

    return random.random()  # noqa: S311 - chance, not secrecy


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox behaves; the defaults are those of one in this process.

    ``api_key`` None takes any key that is not empty. ``rate_limit`` is in requests per second, None
    is no limit and no headers about it. ``warn`` is told of what the service would pass over
    silently. ``served_host`` is the host that a server listens on: with it the Host header is
    checked, and a failure of the store is told to ``warn`` and answered with 500.
    """

    api_key: str | None = field(default=None, repr=False)
    strict: bool = False
    rate_limit: int | None = None
    retry_after_s: int | None = None
    latency_s: float = 0.0
    faults: tuple[Fault, ...] = ()
    served_host: str | None = None
    warn: Callable[[str], None] = _say_nothing
    draw: Callable[[], float] = _draw
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

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if self._settings.latency_s:
            self._settings.sleep(self._settings.latency_s)
        answer = self._answer(environ)
        for text in answer.warnings:
            self._settings.warn(text)
        return _send(answer, environ, start_response)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        """Answer a request. One without a key spends nothing: a limit belongs to a team."""
        # An answer to whoever has no key has these headers as well.
        budget = self._limit.peek()
        try:
            self._check_door(environ)
            if not has_key(environ, self._settings.api_key):
                answer = _UNAUTHORIZED
            else:
                budget = self._limit.take()
                answer = self._answer_inside(environ, budget)
        except Refusal as refusal:
            answer = refusal.to_answer()
        except Exception as error:  # a bug, too, must not take a server down
            if self._settings.served_host is None:
                raise
            answer = _failed(error)
        return replace(answer, headers=(*answer.headers, *budget.headers))

    def _check_door(self, environ: WSGIEnvironment) -> None:
        if self._settings.served_host is not None:
            check_host(environ, self._settings.served_host)
        check_origin(environ)

    def _answer_inside(self, environ: WSGIEnvironment, budget: Budget) -> Answer:
        # Before the faults: a request over the limit gets to nothing that could fail.
        if budget.exceeded:
            raise self._too_many()
        fault = drawn_fault(self._settings.faults, self._settings.draw())
        if fault is not None:
            # By choice before anything is written; only a broken connection leaves that open.
            raise Refusal(fault.status, "A failure injected by the sandbox.")
        return self._ruled(environ)

    def _too_many(self) -> Refusal:
        seconds = self._settings.retry_after_s
        headers = () if seconds is None else (("Retry-After", str(seconds)),)
        return Refusal(429, "Rate limit exceeded", headers=headers)

    def _ruled(self, environ: WSGIEnvironment) -> Answer:
        method = environ["REQUEST_METHOD"]
        rule = _rule_for(method, environ.get("PATH_INFO", ""))
        call = Call(
            query=read_query(environ),
            body=read_body(environ) if method in _METHODS_WITH_BODY else {},
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
    body = to_json(answer.value).encode("utf-8")
    headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("Content-Length", str(len(body))),
        *answer.headers,
    ]
    start_response(f"{answer.status} {_phrase(answer.status)}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


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
