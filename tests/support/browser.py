"""A headless Chromium, steered over a pipe by its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # it does not start as root otherwise
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-pipe",
)
#: The protocol is spoken on descriptors 3 and 4; first out of the way of each other, then there.
_ON_3_AND_4 = """
import fcntl, os, sys
come, go = (fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3])
os.dup2(come, 3)
os.dup2(go, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
#: A promise in the page, which a busy machine may keep waiting.
_WAITING = """
new Promise((done, fail) => {
  const end = Date.now() + 30_000;
  (function look() {
    const found = (() => (%s))();
    if (found) done(found);
    else if (Date.now() > end) fail(new Error("waited in vain for: " + %s));
    else setTimeout(look, 20);
  })();
})
"""

#: The keys that are pressed here.
_CODES: dict[str, dict[str, Any]] = {
    "ArrowDown": {"windowsVirtualKeyCode": 40},
    "Enter": {"windowsVirtualKeyCode": 13, "text": "\r"},
    "Escape": {"windowsVirtualKeyCode": 27},
    "Tab": {"windowsVirtualKeyCode": 9},
}


class Page:
    """One page of a browser."""

    def __init__(self, to: BinaryIO, come: BinaryIO) -> None:
        self._to = to
        self._come = come
        self._number = 0
        self._target: str | None = None
        self._session: str | None = None
        #: What the page wrote to its console, and what it was kept from.
        self.complaints: list[str] = []
        #: Every address that it asked for.
        self.asked: list[str] = []

    def open(self, url: str) -> None:
        """Open an address in a new tab, the only one from then on; what was seen is forgotten."""
        self._session = None
        if self._target:
            self.call("Target.closeTarget", targetId=self._target)
        self.asked.clear()
        self.complaints.clear()
        self._target = self.call("Target.createTarget", url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.navigate", url=url)

    def resize(self, width: int, height: int, scheme: str = "light") -> None:
        """Give the page a size in CSS pixels, and a colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=media)

    def run(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        """Return what a script gives; a promise is waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> Any:  # noqa: ANN401 - whatever the condition gives
        """Wait until a condition gives something, and return that."""
        return self.run(_WAITING % (condition, json.dumps(condition)))

    def press(self, key: str) -> None:
        """Press and release a key that is no character."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **_CODES[key])

    def photograph(self, path: Path) -> None:
        """Write a picture of what is seen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def call(self, method: str, **params: Any) -> Any:  # noqa: ANN401 - the protocol's JSON
        """Call a method of the protocol and return its result."""
        self._number += 1
        words: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            words["sessionId"] = self._session
        self._to.write(json.dumps(words).encode() + b"\0")
        self._to.flush()
        while True:
            message = self._read()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif message.get("method") == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params))

    def _read(self) -> dict[str, Any]:
        text = bytearray()
        while (byte := self._come.read(1)) != b"\0":
            assert byte, "the browser ended"
            text += byte
        found: dict[str, Any] = json.loads(text)
        return found


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """Yield a page of a browser that keeps its things in a folder, and ends with the block."""
    assert CHROMIUM
    to_read, to_write = os.pipe()
    come_read, come_write = os.pipe()
    words = [sys.executable, "-c", _ON_3_AND_4, str(to_read), str(come_write), CHROMIUM]
    with subprocess.Popen(
        [*words, *_FLAGS, f"--user-data-dir={folder}"],
        pass_fds=(to_read, come_write),
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    ) as process:
        os.close(to_read)
        os.close(come_write)
        try:
            with os.fdopen(to_write, "wb") as to, os.fdopen(come_read, "rb") as come:
                yield Page(to, come)
        finally:
            process.kill()
