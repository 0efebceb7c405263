"""SIGKILL at random moments: whatever reached the application is on record.

``SMINION_GUARD_KILLS=300`` kills that often (12 times without it).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sminion_guard.embedded import Binaries, Server
from tests import servers
from tests.session.shop import Shop, new_shop

KILLS = int(os.environ.get("SMINION_GUARD_KILLS", "12"))


@pytest.fixture(scope="module")
def own(binaries: Binaries) -> Iterator[tuple[Server, Shop]]:
    """A durable server to be shot down, and a shop on it."""
    with Server(binaries, durable=True, settings=servers.SETTINGS) as server, new_shop(server) as shop:
        yield server, shop


def run_until(shop: Shop, tmp_path: Path, actor: str, moment: float, kill: object = None) -> Counter[str]:
    """What an application has received that was killed ``moment`` seconds after its first row."""
    file = tmp_path / actor
    arguments = [shop.dsn("app"), str(shop.file(tmp_path)), actor, str(file)]
    command = [sys.executable, "-m", "tests.session.audit.killed", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as application:
        while not (file.exists() and file.stat().st_size) and application.poll() is None:
            time.sleep(0.01)  # it imports, connects, and reads the catalog
        assert application.poll() is None, application.stderr and application.stderr.read().decode()
        time.sleep(moment)
        if callable(kill):
            kill()
            time.sleep(0.2)
        application.send_signal(signal.SIGKILL)
    return Counter(file.read_text().split())


def on_record(shop: Shop, actor: str) -> Counter[str]:
    return Counter(dict(shop.database.execute(
        "SELECT subject, count(*)::int FROM sminion.subject_access WHERE actor = %s GROUP BY 1", actor
    )))


def test_nothing_an_application_received_is_missing_when_it_is_killed(own: tuple[Server, Shop], tmp_path: Path) -> None:
    _, shop = own
    total = 0
    for number in range(KILLS):
        received = run_until(shop, tmp_path, f"app:{number}", random.uniform(0.0, 0.5))
        total += received.total()
        assert received - on_record(shop, f"app:{number}") == Counter(), "a result is missing from the log"
    assert total > KILLS


def test_nothing_an_application_received_is_missing_when_its_backends_are_killed(
    own: tuple[Server, Shop], tmp_path: Path
) -> None:
    _, shop = own

    def kill() -> None:
        found = shop.database.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", f"{shop.name}_app")
        if found:
            os.kill(random.choice(found)[0], signal.SIGKILL)  # the whole server recovers from that

    total = 0
    for number in range(max(2, KILLS // 4)):
        received = run_until(shop, tmp_path, f"backend:{number}", random.uniform(0.0, 0.5), kill)
        wait_for(shop)
        total += received.total()
        assert received - on_record(shop, f"backend:{number}") == Counter(), "a result is missing from the log"
    assert total > 0


def test_nothing_an_application_received_is_missing_when_the_server_is_stopped_at_once(
    own: tuple[Server, Shop], tmp_path: Path
) -> None:
    server, shop = own
    total = 0
    for number in range(max(2, KILLS // 4)):
        received = run_until(
            shop, tmp_path, f"server:{number}", random.uniform(0.0, 0.5), lambda: server.restart("immediate")
        )
        total += received.total()
        assert received - on_record(shop, f"server:{number}") == Counter(), "a result is missing from the log"
    assert total > 0


def wait_for(shop: Shop) -> None:
    """Until the server has recovered."""
    for _ in range(100):
        try:
            shop.database.execute("SELECT 1")
        except Exception:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not recover")
