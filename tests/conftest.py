"""Fixtures that every test may use.

- ``server``: a shared server, once on each version; ``@pytest.mark.postgres(18)`` limits a test to versions.
- ``fresh_database``: a new database on it; roles made during the test are dropped with it.
- ``guarded_database``: the same with the guard installed, and no policy in force.
- ``cluster``: a server for one module alone, for tests which change what a cluster shares.
- ``binaries``: the PostgreSQL installation itself; ``unique``: makes names that no other test uses.
- ``maintaining``: guarded sessions maintain the database during the test. In all others they do not: these look at what
  waits to be done.
- ``interruptible``: programs started by the test hear Ctrl-C, however this run was started.
- ``postgresql_noproc``: what pytest-postgresql's factories need, on ``server``.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pytest_postgresql.executors import NoopExecutor
from pytest_postgresql.janitor import DatabaseJanitor

from sminion_guard.embedded import Binaries, EmbeddedServerError, Server
from sminion_guard.session.recording.maintenance import Maintenance
from tests import servers
from tests.progress import report_in_words


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pg", metavar="15,18", default=os.environ.get("SMINION_GUARD_TEST_PG"),
        help="PostgreSQL versions to test on; those named must be there (default: those of 15 and 18 that are found)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "corpora: reads the public corpora beside the project; run it with `-m corpora`")
    config.addinivalue_line("markers", "long: tests of a test that take minutes; run them with `-m long`")
    config.addinivalue_line("markers", "postgres(*majors): run on these major versions of PostgreSQL only")


@pytest.fixture(scope="session", autouse=True)
def _unmaintained() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Maintenance, "_start", lambda self: None)
        yield


@pytest.fixture
def maintaining(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guarded sessions maintain the database, as they do in applications."""
    monkeypatch.setattr(Maintenance, "_start", _start)


_start = Maintenance._start


def pytest_sessionstart(session: pytest.Session) -> None:
    report_in_words(session.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "binaries" not in metafunc.fixturenames:
        return
    named = metafunc.config.getoption("--pg")
    versions = named.split(",") if named else list(servers.VERSIONS)
    marker = metafunc.definition.get_closest_marker("postgres")
    if marker:
        versions = [version for version in versions if int(version) in marker.args]
    metafunc.parametrize("binaries", versions, indirect=True, scope="session", ids=[f"pg{v}" for v in versions])


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Binaries:
    """The programs of the version that the test runs on."""
    found = servers.find(request.param)
    if isinstance(found, EmbeddedServerError):
        if request.config.getoption("--pg"):
            pytest.fail(f"PostgreSQL {request.param} was asked for: {found}", pytrace=False)
        pytest.skip(f"no PostgreSQL {request.param} on this machine: {found.hint}")
    return found


@pytest.fixture(scope="session")
def _shared_servers() -> Iterator[Callable[[Binaries], Server]]:
    """Starts each version once per worker, whatever the order of the tests, and stops all at the end."""
    with ExitStack() as stack:
        running: dict[int, Server] = {}

        def shared(binaries: Binaries) -> Server:
            if binaries.major not in running:
                started = Server(binaries, durable=False, settings=servers.SETTINGS)
                running[binaries.major] = stack.enter_context(started)
            return running[binaries.major]

        yield shared


@pytest.fixture(scope="session")
def server(binaries: Binaries, _shared_servers: Callable[[Binaries], Server]) -> Server:
    """A server shared by the tests of one worker. Roles are cluster-wide: name them by ``unique``."""
    return _shared_servers(binaries)


@pytest.fixture(scope="module")
def cluster(binaries: Binaries) -> Iterator[Server]:
    """A server that belongs to one module."""
    with Server(binaries, durable=False, settings=servers.SETTINGS) as own:
        yield own


@pytest.fixture
def fresh_database(server: Server) -> Iterator[servers.Database]:
    """An empty database of this test."""
    with servers.new_database(server) as database:
        yield database


@pytest.fixture
def guarded_database(server: Server) -> Iterator[servers.Database]:
    """A database of this test in which the guard is installed and no policy is in force."""
    with servers.new_guarded_database(server) as database:
        yield database


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that the test starts hear Ctrl-C, also when who started this run ignores it: nohup, a background job.

    A shell starts what runs in the background with SIGINT and SIGQUIT ignored, nohup with SIGHUP, and a process goes on
    ignoring what it started with.
    """
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGQUIT: signal.signal(signal.SIGQUIT, signal.SIG_DFL),
        signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    }
    yield
    for which, handler in before.items():
        signal.signal(which, handler)


@pytest.fixture(scope="session")
def unique() -> Callable[[str], str]:
    """Makes names that no other test of this run uses, for policies, roles and databases."""
    return servers.unique_name


@pytest.fixture(scope="session")
def postgresql_noproc(server: Server) -> Iterator[NoopExecutor]:
    """For ``pytest_postgresql.factories.postgresql("postgresql_noproc")``; the test must name this fixture too."""
    executor = NoopExecutor(
        host=str(server.socket_directory), port=server.port, user=server.superuser, password=server.password,
        dbname=servers.unique_name("noproc"), options="",
    )
    with DatabaseJanitor(
        user=executor.user, host=executor.host, port=executor.port, dbname=executor.template_dbname, as_template=True,
        password=executor.password,
    ):
        yield executor
