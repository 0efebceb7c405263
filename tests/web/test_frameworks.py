"""What docs/SESSION.md and the README say of Starlette and FastAPI, in a FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from examples.web.purpose import PurposeMiddleware
from sminion_guard import processing
from sminion_guard.errors import ContextMissing, GuardError
from sminion_guard.session import current
from sminion_guard.testing import AccessLog
from tests.web.asgi import Response, request
from tests.web.conftest import ORDERS

pytestmark = pytest.mark.usefixtures("orders")
COUNT = text("SELECT count(*) FROM sales.orders")
LINES = text("SELECT id FROM sales.orders ORDER BY id")


def declared(path: str) -> processing:
    return processing("contract", actor="user:ada", reason=f"GET {path}")


def routes(app: Any, engine: AsyncEngine, sync_engine: Engine, after: list[str]) -> Any:
    """An endpoint of each kind."""

    async def later() -> None:
        try:
            after.append(current().purpose)
        except GuardError as error:
            after.append(error.code)

    @app.get("/async")
    async def in_the_loop() -> int:
        async with engine.connect() as connection:
            return int((await connection.execute(COUNT)).scalar_one())

    @app.get("/thread")
    def in_a_thread() -> int:
        with sync_engine.connect() as connection:
            return int(connection.execute(COUNT).scalar_one())

    @app.get("/stream")
    async def stream(background: BackgroundTasks) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async with engine.connect() as connection:
                async for (number,) in await connection.stream(LINES):
                    yield f"{number}\n"

        background.add_task(later)
        return StreamingResponse(lines(), background=background)

    return app


async def get(app: Any, path: str) -> Response:
    return await request(app, "GET", path)


async def test_the_middleware_serves_every_kind_of_endpoint(
    pool: AsyncEngine, guard_engine: Engine, guard_log: AccessLog
) -> None:
    after: list[str] = []
    app = routes(FastAPI(), pool, guard_engine, after)
    app.add_middleware(PurposeMiddleware, declare=lambda scope: declared(scope["path"]))
    for path in ("/async", "/thread"):
        response = await get(app, path)
        assert (response.status, response.text) == (200, str(ORDERS))
    assert (await get(app, "/stream")).text == "".join(f"{number}\n" for number in range(1, ORDERS + 1))
    assert after == ["SG218"], "what runs after the response has no purpose"
    assert [entry.reason for entry in guard_log.statements] == ["GET /async", "GET /thread", "GET /stream"]


async def test_without_the_middleware_no_endpoint_reads_anything(pool: AsyncEngine, guard_engine: Engine) -> None:
    app = routes(FastAPI(), pool, guard_engine, [])
    for path in ("/async", "/thread", "/stream"):
        assert isinstance((await get(app, path)).error, ContextMissing)


async def test_a_middleware_of_functions_ends_the_purpose_before_a_stream_begins(
    pool: AsyncEngine, guard_engine: Engine
) -> None:
    app = routes(FastAPI(), pool, guard_engine, [])

    @app.middleware("http")
    async def purpose(request: Request, call_next: Any) -> Any:
        with declared(request.url.path):
            return await call_next(request)

    assert (await get(app, "/async")).text == (await get(app, "/thread")).text == str(ORDERS)
    response = await get(app, "/stream")
    assert response.text == ""
    assert "SG218" in repr(response.error) or "SG218" in str(getattr(response.error, "exceptions", ""))


async def test_an_asynchronous_dependency_declares_the_purpose_of_a_route(
    pool: AsyncEngine, guard_engine: Engine, guard_log: AccessLog
) -> None:
    async def purpose(request: Request) -> AsyncIterator[None]:
        with declared(request.url.path):
            yield

    after: list[str] = []
    app = routes(FastAPI(dependencies=[Depends(purpose)]), pool, guard_engine, after)
    for path in ("/async", "/thread"):
        assert (await get(app, path)).text == str(ORDERS)
    assert (await get(app, "/stream")).text == "".join(f"{number}\n" for number in range(1, ORDERS + 1))
    assert after == ["contract"], "a dependency ends after the background tasks"
    assert {entry.actor for entry in guard_log.statements} == {"user:ada"}


async def test_a_dependency_that_runs_in_a_thread_declares_nothing(pool: AsyncEngine, guard_engine: Engine) -> None:
    def purpose(request: Request) -> Iterator[None]:
        with declared(request.url.path):
            yield

    app = routes(FastAPI(dependencies=[Depends(purpose)]), pool, guard_engine, [])
    assert isinstance((await get(app, "/async")).error, ContextMissing)
