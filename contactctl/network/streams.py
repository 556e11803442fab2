"""Sockets for httpcore: every read and write ends by the deadline that its request carries."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore

from contactctl.errors import DeadlineError, NoConnectionError, Outcome, ProxyError
from contactctl.network.connect import Deadline, is_readable, open_socket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contactctl.base_url import Origin
    from contactctl.errors import ContactctlError
    from contactctl.network.connect import EarlyConnection, LookUp
    from contactctl.network.proxies import Proxy

_T = TypeVar("_T")

#: What every reply begins with.
_HTTP = b"HTTP/"


class Network(httpcore.NetworkBackend):
    """Opens connections to one origin, or to the proxy before it."""

    def __init__(
        self,
        origin: Origin,
        proxy: Proxy | None,
        env: Mapping[str, str],
        *,
        early: EarlyConnection | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        self._plain = origin.scheme == "http"
        self._early = early
        self._proxy = proxy
        self._env = env
        self._look_up = look_up

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of httpcore's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - likewise
    ) -> httpcore.NetworkStream:
        """Connect; plain http reaches this machine alone, whatever its name resolves to."""
        deadline = _deadline_of(timeout)
        try:
            early = self._early.take(deadline) if self._early is not None else None
            if early is not None:
                return _EarlyStream(early, self._env, carries_request=False)
            sock = open_socket(
                host.strip("[]"),
                port,
                deadline,
                only_loopback=self._plain,
                look_up=self._look_up,
            )
        except TimeoutError:
            raise late(deadline) from None
        except OSError as error:
            raise self._unreachable(f"{host}:{port}", error) from error
        return Stream(sock, self._env, carries_request=self._plain)

    def _unreachable(self, where: str, error: OSError) -> ContactctlError:
        reason = error.strerror or str(error)
        if self._proxy is not None:
            return ProxyError(
                f"could not connect to the proxy {where}: {reason}",
                hint=f"correct {self._proxy.variable} or unset it, or name the host in NO_PROXY",
            )
        return NoConnectionError(f"could not connect to {where}: {reason}")


class Stream(httpcore.NetworkStream):
    """One connection; ``carries_request`` is false as long as it only leads to a proxy or to TLS.

    Only what is written to the connection that carries requests may have reached the service.
    """

    def __init__(
        self, sock: socket.socket, env: Mapping[str, str], *, carries_request: bool
    ) -> None:
        self._socket = sock
        self._env = env
        self._carries_request = carries_request
        self._is_retired = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, up to ``max_bytes``; nothing when the other end has closed."""
        deadline = _deadline_of(timeout)
        try:
            data = self._in_turns(deadline, lambda: self._socket.recv(max_bytes))
        except TimeoutError:
            raise late(deadline) from None
        except OSError as error:
            raise broken(deadline) from error
        deadline.first = deadline.first or data[: len(_HTTP)]
        return data

    def retire(self) -> None:
        """Let no other request have this connection: more came on it than was asked for."""
        self._is_retired = True

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        deadline = _deadline_of(timeout)
        view = memoryview(buffer)
        try:
            while view:
                view = view[self._in_turns(deadline, partial(self._socket.send, view)) :]
                # From the first byte on: what half a request does is for the other end to decide.
                deadline.sent = deadline.sent or self._carries_request
        except TimeoutError:
            raise late(deadline) from None
        except OSError as error:
            # httpcore goes on to read after this one: the answer may be there already.
            raise httpcore.WriteError from error

    def _in_turns(self, deadline: Deadline, act: Callable[[], _T]) -> _T:
        """Return what ``act`` does before the deadline, which it is asked for as often as needed.

        What is cut off has done nothing: neither sockets nor TLS lose a byte by it.
        """
        while True:
            self._socket.settimeout(deadline.turn_s())
            with suppress(TimeoutError):
                return act()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the same connection, speaking TLS from here on."""
        from contactctl.network.trust import shake_hands

        host = (server_hostname or "").strip("[]")
        deadline = _deadline_of(timeout)
        try:
            self._socket.settimeout(deadline.left_s())
            sock = shake_hands(ssl_context, self._socket, host)
        except OSError as error:
            self.close()
            raise self._handshake_failure(error, host, deadline) from error
        return Stream(sock, self._env, carries_request=True)

    def _handshake_failure(self, error: OSError, host: str, deadline: Deadline) -> ContactctlError:
        if isinstance(error, TimeoutError):
            return late(deadline)
        # Hung up on during the handshake, which says nothing of certificates.
        closed = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        if closed or not isinstance(error, ssl.SSLError):
            return broken(deadline)
        from contactctl.network.distrust import trust_failure

        return trust_failure(error, host, self._env)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's interface
        """Answer the two questions that httpcore asks of a connection."""
        if info == "is_readable":
            return self._is_retired or is_readable(self._socket)
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None


class _EarlyStream(Stream):
    """A connection that speaks TLS already, with the same trust and for the same host."""

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - part of httpcore's interface
        server_hostname: str | None = None,  # noqa: ARG002 - likewise
        timeout: float | None = None,  # noqa: ARG002 - likewise
    ) -> httpcore.NetworkStream:
        return Stream(self._socket, self._env, carries_request=True)


def late(deadline: Deadline) -> DeadlineError:
    """Return the error of an attempt that reached its deadline."""
    return DeadlineError(
        f"no complete answer within {deadline.allowed_s:g} s", outcome=_outcome(deadline)
    )


def broken(deadline: Deadline) -> NoConnectionError:
    """Return the error of a connection that broke, or never spoke HTTP."""
    if deadline.sent and not _HTTP.startswith(deadline.first):
        return NoConnectionError(
            "what answers at this address does not speak HTTP",
            hint="check the address with `contactctl profile show`: host and port",
            outcome=_outcome(deadline),
        )
    when = "before the answer was complete" if deadline.sent else "before anything was sent"
    return NoConnectionError(f"the connection broke {when}", outcome=_outcome(deadline))


def _outcome(deadline: Deadline) -> Outcome:
    return Outcome.UNKNOWN if deadline.sent else Outcome.NOT_SENT


def _deadline_of(timeout: float | None) -> Deadline:
    """Return what the transport gave httpcore to hand on."""
    if not isinstance(timeout, Deadline):
        raise TypeError("a request came without its deadline")
    return timeout
