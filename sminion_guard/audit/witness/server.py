"""The witness as a small web server. It holds no data but checkpoints; put TLS in front of it."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sminion_guard.audit.encoding import decimal
from sminion_guard.audit.witness.judge import Reply, WitnessState
from sminion_guard.audit.witness.request import MAX_BYTES
from sminion_guard.errors import GuardError

_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")
TIMEOUT = 10.0
"""Seconds that a client may be silent."""


class WitnessServer(ThreadingHTTPServer):
    """Serves ``POST /add-checkpoint`` and ``GET /HASH-OF-ORIGIN/checkpoint``."""

    daemon_threads = True

    def __init__(self, state: WitnessState, address: tuple[str, int]) -> None:
        self.state = state
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "sminion-guard-witness"
    sys_version = ""
    timeout = TIMEOUT

    def do_POST(self) -> None:
        if self.path != "/add-checkpoint":
            self._answer(Reply(404, b"not found\n"), close=True)
            return
        length = decimal(self.headers.get("Content-Length", ""))
        if length is None or length > MAX_BYTES:
            self._answer(Reply(411 if length is None else 413, b"not a request to a witness\n"), close=True)
            return
        try:
            self._answer(self.server.state.add_checkpoint(self.rfile.read(length)))
        except (GuardError, OSError) as error:  # its key or its disk: nothing was signed
            self.log_error("%s", error)
            self._answer(Reply(503, b"this witness cannot sign now\n"), close=True)

    def do_GET(self) -> None:
        found = _CHECKPOINT.fullmatch(self.path)
        self._answer(self.server.state.checkpoint(found[1]) if found else Reply(404, b"not found\n"))

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged; errors are."""

    def log_error(self, format: str, *args: Any) -> None:
        super().log_message(format, *args)

    def _answer(self, reply: Reply, close: bool = False) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.type)
        self.send_header("Content-Length", str(len(reply.body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
