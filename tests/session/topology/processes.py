"""What the processes of an application do in the tests: read, and say how often."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.context import BaseContext
from typing import Any

from sqlalchemy import Engine, create_engine, text

from sminion_guard import processing
from sminion_guard.errors import ContextEscape
from tests.session.shop import PEOPLE

READS = {
    "contract": "SELECT count(*), max(id) FROM crm.customer",
    "accounting": "SELECT count(*), max(id) FROM sales.orders",
    "marketing": "SELECT count(*), max(customer_id) FROM marketing.subscriber",
}
TIMEOUT = 60.0
"""Seconds after which a process counts as stuck."""


def read(engine: Engine, actor: str, turns: int) -> None:
    """For each purpose in turn, ``turns`` statements in transactions of two."""
    for turn in range(turns):
        purpose = list(READS)[turn % len(READS)]
        with processing(purpose, actor=actor, reason=purpose), engine.connect() as connection:
            for _ in range(2):
                found = connection.execute(text(READS[purpose])).one()
                assert found == (PEOPLE, PEOPLE), found


def with_own_engine(url: str, policy: str, actor: str, turns: int) -> None:
    """A process that was started anew."""
    engine = create_engine(url, plugins=["sminion_guard"], guard_policy=policy)
    read(engine, actor, turns)
    engine.dispose()
    engine.dialect.guard.close()  # type: ignore[attr-defined]


def with_inherited_engine(engine: Engine, actor: str, turns: int) -> None:
    """A process that was forked from one that had used the engine."""
    read(engine, actor, turns)
    engine.dialect.guard.close()  # type: ignore[attr-defined]


def with_inherited_connection(connection: Any) -> None:
    """What a forked process is told that goes on with a connection of its parent."""
    for go_on in (lambda: connection.execute("SELECT 1"), connection.commit, connection.rollback):
        with processing("contract", actor="child", reason="r"):
            try:
                go_on()
            except ContextEscape as refusal:
                assert refusal.code == "SG245", refusal
            else:
                raise AssertionError("a connection of the parent was used")


def _reporting(work: Callable[..., None], arguments: tuple[Any, ...], report: Any) -> None:
    try:
        work(*arguments)
        report.put(None)
    except BaseException:
        report.put(traceback.format_exc())


def run(how: str, *works: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
    """Run each of ``works`` in a process of its own, all at once.

    :param how: ``spawn`` or ``fork``.
    :raises AssertionError: when one fails or gets stuck.
    """
    context: BaseContext = multiprocessing.get_context(how)
    report = context.SimpleQueue()
    processes = [
        context.Process(target=_reporting, args=(work, arguments, report)) for work, arguments in works  # type: ignore[attr-defined]
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(TIMEOUT)
    stuck = [process for process in processes if process.is_alive()]
    for process in stuck:
        process.kill()
    assert stuck == [], "a process is stuck"
    for _ in processes:
        failure = report.get()
        assert failure is None, failure
