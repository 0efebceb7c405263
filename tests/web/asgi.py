"""Plays the server for an ASGI application."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Response:
    """What an application sent, piece by piece, and how its call ended: that is after background tasks."""

    status: int = 0
    pieces: list[bytes] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def text(self) -> str:
        return b"".join(self.pieces).decode()


async def request(app: Any, method: str, path: str, *, user: str = "ada") -> Response:
    """One request, whose user was found out before."""
    response = Response()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if asked:
            return asked.pop()
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            response.status = message["status"]
        elif message.get("body"):
            response.pieces.append(message["body"])
        await asyncio.sleep(0)  # let the other requests have their turn in between

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "user": user,
    }
    try:
        await app(scope, receive, send)
    except Exception as error:
        response.error = error
    return response
