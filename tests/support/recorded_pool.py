"""How a cassette takes the place of the connections under our transport.

vcrpy knows ``httpx.HTTPTransport``; ours stands on httpcore instead, for the sake of one deadline.
vcrpy's ``custom_patches`` is made for such cases: it puts this pool in the place of httpcore's.
Everything above the connection is the program's own, in recording and in replay alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpcore
from vcr.errors import CannotOverwriteExistingCassetteException  # type: ignore[import-untyped]
from vcr.request import Request  # type: ignore[import-untyped]

#: All that is kept of an answer's headers; dates and the like would change with each recording.
_KEPT_HEADERS = ("content-type", "x-ratelimit-limit", "x-ratelimit-remaining")


class RecordedPool(httpcore.ConnectionPool):
    """Plays what the cassette has, and records the rest where the record mode allows."""

    cassette: Any = None  # set by vcrpy, on a subclass

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Answer from the cassette, or from the service."""
        asked = _to_vcr(request)
        if self.cassette.can_play_response_for(asked):
            return _to_core(self.cassette.play_response(asked))
        if self.cassette.write_protected:
            raise CannotOverwriteExistingCassetteException(
                cassette=self.cassette, failed_request=asked
            )
        reply = super().handle_request(request)
        played = {
            "status": {"code": reply.status, "message": ""},
            "headers": _headers_of(reply.headers),
            "body": {"string": reply.read()},
        }
        reply.close()
        self.cassette.append(asked, played)
        return _to_core(played)


class _Patches(tuple[Any, ...]):
    """A tuple that is its own copy: pytest-recording copies its settings, modules in them too."""

    __slots__ = ()

    def __deepcopy__(self, _memo: object) -> _Patches:
        return self


#: The settings of every cassette. Host and port are another with each recording; bodies are
#: compared byte for byte, since ``0.1000`` and ``0.1`` are one number to a reader of JSON.
VCR_CONFIG: dict[str, Any] = {
    "custom_patches": _Patches([(httpcore, "ConnectionPool", RecordedPool)]),
    "match_on": ("method", "path", "query", "raw_body"),
    "filter_headers": [("authorization", "Bearer ****"), "user-agent", "host"],
}


def _to_vcr(request: httpcore.Request) -> Request:
    url = request.url
    address = f"{url.scheme.decode()}://{url.host.decode()}:{url.port}{url.target.decode()}"
    headers = {name.decode(): value.decode() for name, value in request.headers}
    assert isinstance(request.stream, Iterable)
    return Request(request.method.decode(), address, b"".join(request.stream), headers)


def _to_core(played: dict[str, Any]) -> httpcore.Response:
    headers = [(name, value) for name, values in played["headers"].items() for value in values]
    return httpcore.Response(
        played["status"]["code"], headers=headers, content=played["body"]["string"]
    )


def _headers_of(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    pairs = ((name.decode().lower(), value.decode()) for name, value in headers)
    return {name: [value] for name, value in pairs if name in _KEPT_HEADERS}
