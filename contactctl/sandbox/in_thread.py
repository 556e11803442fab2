"""A server in a thread of this process, for as long as a block lasts."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import contextmanager
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
    base_url = Future[str]()

    def run() -> None:
        try:
            serve(app, listen, ready=base_url.set_result, stopping=stopping)
        except BaseException as error:
            if base_url.done():
                raise  # a bug, which nobody waits for
            base_url.set_exception(error)

    # No process is kept alive by it, however its end comes.
    thread = threading.Thread(target=run, name="contactctl-sandbox", daemon=True)
    thread.start()
    try:
        yield base_url.result()
    finally:
        stopping.set()
        thread.join()
