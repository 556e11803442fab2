"""A sandbox in the client's own process: each request is a call of its application."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from contactctl.network.messages import Response, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from contactctl.network.messages import Headers, Request

#: Headers that WSGI names without its prefix.
_BARE = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class InProcess(Transport):
    """Takes requests to an application; what the application raises, the command raises."""

    def __init__(self, app: WSGIApplication, close: Callable[[], None]) -> None:
        self._app = app
        self._close = close

    def send(self, request: Request) -> Response:
        """Call the application; its answer is whole at once, and no timeout applies."""
        heads: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, *_: object) -> Callable[..., object]:
            heads.append((status, headers))
            return lambda _: None

        body = self._app(_environ_of(request), start_response)
        status, headers = heads[-1]
        return Response(int(status.split()[0]), headers, body)

    def close(self) -> None:
        """Close what the application answers from."""
        self._close()


def _environ_of(request: Request) -> WSGIEnvironment:
    # As it is: no path of a call, and no base URL, has anything escaped.
    path, _, query = request.target.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(request.body),
    }
    for name, value in request.headers:
        variable = name.upper().replace("-", "_")
        environ[variable if variable in _BARE else f"HTTP_{variable}"] = value
    return environ
