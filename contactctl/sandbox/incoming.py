"""A WSGI request at the door: may it come in, and what does it bring."""

from __future__ import annotations

import re
from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from contactctl.base_url import is_loopback
from contactctl.exact_json import JsonError, Number, parse_json, to_json
from contactctl.sandbox.calls import Refusal
from contactctl.sandbox.choices import Manner

if TYPE_CHECKING:
    from collections.abc import Collection
    from wsgiref.types import WSGIEnvironment

    from contactctl.exact_json import JsonObject

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")


class Incoming:
    """One request, its body read when it is asked for; what was read stays for the log."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        self.query = read_query(environ)
        self.body_read = b""
        self.parsed: JsonObject | None = None

    @property
    def key(self) -> str:
        """The API key that came with it, whatever it is worth; "" for none."""
        return given_key(self.environ)

    @property
    def idempotency_key(self) -> str:
        """What tells repeats of one request from another request; "" for none."""
        return str(self.environ.get("HTTP_IDEMPOTENCY_KEY", ""))

    def read(self, most_bytes: int) -> bytes:
        """Return the body; raises :class:`Refusal` for one that is too large or has no length."""
        length = _body_length(self.environ, most_bytes)
        self.body_read = self.environ["wsgi.input"].read(length)
        return self.body_read

    def read_anyway(self, most_bytes: int) -> None:
        """Read what nobody has read, for the log alone: a fault may have come first."""
        if not self.body_read:
            with suppress(Refusal):
                self.read_object(most_bytes, Manner.LENIENT)

    def read_object(self, most_bytes: int, manner: Manner = Manner.USUAL) -> JsonObject:
        """Return the JSON object that the body is; raises :class:`Refusal`."""
        self.parsed = to_object(self.read(most_bytes), manner)
        return self.parsed


def check_host(
    environ: WSGIEnvironment, served_host: str, allowed_hosts: Collection[str] = ()
) -> None:
    """Refuse a request for another host: a web page may have had its name point here.

    Names of this machine, the one served under, and (when that is reachable from outside) bare IP
    addresses are its own: no name that somebody else controls is among them, unless whoever serves
    allowed it.
    """
    found = _HOST.fullmatch(environ.get("HTTP_HOST", "").lower())
    name = found["name"] if found else ""
    bare = name.strip("[]")
    own = is_loopback(name) or bare in {host.lower() for host in (served_host, *allowed_hosts)}
    if not own and (is_loopback(served_host) or not _is_ip_address(bare)):
        # Only what has the form of a name is repeated.
        flag = f"--allow-host {name}" if name else "--allow-host NAME"
        raise Refusal(421, f"This sandbox does not answer for that host; serve it with {flag}.")


def check_origin(environ: WSGIEnvironment) -> None:
    """Refuse what a web page of another site sends; the service does not support that either."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and _host_and_port(origin) != environ.get("HTTP_HOST", "").lower():
        raise Refusal(403, "Requests from web pages are not supported.")


def check_is_local(environ: WSGIEnvironment) -> None:
    """Refuse what does not come from this machine, or comes from a web page of another site.

    Browsers tell with each request where it was made, and no page can change that; a page that the
    sandbox serves itself is of the same origin.
    """
    if not _is_this_machine(environ.get("REMOTE_ADDR", "")):
        raise Refusal(403, "The control addresses answer this machine alone.")
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in {"none", "same-origin"}:
        raise Refusal(403, "Requests from web pages of other sites are not supported.")


def has_key(environ: WSGIEnvironment, api_key: str | None) -> bool:
    """Tell whether the request carries the key; any that is not empty when None is asked for."""
    given = given_key(environ)
    if not given:
        return False
    return api_key is None or compare_digest(given.encode("latin-1"), api_key.encode())


def given_key(environ: WSGIEnvironment) -> str:
    """Return the API key that a request carries, "" for none."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return given.strip(" ") if scheme.lower() == "bearer" else ""


def read_query(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the query parameters.

    That an empty one counts as absent, and of a repeated one the last, are choices.
    """
    # WSGI hands text over byte by byte; real characters are in the percent escapes.
    text = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    return dict(parse_qsl(text, errors="replace"))


def to_object(body: bytes, manner: Manner) -> JsonObject:
    """Return the JSON object that a body is; raises :class:`Refusal` for any other."""
    try:
        value = parse_json(body if manner.refuses("repeated key") else _without_repeats(body))
    except JsonError as error:
        raise Refusal(400, f"The request body must be a JSON object: {error}.") from None
    if not isinstance(value, dict):
        raise Refusal(400, "The request body must be a JSON object.")
    return value


def _without_repeats(body: bytes) -> bytes:
    """Return a body in which the last of repeated keys is left; as it is where it is no JSON."""
    import json

    try:
        value = json.loads(body, parse_int=Number, parse_float=Number, parse_constant=Number)
        return to_json(value).encode()
    except (ValueError, RecursionError):
        return body


def _body_length(environ: WSGIEnvironment, most_bytes: int) -> int:
    text = environ.get("CONTENT_LENGTH") or ""
    if not text and environ.get("HTTP_TRANSFER_ENCODING"):
        # The server of ours takes chunks apart and gives a length; under another one there is none.
        raise Refusal(411, "A Content-Length is required.")
    if text and not (text.isascii() and text.isdecimal()):
        raise Refusal(400, "The Content-Length is not a number.")
    # Compared by digits first: Python refuses to read a number of thousands of them.
    if len(text.lstrip("0")) > len(str(most_bytes)) or int(text or "0") > most_bytes:
        raise Refusal(413, f"The request body is larger than {most_bytes} bytes.")
    return int(text or "0")


def _host_and_port(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _is_this_machine(address: str) -> bool:
    from ipaddress import ip_address

    # Where IPv6 takes IPv4 too, an address of the one stands in the other.
    try:
        return ip_address(address.removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def _is_ip_address(name: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(name)
    except ValueError:
        return False
    return True
