"""Proves, on the first connection of a process, that psycopg calls what we override.

The guard overrides methods that psycopg does not document. A version that no longer calls one of them would
send statements that nobody judged, or hand out results that are not on record, without any error. So the first
connection tries each way to send a statement once, as the login itself and without touching data, with cursors and a
connection that note which hooks are called. Where one is not, no connection is handed out.

This costs a process eleven round trips, once; where a step can be stopped before it sends anything, it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import psycopg

from sminion_guard.session.psycopg.hooks import ConnectionHooks
from sminion_guard.session.psycopg.self_test_steps import CONNECTION, Steps, Watch, steps

_proved: set[type] = set()
"""Classes of psycopg's connections whose hooks are called."""


def prove(connection: ConnectionHooks[Any]) -> None:
    """For a connection that was just made; asks nothing when a connection of its kind has proved it in this process.

    :raises ContextEscape: SG236.
    :raises psycopg.Error: when the server cannot answer.
    """
    kind = _library(connection)
    if kind not in _proved:
        _drive(_rehearsal(connection))
        _proved.add(kind)


async def prove_async(connection: ConnectionHooks[Any]) -> None:
    """The same for asyncio."""
    kind = _library(connection)
    if kind not in _proved:
        await _drive_async(_rehearsal(connection))
        _proved.add(kind)


def _library(connection: ConnectionHooks[Any]) -> type:
    return psycopg.AsyncConnection if isinstance(connection, psycopg.AsyncConnection) else psycopg.Connection



def _drive(steps: Steps) -> None:
    value: Any = None
    with suppress(StopIteration):
        while True:
            value = steps.send(value)


async def _drive_async(steps: Steps) -> None:
    resume: Callable[[], Any] = lambda: steps.send(None)  # noqa: E731
    with suppress(StopIteration):
        while True:
            asked = resume()
            if not inspect.isawaitable(asked):
                resume = _with(steps.send, asked)
                continue
            try:
                resume = _with(steps.send, await _awaited(asked))
            except StopAsyncIteration as error:
                resume = _with(steps.throw, RuntimeError(str(error)))
            except Exception as error:
                resume = _with(steps.throw, error)


async def _awaited(asked: Awaitable[Any]) -> Any:
    return await asked


def _with(send: Callable[[Any], Any], value: Any) -> Callable[[], Any]:
    return lambda: send(value)


def _rehearsal(connection: Any) -> Steps:
    """Each way to send a statement, once; yields what must be waited for."""
    watch, before = Watch(), type(connection)
    autocommit, prepared = connection._autocommit, connection._prepared
    try:
        connection.__class__ = watch.watched(before, "connection", CONNECTION)
        connection._autocommit = False
        connection._prepared = type(connection._prepared)()
        connection._prepared.prepare_threshold = None  # no prepared statement is left behind
        with connection.setting_up():
            yield from steps(connection, watch)
    finally:
        connection.__class__ = before
        connection._autocommit, connection._prepared = autocommit, prepared
