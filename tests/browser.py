# ruff: noqa: E501 - expected values and calls stand on one line
"""A headless Chromium, if the machine has one, driven through its pipe: no driver and no package is needed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell")
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-dev-shm-usage")


def program() -> str | None:
    """Where it is; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page of a browser, and what its console said."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._number, self._rest, self._session = 0, b"", ""
        self.complaints: list[str] = []

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """A command of the DevTools protocol, and its answer."""
        self._number += 1
        said: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        os.write(self._write, json.dumps(said | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "result" in heard, heard
                found: dict[str, Any] = heard["result"]
                return found
            self._note(heard)

    def open(self, file: Path, width: int, height: int = 800) -> None:
        """Show a file in a window of this width."""
        if not self._session:
            target = self.send("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Page.navigate", url=file.as_uri())
        while self.evaluate("document.readyState + location.href") != f"complete{file.as_uri()}":
            pass

    def evaluate(self, expression: str) -> Any:
        """What a script of ours finds in the page."""
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, file: Path) -> None:
        """A picture of the whole page."""
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def printed(self, file: Path) -> None:
        """What a printer gets: a PDF of A4."""
        file.write_bytes(base64.b64decode(self.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"]))

    def _note(self, heard: dict[str, Any]) -> None:
        method, said = heard.get("method"), heard.get("params", {})
        if method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.exceptionThrown" or (method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning")):
            self.complaints.append(json.dumps(said))
        elif method == "Network.requestWillBeSent" and not said["request"]["url"].startswith("file:"):
            self.complaints.append(f"asked for {said['request']['url']}")

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._read, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        said, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(said)
        return heard


@contextmanager
def browser(directory: Path) -> Iterator[Browser]:
    """A browser with an empty profile in ``directory``."""
    found = program()
    assert found is not None
    theirs_read, ours_write = os.pipe()
    ours_read, theirs_write = os.pipe()

    def at_3_and_4() -> None:  # where the browser looks for its pipe
        kept = os.dup(theirs_read), os.dup(theirs_write)
        for number, end in zip((3, 4), kept, strict=True):
            os.dup2(end, number)

    process = subprocess.Popen(
        [found, *QUIET, f"--user-data-dir={directory / 'profile'}", "--remote-debugging-pipe"], pass_fds=(3, 4, theirs_read, theirs_write),
        preexec_fn=at_3_and_4, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs_read)
    os.close(theirs_write)
    try:
        yield Browser(ours_write, ours_read)
    finally:
        os.write(ours_write, b'{"id": 0, "method": "Browser.close"}\0')
        process.wait(20)
        os.close(ours_write)
        os.close(ours_read)
