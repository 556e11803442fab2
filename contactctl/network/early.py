"""A TLS connection opened in a thread while the libraries that will use it are still importing."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError
from contactctl.network.connect import IDLE_S, Deadline, open_socket

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from contactctl.base_url import Origin
    from contactctl.network.connect import LookUp


class EarlyConnection:
    """Opens one connection at once; over a real distance that saves about the time of the imports.

    Whatever fails here fails silently: the request then opens a connection of its own, and says
    what went wrong. Nothing is sent before :meth:`take`, and what nobody takes is closed.
    """

    def __init__(
        self,
        origin: Origin,
        env: Mapping[str, str],
        timeout_s: float,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        self._origin = origin
        self._env = env
        self._look_up = look_up
        self._lock = threading.Lock()
        self._socket: ssl.SSLSocket | None = None
        self._opened_at = 0.0
        self._unwanted = False
        arguments = (Deadline.after(timeout_s),)
        self._thread = threading.Thread(target=self._open, args=arguments, daemon=True)
        self._thread.start()

    def take(self, deadline: Deadline) -> ssl.SSLSocket | None:
        """Return the connection, once, waiting for it while it is being opened.

        Raises ``TimeoutError`` when it is still not open by the deadline.
        """
        self._thread.join(deadline.left_s())
        if self._thread.is_alive():
            raise TimeoutError
        with self._lock:
            taken, self._socket = self._socket, None
        if taken is None or time.monotonic() - self._opened_at < IDLE_S:
            return taken
        taken.close()  # the service may have closed its end: better a new one than a lost request
        return None

    def close(self) -> None:
        """Close the connection, or have it closed as soon as it is open."""
        with self._lock:
            self._unwanted = True
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _open(self, deadline: Deadline) -> None:
        try:
            opened = self._shake_hands(deadline)
        except (OSError, ContactctlError):
            return
        with self._lock:
            if self._unwanted:
                opened.close()
            else:
                self._socket = opened
                self._opened_at = time.monotonic()

    def _shake_hands(self, deadline: Deadline) -> ssl.SSLSocket:
        host = self._origin.host
        plain = open_socket(host, self._origin.port, deadline, look_up=self._look_up)
        try:
            from contactctl.network.trust import trust_context

            context = trust_context(self._env)
            context.set_alpn_protocols(["http/1.1"])
            plain.settimeout(deadline.left_s())
            return context.wrap_socket(plain, server_hostname=host.encode("ascii"))
        except BaseException:
            plain.close()
            raise


def open_early(base_url: str, env: Mapping[str, str], timeout_s: float) -> EarlyConnection | None:
    """Begin to connect to a base address; None where that is no use: plain http, or a proxy.

    To be called before :mod:`contactctl.network.transport` is imported.
    """
    from contactctl.base_url import AddressError, origin_of
    from contactctl.network.route import proxy_for

    try:
        origin = origin_of(base_url)
        wanted = origin.scheme == "https" and proxy_for(base_url, env) is None
    except (AddressError, ContactctlError):
        return None  # whoever opens the client will say so
    return EarlyConnection(origin, env, timeout_s) if wanted else None
