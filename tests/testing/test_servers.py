"""The server that the tests run on: one for all workers, gone afterwards; or a given one, left as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sminion_guard.embedded import Server, disposal
from tests.testing.clinic import Clinic

pytest_plugins = "pytester"
pytestmark = [pytest.mark.postgres(18), pytest.mark.usefixtures("interruptible")]
PATIENCE = 120.0
"""Seconds until a server must be gone; it takes well under one."""
NOTING = """
import json, os, time
from pathlib import Path
import pytest
from sminion_guard.embedded import disposal

def note(server, **more):
    sockets = server.dsn().split("host=")[1].split()[0].strip("'")
    data = Path(sockets).parent / "data"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    Path(f"seen-{worker}.json").write_text(json.dumps(
        {"data": str(data), "postmaster": disposal.postmaster(data), "pid": os.getpid(), **more}))
"""
WITHOUT_TLS = """
from dataclasses import replace
from sminion_guard.policy import load

@pytest.fixture(scope="session")
def guard_policy(guard_policy_file):
    return replace(load(guard_policy_file), require_tls=False)
"""


def seen(clinic: Clinic, worker: str = "main") -> dict[str, object]:
    found: dict[str, object] = json.loads(clinic.read(f"seen-{worker}.json"))
    return found


def gone(data: str) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if disposal.postmaster(Path(data)) is None and not Path(data).exists():
            return True
        time.sleep(0.05)
    return False


def test_workers_share_one_server_and_nothing_else(clinic: Clinic) -> None:
    clinic.run(NOTING + """
@pytest.mark.purpose("treatment")
@pytest.mark.parametrize("number", range(6))
def test_it(number, guard_server, guard_admin, guard_connection, guard_log, guard_database):
    note(guard_server, database=guard_database.name)
    if number == 0:  # wait for the other worker: else one might do it all
        end = time.monotonic() + 60
        while len(list(Path(".").glob("seen-gw*.json"))) < 2 and time.monotonic() < end:
            time.sleep(0.05)
    guard_admin.execute("INSERT INTO care.patient VALUES (42, 'Ada', 'flu')")
    assert guard_connection.execute("SELECT count(*) FROM care.patient").fetchone() == (1,)
    assert len(guard_log.statements) == 1
""", "-n2").assert_outcomes(passed=6)
    one, other = seen(clinic, "gw0"), seen(clinic, "gw1")
    assert one["pid"] != other["pid"] and one["database"] != other["database"]
    assert (one["data"], one["postmaster"]) == (other["data"], other["postmaster"])
    assert one["postmaster"] is not None
    assert gone(str(one["data"]))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["alone", "with a worker"])
def test_a_run_that_is_broken_off_leaves_no_server(
    clinic: Clinic, how: signal.Signals, workers: tuple[str, ...]
) -> None:
    clinic.write("test_it.py", NOTING + """
def test_it(guard_server, guard_database):
    note(guard_server)
    time.sleep(600)
""")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:postgresql", *workers], cwd=clinic.pytester.path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        # We may run in a worker ourselves; it is a run of its own.
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
    )
    path = clinic.pytester.path / ("seen-gw0.json" if workers else "seen-main.json")
    end = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    found = json.loads(path.read_text())
    assert found["postmaster"] == disposal.postmaster(Path(found["data"]))
    os.killpg(run.pid, how)  # as a terminal does
    run.wait(PATIENCE)
    assert gone(found["data"])


def cluster_state(server: Server) -> tuple[set[str], set[str]]:
    with psycopg.connect(server.dsn()) as connection:
        databases = connection.execute("SELECT datname FROM pg_database").fetchall()
        roles = connection.execute("SELECT rolname FROM pg_roles").fetchall()
    return {name for (name,) in databases}, {name for (name,) in roles}


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "with workers"])
def test_a_given_server_is_left_as_it_was(clinic: Clinic, cluster: Server, workers: tuple[str, ...]) -> None:
    before = cluster_state(cluster)
    clinic.write("conftest.py", clinic.read("conftest.py") + WITHOUT_TLS)
    clinic.run("""
import pytest

@pytest.mark.purpose("treatment")
@pytest.mark.parametrize("number", range(4))
def test_it(number, guard_server, guard_connection):
    assert not guard_server.throwaway and guard_connection.info.host == "127.0.0.1"
    assert guard_connection.execute("SELECT count(*) FROM care.patient").fetchone() == (0,)
""", f"--guard-database-url={cluster.dsn(tcp=True, scheme='postgresql+psycopg')}", *workers, embedded=False,
    ).assert_outcomes(passed=4)
    assert cluster_state(cluster) == before


def test_a_login_that_was_there_keeps_its_password_and_stays(clinic: Clinic, cluster: Server) -> None:
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE clinic_app LOGIN NOINHERIT PASSWORD 'known to the project'")
    before = cluster_state(cluster)
    try:
        url = f"--guard-database-url={cluster.dsn(tcp=True)}"
        tests = """
import pytest

@pytest.mark.purpose("treatment")
def test_it(guard_connection):
    assert guard_connection.execute("SELECT count(*) FROM care.patient").fetchone() == (0,)
"""
        refused = clinic.run(tests, url, embedded=False)
        refused.assert_outcomes(errors=1)
        refused.stdout.fnmatch_lines(["*password authentication failed for user \"clinic_app\"*"])
        clinic.write("conftest.py", clinic.read("conftest.py") + WITHOUT_TLS + """
@pytest.fixture(scope="session")
def guard_password():
    return "known to the project"
""")
        clinic.run(tests, url, embedded=False).assert_outcomes(passed=1)
        assert cluster_state(cluster) == before
    finally:
        with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
            connection.execute("DROP ROLE clinic_app")
