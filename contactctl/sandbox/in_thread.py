"""A server in a thread of this process, for as long as a block lasts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

from contactctl.sandbox.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

    from contactctl.sandbox.server import Listen


@contextmanager
def served_in_thread(
    app: WSGIApplication, listen: Listen, stopping: threading.Event
) -> Iterator[str]:
    """Serve an application until the block ends, or ``stopping`` is set; yields the base URL.

    Raises what :func:`contactctl.sandbox.server.serve` raises before it listens.
    """
    started = SimpleQueue[str | BaseException]()

    def run() -> None:
        try:
            serve(app, listen, ready=started.put, stopping=stopping)
        except BaseException as error:  # noqa: BLE001 - raised again below, where somebody waits
            started.put(error)

    # No process is kept alive by it, however its end comes.
    thread = threading.Thread(target=run, name="contactctl-sandbox", daemon=True)
    thread.start()
    try:
        base_url = started.get()
        if isinstance(base_url, BaseException):
            raise base_url
        yield base_url
    finally:
        stopping.set()
        thread.join()
