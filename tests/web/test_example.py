"""The example of a web application: each request under its own purpose, and nothing under the wrong one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from examples.web.app import Shop, application, declare
from examples.web.purpose import PurposeMiddleware, Receive, Scope, Send
from sminion_guard import processing
from sminion_guard.errors import ContextMissing
from sminion_guard.session import current
from sminion_guard.testing import AccessLog
from tests.web.asgi import request
from tests.web.conftest import ORDERS

pytestmark = pytest.mark.usefixtures("orders")
BOOKS = "".join(f"{number} {number}.00\n" for number in range(1, ORDERS + 1))


async def test_a_request_is_on_record_with_its_user_and_its_path(pool: AsyncEngine, guard_log: AccessLog) -> None:
    response = await request(application(pool), "GET", "/orders/3", user="bo")
    assert (response.status, response.text, response.error) == (200, "customer 3: 3.00", None)
    (entry,) = guard_log.statements
    assert (entry.purpose, entry.actor, entry.reason) == ("contract", "user:bo", "GET /orders/3")
    assert "crm.customer.full_name" in guard_log.touched


async def test_requests_at_the_same_time_never_act_for_each_others_purpose(
    pool: AsyncEngine, guard_log: AccessLog
) -> None:
    app = application(pool)
    asked = [("/books", f"clerk{number}") if number % 2 else (f"/orders/{number // 2 % ORDERS + 1}", f"packer{number}")
             for number in range(40)]
    responses = await asyncio.gather(*(request(app, "GET", path, user=user) for path, user in asked))
    for (path, _), response in zip(asked, responses, strict=True):
        number = path.rpartition("/")[2]
        assert response.text == (BOOKS if path == "/books" else f"customer {number}: {number}.00")
    entries = guard_log.statements
    assert sorted((entry.reason, entry.actor) for entry in entries) == sorted(
        (f"GET {path}", f"user:{user}") for path, user in asked)
    for entry in entries:
        assert entry.purpose == ("accounting" if entry.reason == "GET /books" else "contract")
        assert ("crm.customer" in entry.relations) == (entry.purpose == "contract")


async def test_a_streaming_response_keeps_its_purpose_to_the_end(pool: AsyncEngine, guard_log: AccessLog) -> None:
    response = await request(application(pool), "GET", "/books")
    assert len(response.pieces) == ORDERS
    assert response.text == BOOKS
    assert guard_log.purposes == {"accounting"}


async def test_what_runs_after_the_response_names_a_purpose_of_its_own(
    pool: AsyncEngine, guard_log: AccessLog
) -> None:
    response = await request(application(pool), "POST", "/orders/3/packed")
    assert (response.status, response.error) == (202, None)
    (entry,) = guard_log.statements
    assert (entry.actor, entry.reason) == ("label printer", "label of order 3")


async def test_what_runs_after_the_response_and_names_none_is_refused(
    pool: AsyncEngine, guard_log: AccessLog
) -> None:
    class Forgetful(Shop):
        async def print_label(self, number: int) -> None:
            await self.order(number)

    response = await request(PurposeMiddleware(Forgetful(pool), declare), "POST", "/orders/3/packed")
    assert (response.status, response.text) == (202, "packed")
    assert isinstance(response.error, ContextMissing) and response.error.code == "SG218"
    assert guard_log.statements == ()


async def test_a_path_without_a_purpose_reads_nothing(pool: AsyncEngine, guard_log: AccessLog) -> None:
    async def careless(scope: Scope, receive: Receive, send: Send) -> None:
        async with pool.connect() as connection:
            await connection.execute(text("SELECT full_name FROM crm.customer"))

    response = await request(PurposeMiddleware(careless, declare), "GET", "/health")
    assert isinstance(response.error, ContextMissing)
    assert (await request(application(pool), "GET", "/health")).status == 404
    assert guard_log.statements == ()


async def test_a_request_that_fails_leaves_no_purpose_behind() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError(current().purpose)

    app = PurposeMiddleware(failing, lambda scope: processing("contract", actor="a", reason="r"))
    response = await request(app, "GET", "/")
    assert str(response.error) == "contract"
    with pytest.raises(ContextMissing):
        current()
