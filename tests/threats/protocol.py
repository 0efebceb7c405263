"""The frontend/backend protocol by hand, for messages that no driver sends in this order."""

from __future__ import annotations

import socket
import struct
from types import TracebackType

from psycopg.conninfo import conninfo_to_dict


class Wire:
    """A connection through the unix socket, without a password."""

    def __init__(self, dsn: str) -> None:
        where = conninfo_to_dict(dsn)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(f"{where['host']}/.s.PGSQL.{where['port']}")
        start = b"".join(
            part.encode() + b"\0" for part in ("user", str(where["user"]), "database", str(where["dbname"]))
        )
        self._socket.sendall(struct.pack("!ii", 9 + len(start), 196608) + start + b"\0")
        self._answers(b"Z")

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._socket.close()

    def simple(self, text: str) -> list[str]:
        """Send a Query; the tags of its commands, or the SQLSTATE of its error."""
        self._send(b"Q", text.encode() + b"\0")
        return self._answers(b"Z")

    def bound(self, text: str, *, portal: str = "", execute: bool = True, sync: bool = True) -> list[str]:
        """Parse and bind ``text`` to a portal, execute it; without Sync the transaction stays as it is."""
        name = portal.encode() + b"\0"
        self._send(b"P", b"\0" + text.encode() + b"\0" + struct.pack("!h", 0))
        self._send(b"B", name + b"\0" + struct.pack("!hhh", 0, 0, 0))
        if execute:
            self._send(b"E", name + struct.pack("!i", 0))
        # Flush sends the answers; a transaction block would end with none of them.
        self._send(b"S" if sync else b"H", b"")
        return self._answers(b"Z" if sync else b"C")

    def _send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(kind + struct.pack("!i", 4 + len(body)) + body)

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self._socket.recv(size - len(got))
            if not more:
                raise ConnectionError("the server closed the connection")
            got += more
        return got

    def _answers(self, last: bytes) -> list[str]:
        said = []
        while True:
            kind, size = struct.unpack("!ci", self._exactly(5))
            body = self._exactly(size - 4)
            if kind == b"C":
                said.append(body.rstrip(b"\0").decode())
            elif kind == b"E":
                said += [field[1:].decode() for field in body.split(b"\0") if field[:1] == b"C"]
            if kind == last:
                return said
