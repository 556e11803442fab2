"""The client of a session: behind it the network, or the sandbox in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.client import LoopsClient
from contactctl.transport import NetworkTransport, open_http

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from contactctl.credentials import Credentials
    from contactctl.output import Output

STRICT_VARIABLE = "CONTACTCTL_SANDBOX_STRICT"


def open_client(
    credentials: Credentials,
    env: Mapping[str, str],
    output: Output,
    *,
    timeout_s: float,
    retries: int,
) -> LoopsClient:
    """Return a client for the credentials; nothing is sent yet.

    Raises :class:`MachineError` when trust, the proxy or the sandbox's file cannot be used.
    """
    if credentials.is_sandbox:
        output.note("sandbox: nothing leaves this machine")
        transport = _open_sandbox(env, output)
    else:
        transport = NetworkTransport(credentials.base_url, env)
    http = open_http(credentials.base_url, credentials.key.reveal(), transport)
    trace = output.trace if output.verbose else None
    return LoopsClient(http, retries=retries, timeout_s=timeout_s, trace=trace)


def _open_sandbox(env: Mapping[str, str], output: Output) -> httpx.BaseTransport:
    import httpx

    from contactctl.paths import sandbox_file
    from contactctl.sandbox.app import Settings, make_app
    from contactctl.sandbox.store import open_store

    class _InProcess(httpx.WSGITransport):
        def close(self) -> None:
            store.close()

    store = open_store(sandbox_file(env))
    settings = Settings(strict=env.get(STRICT_VARIABLE) == "1", warn=output.warn)
    return _InProcess(app=make_app(store, settings))
