"""A sandbox for tests of your own code: served on loopback, seen and steered in this process."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from contactctl.sandbox.app import Settings, make_app
from contactctl.sandbox.calls import CONTROL_PATH
from contactctl.sandbox.in_thread import served_in_thread
from contactctl.sandbox.request_log import RequestLog
from contactctl.sandbox.server import Listen
from contactctl.sandbox.store import open_memory_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    Json: TypeAlias = dict[str, Any]

#: The one key that it takes, so that a wrong one is refused as by the service.
API_KEY = "key-of-the-loops-sandbox"
_THREADS = 32
_LOWEST_FAILURE = 400


@contextmanager
def loops_sandbox() -> Iterator[LoopsSandbox]:
    """Serve a sandbox in memory, on a free port of loopback, until the block ends."""
    stopping = threading.Event()
    settings = Settings(
        api_key=API_KEY, served_host="127.0.0.1", log=RequestLog(), sleep=stopping.wait
    )
    with open_memory_store() as store:
        app = make_app(store, settings)
        with served_in_thread(app, Listen(port=0, threads=_THREADS), stopping) as url:
            yield LoopsSandbox(url, app)


@dataclass(frozen=True, slots=True)
class LoopsSandbox:
    """A running sandbox; values are those of JSON, as ``json.loads`` returns them.

    ``url`` stands for ``https://app.loops.so/api``: below it is ``/v1/contacts/update``.
    """

    url: str
    _app: WSGIApplication
    api_key: str = API_KEY

    @property
    def env(self) -> dict[str, str]:
        """The variables by which a process finds it: contactctl, and Loops' own command line."""
        names = ("CONTACTCTL_BASE_URL", "LOOPS_BASE_URL")
        return {"LOOPS_API_KEY": self.api_key, **dict.fromkeys(names, self.url)}

    @property
    def contacts(self) -> list[Json]:
        """Every contact as ``find`` shows it, the oldest first."""
        contacts: list[Json] = self.dump()["contacts"]
        return contacts

    def contact(self, email: str) -> Json | None:
        """Return the contact with an address, None when there is none."""
        return next((one for one in self.contacts if one["email"] == email.lower()), None)

    @property
    def requests(self) -> list[Json]:
        """The requests that came, the oldest first: ``method``, ``path``, ``status``, ``request``,
        ``reply``, ``why`` it was refused, and more; at most the last 1,000.
        """  # noqa: D205 - the names are the summary
        requests: list[Json] = self._ask("GET", "/requests")["requests"]
        return requests

    @property
    def faults(self) -> Json:
        """What is set: ``fail``, ``latency``, ``retryAfter``, ``seed`` and ``rateLimit``."""
        return self._ask("GET", "/faults")

    def fail(
        self,
        status: int,
        times: int | None = 1,
        *,
        method: str = "",
        path: str = "",
        retry_after: int | None = None,
    ) -> None:
        """Let the next requests fail, behind those that shall fail already; None fails them all.

        ``path`` is the service's own, such as ``/contacts/update``; ``retry_after`` is in seconds,
        and sent with each 429. Raises :class:`ValueError` for a status outside of 400 to 599.
        """
        scope = "".join(f":{part}" for part in (method, path) if part)
        fault = f"{status}:1" if times is None else f"{status}@1-{times}"
        extra = {} if retry_after is None else {"retryAfter": retry_after}
        self._ask("POST", "/faults", {"fail": [fault + scope], **extra})

    def set_faults(
        self,
        *,
        fail: Sequence[str] = (),
        latency: Sequence[str] = (),
        rate_limit: int | None = None,
    ) -> None:
        """Set trouble by the words of ``contactctl sandbox serve``, in the place of what was set.

        Such as ``fail=["503@3-5"], latency=["500:/contacts/find"], rate_limit=10`` (a second).
        Raises :class:`ValueError` for words that are none.
        """
        given = {"fail": [*fail], "latency": [*latency], "rateLimit": rate_limit}
        self._ask("PUT", "/faults", given)

    def load(self, document: Mapping[str, Any]) -> None:
        """Put lists, properties, contacts and the rest in the place of its own.

        The document is that of ``contactctl sandbox dump --all``, or a part of it. Raises
        :class:`ValueError` for one that cannot be loaded; nothing is then.
        """
        self._ask("POST", "/load", document)

    def dump(self) -> Json:
        """Return everything, in the form that :meth:`load` takes."""
        return self._ask("GET", "/dump")

    def reset(self) -> None:
        """Return to the beginning: demonstration lists, no contacts, requests or faults."""
        self._ask("POST", "/reset")

    def _ask(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Json:
        """Ask a control address over no network: no proxy or ban of sockets is in the way."""
        statuses: list[int] = []
        body = b"" if document is None else json.dumps(document).encode()

        def start(status: str, *_: object) -> Any:  # noqa: ANN401 - WSGI's writer, which none uses
            statuses.append(int(status[:3]))

        parts = self._app(_environ(method, CONTROL_PATH + path, body), start)
        found: Json = json.loads(b"".join(parts))
        if statuses[0] >= _LOWEST_FAILURE:
            raise ValueError(found["message"])
        return found


def _environ(method: str, path: str, body: bytes) -> WSGIEnvironment:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
