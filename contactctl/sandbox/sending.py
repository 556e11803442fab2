"""An answer as it goes on the wire."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from contactctl.exact_json import to_json

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from contactctl.sandbox.calls import Answer

_JSON = "application/json; charset=utf-8"
#: Makes zlib write the header and the checksum of gzip.
_GZIP_WINDOW = 31
_FASTEST = 1


def send(answer: Answer, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer a request in JSON, compressed for whoever takes that (as seen live)."""
    body = (answer.text or to_json(answer.value)).encode("utf-8")
    headers = {"Content-Type": _JSON, **dict(answer.headers)}
    if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        body = _compressed(body)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    headers["Content-Length"] = str(len(body))
    start_response(f"{answer.status} {_phrase(answer.status)}", [*headers.items()])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _takes_gzip(accepted: str) -> bool:
    """Tell whether gzip is among the encodings that a client names, and not with a weight of 0."""
    for item in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name == "gzip":
            return not any(part.replace(".", "").rstrip("0") == "q=" for part in parameters)
    return False


def _compressed(body: bytes) -> bytes:
    import zlib

    compressor = zlib.compressobj(_FASTEST, wbits=_GZIP_WINDOW)
    return compressor.compress(body) + compressor.flush()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # an injected status may be one without a name
        return "Injected"
