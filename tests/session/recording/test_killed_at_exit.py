"""However a program ends, it ends, and what it has received is on record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.embedded import Server
from tests.session.recording import killed_endings, killed_how
from tests.session.shop import Shop, new_shop

SECONDS = 60.0
"""In which a program must have ended, on a busy machine, imports and all."""
ENDINGS = {
    "with_daemon_threads_at_work": (0, {*range(1, 21)}),
    "with_a_thread_that_goes_on": (0, {*range(1, 11)}),
    "with_an_engine_never_disposed_in_a_transaction": (0, {1, 2}),
    "by_sys_exit_in_a_thread": (0, {1}),
    "by_an_exception": (7, {1}),
    "by_a_loop_that_is_stopped": (0, {*range(1, 6), *range(11, 16)}),
}
"""How it ends, with which status, and whose data it has received by then."""


@contextmanager
def program(shop: Shop, tmp_path: Path, name: str, actor: str) -> Iterator[subprocess.Popen[str]]:
    """One of tests/session/recording/killed_endings.py; a program that does not end is killed."""
    command = [
        sys.executable, "-m", killed_endings.__name__, name, shop.dsn("app"), str(shop.file(tmp_path)), actor,
    ]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("name", ENDINGS)
def test_a_program_that_ends_leaves_nothing_unrecorded(shop: Shop, tmp_path: Path, name: str) -> None:
    status, expected = ENDINGS[name]
    with program(shop, tmp_path, name, name) as running:
        out, errors = running.communicate(timeout=SECONDS)
    received = {int(line) for line in out.split()}
    assert (running.returncode, received) == (status, expected), errors
    on_record = shop.database.execute("SELECT subject FROM sminion.subject_access WHERE actor = %s", name)
    assert received <= {int(subject) for (subject,) in on_record}


@pytest.fixture(scope="module")
def own(cluster: Server) -> Iterator[tuple[Server, Shop]]:
    """To be stopped."""
    with new_shop(cluster) as shop:
        yield cluster, shop


@pytest.mark.parametrize("how", ["dead", "silent"])
def test_a_program_ends_though_its_log_cannot_be_written(
    own: tuple[Server, Shop], tmp_path: Path, how: str
) -> None:
    """Dead: connecting is refused. Silent: nobody answers, and nobody hangs up."""
    server, shop = own
    with program(shop, tmp_path, "with_something_that_cannot_be_written", how) as running:
        assert running.stdin is not None and running.stdout is not None
        assert running.stdout.readline() == "1\n", running.communicate()
        family = killed_how.family(server)
        for pid in family:
            os.kill(pid, signal.SIGSTOP if how == "silent" else signal.SIGKILL)
        try:
            begin = time.monotonic()
            running.stdin.write("\n")
            running.stdin.close()
            running.wait(SECONDS)
            spent = time.monotonic() - begin
        finally:
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            server.start()
            killed_how.asked(shop, "SELECT 1")
    assert spent < 10 * killed_endings.PATIENCE
    assert running.returncode == 0
