"""SIGKILL at random moments: whatever reached the application is on record.

``SMINION_GUARD_KILLS=300`` kills that often in each test (about ten times without it); what was compared is printed.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import uniform
from typing import Any

import pytest

from sminion_guard.embedded import Binaries, Server
from sminion_guard.session.recording.recorder import MODES
from tests import servers
from tests.session.recording import killed, killed_how
from tests.session.shop import Shop, new_shop

KILLS = int(os.environ.get("SMINION_GUARD_KILLS", "0"))
PER_APPLICATION = 4
"""Kills of the server before the application is a new one, and in the other mode."""

_numbers = count()


@pytest.fixture(scope="module")
def own(binaries: Binaries) -> Iterator[tuple[Server, Shop]]:
    """A durable server to be shot down, and a shop with many customers on it.

    The application's login does not wait for its own commits: its log must wait for the disk all the same.
    """
    with Server(binaries, durable=True, settings=servers.SETTINGS) as server, new_shop(server) as shop:
        shop.database.execute(
            "INSERT INTO crm.customer (full_name, email) SELECT 'n', 'e' FROM generate_series(1, %s)",
            killed.CUSTOMERS - 40,
        )
        shop.database.execute("VACUUM ANALYZE crm.customer")
        shop.database.execute(f"ALTER ROLE {shop.name}_app SET synchronous_commit = off")
        yield server, shop


def task(shop: Shop, tmp_path: Path, **more: Any) -> killed.Task:
    """A new one, of an actor that nobody else is; in each mode of the log in turn, unless one is given."""
    number = next(_numbers)
    return killed.Task(
        shop.dsn("app"), str(shop.file(tmp_path)), f"killed{number}", str(tmp_path / f"received{number}"),
        **{"mode": MODES[number % len(MODES)]} | more,
    )


class Tally:
    """What was compared, over several applications."""

    def __init__(self, kills: int) -> None:
        self.kills, self.received = kills, 0

    def add(self, compared: tuple[int, list[tuple[str, str]]]) -> None:
        received, missing = compared
        self.received += received
        assert missing == [], f"{len(missing)} of {received} results that reached the application are not on record"

    def close(self) -> None:
        print(f"{self.kills} kills, {self.received} results compared, 0 missing")
        assert self.received >= self.kills


def test_nothing_an_application_received_is_missing_when_it_is_killed(own: tuple[Server, Shop], tmp_path: Path) -> None:
    _, shop = own
    tally = Tally(KILLS or 10)
    for _ in range(tally.kills):
        work = task(shop, tmp_path)
        with killed_how.application(work):
            killed_how.a_moment()
        tally.add(killed_how.missing(shop, work))
    tally.close()


def test_nothing_an_application_received_is_missing_when_its_backends_are_killed(
    own: tuple[Server, Shop], tmp_path: Path
) -> None:
    """In turn: one of the data and that of the log, by ``pg_terminate_backend`` and by SIGKILL."""
    _, shop = own

    def kill(process: BaseProcess, number: int) -> int:
        return killed_how.backend(shop, of_writer=number % 2 == 1, with_signal=number % 4 >= 2)

    tally = Tally(KILLS or 8)
    for done in range(0, tally.kills, PER_APPLICATION):
        tally.add(killed_how.kill_until(
            task(shop, tmp_path), shop, min(PER_APPLICATION, tally.kills - done), kill
        ))
    tally.close()


def test_nothing_an_application_received_is_missing_when_the_whole_server_is_killed(
    own: tuple[Server, Shop], tmp_path: Path
) -> None:
    """In turn: SIGKILL to all its processes, and an immediate stop, as by ``pg_ctl stop -m immediate``."""
    server, shop = own

    def kill(process: BaseProcess, number: int) -> int:
        return killed_how.immediate_stop(server) if number % 2 else killed_how.whole_server(server)

    tally = Tally(KILLS or 8)
    for done in range(0, tally.kills, PER_APPLICATION):
        tally.add(killed_how.kill_until(
            task(shop, tmp_path), shop, min(PER_APPLICATION, tally.kills - done), kill
        ))
    tally.close()


@pytest.mark.usefixtures("interruptible")
def test_nothing_a_cursor_gives_after_an_interrupt_is_missing(own: tuple[Server, Shop], tmp_path: Path) -> None:
    """Ctrl-C at any moment, and what the cursor holds is looked at: it is on record, or it is not there."""
    _, shop = own
    tally = Tally(10 * (KILLS or 10))
    for done in range(0, tally.kills, 100):
        work = task(shop, tmp_path, mode="strict", interrupted=True)
        with killed_how.application(work) as process:
            size = 0
            for _ in range(min(100, tally.kills - done)):
                assert process.pid is not None
                size = killed_how.goes_on(process, Path(work.file), size)
                time.sleep(uniform(0.0, 0.02))
                os.kill(process.pid, signal.SIGINT)
        tally.add(killed_how.missing(shop, work))
    tally.close()


def test_the_comparison_finds_what_a_writer_confirms_before_it_is_on_disk(
    own: tuple[Server, Shop], tmp_path: Path
) -> None:
    """The control of all others."""
    _, shop = own
    for _ in range(20):
        work = task(shop, tmp_path, mode="strict", hasty=True)
        with killed_how.application(work):
            killed_how.a_moment()
        received, missing = killed_how.missing(shop, work)
        assert received > 0
        if missing:
            return
    pytest.fail("no kill came before a write that was confirmed already")
