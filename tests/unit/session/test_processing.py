"""`processing`: who sees which context."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from threading import Thread
from typing import Any

import pytest

from sminion_guard.errors import ContextEscape, ContextMissing, TicketRefused
from sminion_guard.session import Context, current, processing


def work(purpose: str = "support", **more: Any) -> processing:
    return processing(purpose, actor="agent:17", reason="ticket 4711", **more)


def purpose_or_none() -> str | None:
    try:
        return current().purpose
    except ContextMissing:
        return None


def test_outside_of_any_block_there_is_no_context() -> None:
    with pytest.raises(ContextMissing, match="no purpose declared"):
        current()


def test_a_block_gives_its_context_and_takes_it_back() -> None:
    with work(schemas=["sales", "crm", "crm"], subject=7) as context:
        assert current() is context
        assert context == Context("support", "agent:17", "ticket 4711", schemas=("crm", "sales"), subject="7")
    assert purpose_or_none() is None


def test_one_schema_may_be_given_as_text() -> None:
    assert work(schemas="crm").context.schemas == ("crm",)


def test_a_context_cannot_be_changed() -> None:
    with work() as context, pytest.raises(AttributeError):
        context.purpose = "marketing"  # type: ignore[misc]


def test_the_innermost_block_governs_and_the_outer_one_comes_back() -> None:
    with work("a"):
        with work("b"):
            assert purpose_or_none() == "b"
        assert purpose_or_none() == "a"


def test_a_block_ends_with_an_error_too() -> None:
    with pytest.raises(ZeroDivisionError), work():
        raise ZeroDivisionError
    assert purpose_or_none() is None


def test_one_object_may_be_entered_within_itself() -> None:
    again = work("a")
    with again, work("b"):
        with again:
            assert purpose_or_none() == "a"
        assert purpose_or_none() == "b"
    assert purpose_or_none() is None


def test_a_function_may_be_decorated() -> None:
    @work("a")
    def purpose() -> str | None:
        return purpose_or_none()

    assert (purpose(), purpose(), purpose_or_none()) == ("a", "a", None)


async def test_a_coroutine_may_be_decorated() -> None:
    @work("a")
    async def purpose() -> str | None:
        await asyncio.sleep(0)
        return purpose_or_none()

    assert (await purpose(), purpose_or_none()) == ("a", None)


def test_a_generator_is_not_decorated_because_its_body_runs_later() -> None:
    def rows() -> Iterator[int]:
        yield 1

    async def more_rows() -> AsyncIterator[int]:
        yield 1

    for function in (rows, more_rows):
        with pytest.raises(ContextEscape, match="is a generator"):
            work()(function)


def test_a_block_around_a_yield_holds_for_the_caller_too_as_docs_session_says() -> None:
    """A limit that is stated: Python does not tell a loop from `contextlib.contextmanager`, which relies on it."""

    def around_the_yield() -> Iterator[int]:
        with work("marketing"):
            yield 1

    def around_the_statement() -> Iterator[str]:
        with work("marketing"):
            found = current().purpose
        yield found

    with work("support"):
        for _ in around_the_yield():
            assert current().purpose == "marketing"
        assert current().purpose == "support"
        for found in around_the_statement():
            assert (found, current().purpose) == ("marketing", "support")
    assert purpose_or_none() is None


def test_a_new_thread_has_no_context() -> None:
    seen: list[str | None] = []
    with work():
        thread = Thread(target=lambda: seen.append(purpose_or_none()))
        thread.start()
        thread.join()
    assert seen == [None]


async def test_tasks_have_each_their_own_context() -> None:
    async def task(name: str) -> list[str | None]:
        seen = []
        async with work(name):
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append(purpose_or_none())
        return seen

    assert await asyncio.gather(task("a"), task("b")) == [["a"] * 3, ["b"] * 3]


async def test_a_task_follows_the_block_it_was_started_in_but_does_not_outlive_it() -> None:
    ended = asyncio.Event()
    seen: list[str | None] = []

    async def task() -> None:
        seen.append(purpose_or_none())
        await ended.wait()
        with pytest.raises(ContextMissing, match="the block of purpose `a` has ended"):
            current()

    async with work("a"):
        running = asyncio.create_task(task())
        await asyncio.sleep(0)
    ended.set()
    await running
    assert seen == ["a"]


def test_a_generator_closed_in_another_thread_ends_its_block_and_leaves_that_thread_alone() -> None:
    def rows() -> Iterator[str]:
        with work("inside"):
            yield current().purpose

    generator = rows()
    assert next(generator) == "inside"
    seen: list[str | None] = []

    def close() -> None:
        with work("theirs"):
            generator.close()
            seen.append(purpose_or_none())

    thread = Thread(target=close)
    thread.start()
    thread.join()
    assert seen == ["theirs"]
    assert purpose_or_none() is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"actor": " "}, "`actor` is empty"),
        ({"reason": ""}, "`reason` is empty"),
        ({"unit": ""}, "`unit` is empty"),
        ({"actor": "x" * 201}, "`actor` has 201 characters"),
        ({"reason": "x" * 1001}, "`reason` has 1001 characters"),
        ({"basis_ref": "x" * 401}, "`basis_ref` has 401 characters"),
    ],
)
def test_what_the_log_cannot_take_is_refused_at_once(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(TicketRefused, match=message) as refusal:
        processing("support", **({"actor": "agent:17", "reason": "ticket 4711"} | wrong))
    assert refusal.value.code == "SG215"
