"""Ways to kill an application, a backend, a server; and what is on record afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg

from sminion_guard.embedded import Server
from tests.session.recording import killed
from tests.session.shop import Shop

PATIENCE = 60.0
"""Seconds for a server to recover and an application to go on, on a busy machine."""
WRITES_LOG = "query ~ 'sminion[.](log_|open_log)' OR query ~ 'default_transaction_read_only'"
"""How the session of a writer is told from those of the data."""

_context = get_context("forkserver")
_context.set_forkserver_preload(["psycopg", "sqlalchemy", "sminion_guard.session", "tests.session.recording.killed"])


@contextmanager
def application(task: killed.Task) -> Iterator[BaseProcess]:
    """One that has received something already; killed at the end of the block."""
    process = _context.Process(target=killed.main, args=(task,), daemon=True)
    process.start()
    try:
        goes_on(process, Path(task.file), 0)
        yield process
    finally:
        process.kill()
        process.join()


def goes_on(process: BaseProcess, file: Path, beyond: int) -> int:
    """Wait until the application has received more; how long its file is then.

    :param beyond: bytes that it had written before.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        size = file.stat().st_size if file.exists() else 0
        if size > beyond:
            return size
        assert process.is_alive(), f"the application ended: {list(killed.lines(file))[-1:]}"
        time.sleep(0.005)
    raise AssertionError("the application does not go on")


def a_moment() -> None:
    time.sleep(random.uniform(0.0, 0.25))


def backend(shop: Shop, *, of_writer: bool, with_signal: bool) -> int:
    """Kill one backend of the application; how many it were: 0 when there was none at this moment.

    :param of_writer: that of the log, else one of the data.
    :param with_signal: SIGKILL, from which the whole server recovers; else ``pg_terminate_backend``.
    """
    kind = f"({WRITES_LOG})" if of_writer else f"NOT ({WRITES_LOG})"
    find = f"SELECT pid FROM pg_stat_activity WHERE usename = %s AND {kind}"
    try:
        pids = [pid for (pid,) in shop.database.execute(find, f"{shop.name}_app")]
        if not pids:
            return 0
        pid = random.choice(pids)
        if with_signal:
            os.kill(pid, signal.SIGKILL)
        else:
            shop.database.execute("SELECT pg_terminate_backend(%s)", pid)
    except (psycopg.Error, ProcessLookupError):  # it has ended, or the server is recovering from the kill before
        return 0
    return 1


def family(server: Server) -> list[int]:
    """The postmaster, stopped so that it makes no more children, and those that it has."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    while True:
        found = processes()
        if any(number == pid and state.startswith("T") for number, _, state in found):
            return [pid, *(number for number, parent, _ in found if parent == pid)]


def processes() -> list[tuple[int, int, str]]:
    """Of this machine: number, parent, and state (T for stopped, Z for ended)."""
    command = ["ps", "-A", "-o", "pid=,ppid=,stat="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [(int(number), int(parent), state) for number, parent, state in map(str.split, listed.splitlines())]


def whole_server(server: Server) -> int:
    """SIGKILL to the postmaster and all its children, at one moment; then start it again."""
    killed = family(server)
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    # A server does not start where the memory of another one is still in use.
    while any(pid in killed and not state.startswith("Z") for pid, _, state in processes()):
        time.sleep(0.01)
    server.start()
    return 1


def immediate_stop(server: Server) -> int:
    """What `pg_ctl stop -m immediate` does: no checkpoint, and a recovery at the start."""
    server.restart("immediate")
    return 1


def asked(shop: Shop, question: str, *values: object) -> list[tuple[Any, ...]]:
    """The answer, as soon as the server has recovered: it may not even have noticed yet that it must."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return shop.database.execute(question, *values)
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "the server did not recover"
            time.sleep(0.05)


def missing(shop: Shop, task: killed.Task) -> tuple[int, list[tuple[str, str]]]:
    """How much the application has received, and what of it is not on record."""
    received = set(killed.lines(Path(task.file)))
    pattern = f"{task.actor}:%"
    on_record = set(asked(
        shop, "SELECT actor, subject FROM sminion.subject_access WHERE actor LIKE %s", pattern
    ))
    marked = r"SELECT actor, substring(statement FROM '\mm\d+\M') FROM sminion.statement_log WHERE actor LIKE %s"
    on_record |= set(asked(shop, marked, pattern))
    return len(received), sorted(received - on_record)


def kill_until(
    task: killed.Task, shop: Shop, kills: int, kill: Callable[[BaseProcess, int], int]
) -> tuple[int, list[tuple[str, str]]]:
    """Kill ``kills`` times while one application works, and kill the application; as :func:`missing`.

    :param kill: is given the application and the number of the kill, and says how many it killed.
    """
    with application(task) as process:
        done = 0
        while done < kills:
            a_moment()
            before = goes_on(process, Path(task.file), 0)
            one = kill(process, done)
            done += one
            if one:
                goes_on(process, Path(task.file), before)
    return missing(shop, task)
