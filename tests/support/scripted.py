"""A transport that answers what a test says, and no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client_calls import KEY

from contactctl.exact_json import to_json
from contactctl.network.messages import Http, Request, Response, Transport
from contactctl.service.client import LoopsClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.exact_json import JsonValue


class Scripted(Transport):
    """Hands each request to a function, and returns the answer of that."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer

    def send(self, request: Request) -> Response:
        return self._answer(request)

    def close(self) -> None:
        """Do nothing: nothing is open."""


#: For those who must not get as far as a request.
UNASKED = Scripted(lambda _: answered(500))


def answered(status: int = 200, value: JsonValue | bytes = b"", **headers: str) -> Response:
    """Return an answer with a body of bytes, or of a value as JSON."""
    body = value if isinstance(value, bytes) else to_json(value).encode()
    return Response(status, [*headers.items()], [body])


def in_process(
    answer: Callable[[Request], Response],
    *,
    retries: int = 2,
    before_each: Callable[[], None] = lambda: None,
) -> LoopsClient:
    """Return a client that is answered by a function, and waits for nothing."""
    http = Http("http://localhost/api", KEY, Scripted(answer))
    return LoopsClient(http, retries=retries, sleep=lambda _: None, before_each=before_each)
