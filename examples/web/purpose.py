"""ASGI middleware that declares the purpose of each request. Copy it into your application.

Starlette and FastAPI: ``app.add_middleware(PurposeMiddleware, declare=declare)``; around any other application:
``PurposeMiddleware(app, declare)``. What finds out who the user is must come before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import ExitStack
from typing import Any

from sminion_guard import processing

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class PurposeMiddleware:
    """Serves each request for the purpose that ``declare`` names, until its response has been sent.

    The purpose ends with the last piece of the response: a streaming response keeps it throughout, and what the
    framework runs afterwards (a background task) has none. That is other work, and says for itself why it is done.

    With tenants, ``declare`` says which: ``processing(..., values={"tenant": scope["user"].tenant})``.

    :param app: the application.
    :param declare: who acts for which purpose and why, by the request's scope; None for what touches no data.
    """

    def __init__(self, app: App, declare: Callable[[Scope], processing | None]) -> None:
        self.app, self.declare = app, declare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = self.declare(scope) if scope["type"] in ("http", "websocket") else None
        if declared is None:
            await self.app(scope, receive, send)
            return
        with ExitStack() as block:
            block.enter_context(declared)

            async def sending(message: Message) -> None:
                await send(message)
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    block.close()

            await self.app(scope, receive, sending)
