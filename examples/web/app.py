"""The shop's web application, small and without a framework: three routes, two purposes, one engine.

::

    engine = create_async_engine(url, plugins=["sminion_guard"], guard_policy="privacy.toml")
    app = application(engine)      # any ASGI server runs it
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from sminion_guard import processing

from ..shop.models import Customer, Order
from .purpose import App, PurposeMiddleware, Receive, Scope, Send

PURPOSES = {"orders": "contract", "books": "accounting"}
"""First part of the path to the purpose that its requests are served for; other paths touch no data."""


def declare(scope: Scope) -> processing | None:
    """The purpose of a request. ``scope["user"]`` was set by what authenticates, outside of this."""
    purpose = PURPOSES.get(scope["path"].split("/")[1])
    if purpose is None:
        return None
    return processing(purpose, actor=f"user:{scope['user']}", reason=f"{scope['method']} {scope['path']}")


def application(engine: AsyncEngine) -> App:
    """The application, with its purposes declared."""
    return PurposeMiddleware(Shop(engine), declare)


class Shop:
    """Its code knows nothing of purposes; only what runs after the response names its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["method"], scope["path"].strip("/").split("/"):
            case "GET", ["orders", number]:
                await respond(send, 200, await self.order(int(number)))
            case "POST", ["orders", number, "packed"]:
                await respond(send, 202, "packed")
                await self.print_label(int(number))
            case "GET", ["books"]:
                await self.books(send)
            case _:
                await respond(send, 404, "nothing here")

    async def order(self, number: int) -> str:
        """What whom was ordered by."""
        query = select(Customer.full_name, Order.total).join(Order).where(Order.id == number)
        async with self.engine.connect() as connection:
            name, total = (await connection.execute(query)).one()
        return f"{name}: {total}"

    async def books(self, send: Send) -> None:
        """Each order's total, line by line, while they are read."""
        await start(send, 200)
        async with self.engine.connect() as connection:
            async for number, total in await connection.stream(select(Order.id, Order.total).order_by(Order.id)):
                await send({"type": "http.response.body", "body": f"{number} {total}\n".encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def print_label(self, number: int) -> None:
        """Runs after the response: the request's purpose is over, so this says why it is done."""
        query = select(func.count()).select_from(Customer).join(Order).where(Order.id == number)
        with processing("contract", actor="label printer", reason=f"label of order {number}"):
            async with self.engine.connect() as connection:
                await connection.execute(query)


async def start(send: Send, status: int) -> None:
    """Begin a response."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})


async def respond(send: Send, status: int, text: str) -> None:
    """A whole response."""
    await start(send, status)
    await send({"type": "http.response.body", "body": text.encode()})
