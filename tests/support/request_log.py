"""Between a served sandbox and its clients: who wrote what, in what order, what was under way."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from chained_rows import group_of
from waiting_beside import wait_beside

from contactctl.exact_json import JsonObject, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from import_process import Importing

_WAIT_S = 60.0


class Write(NamedTuple):
    """One update, in the order of the answers."""

    payload: JsonObject
    status: int


@dataclass
class RequestLog:
    """Wraps the sandbox's application, and remembers the updates that it answered."""

    writes: list[Write] = field(default_factory=list)
    #: Updates that came while another one of the same contact was under way.
    overlaps: list[JsonObject] = field(default_factory=list)
    most_under_way: int = 0
    _under_way: list[JsonObject] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return the application with this log around it."""

        def logged(environ: WSGIEnvironment, start_response: StartResponse) -> Any:  # noqa: ANN401
            if environ["REQUEST_METHOD"] != "PUT":
                return app(environ, start_response)
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            payload = parse_json(body)
            assert isinstance(payload, dict)
            statuses: list[int] = []

            def start(status: str, *rest: Any) -> Any:  # noqa: ANN401
                statuses.append(int(status[:3]))
                return start_response(status, *rest)

            with self._flying(payload):
                answer = app(environ, start)
                with self._changed:
                    self.writes.append(Write(payload, statuses[0]))
            return answer

        return logged

    @property
    def applied(self) -> list[JsonObject]:
        """The payloads that were written, as often as they were."""
        return [write.payload for write in self.writes if write.status == 200]

    def wait_for(self, count: int, run: Importing) -> bool:
        """Wait until so many updates have been answered; tell whether they were.

        No wait lasts longer than the run that sends them.
        """
        with self._changed:
            return wait_beside(run.process, self._changed, lambda: len(self.writes) >= count)

    def wait_for_held(self, run: Importing, held: int, *, answered: int = 0) -> None:
        """Wait until so many updates have been answered and so many more are under way."""
        with self._changed:
            assert wait_beside(
                run.process,
                self._changed,
                lambda: len(self.writes) >= answered and len(self._under_way) >= held,
            ), run.err

    def wait_until_idle(self) -> None:
        """Wait until no update is under way."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._under_way, _WAIT_S)

    @contextmanager
    def _flying(self, payload: JsonObject) -> Iterator[None]:
        with self._changed:
            if any(group_of(payload) == group_of(other) for other in self._under_way):
                self.overlaps.append(payload)
            self._under_way.append(payload)
            self.most_under_way = max(self.most_under_way, len(self._under_way))
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._under_way.remove(payload)
                self._changed.notify_all()
