"""Fixtures that the tests of a worker share: policy, server, and the template of all databases.

Each can be overridden in a ``conftest.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.testing.told import told

if TYPE_CHECKING:
    from sminion_guard.policy import Policy
    from sminion_guard.testing import GuardDatabase, GuardServer, Judge

SETTINGS = {"jit": "off", "max_prepared_transactions": "10"}
"""Of the embedded server: tests read its catalog often, which compiling only slows down; and two-phase commit works."""
URL_VARIABLE = "SMINION_GUARD_DATABASE_URL"
"""Environment variable for an address that neither a file nor a list of processes should show."""


@pytest.fixture(scope="session")
def guard_policy_file(pytestconfig: pytest.Config) -> Path:
    """`guard_policy` of the ini file, `[tool.sminion_guard] policy` of pyproject.toml, else privacy.toml."""
    from sminion_guard.cli.common import policy_path

    named = pytestconfig.getini("guard_policy")
    with told():
        return pytestconfig.rootpath / (named or policy_path(None, pytestconfig.rootpath))


@pytest.fixture(scope="session")
def guard_policy(guard_policy_file: Path) -> Policy:
    """The policy of the tests."""
    from sminion_guard.policy import load

    with told():
        if not guard_policy_file.is_file():
            raise PolicyError(
                "SG864", f"there is no policy `{guard_policy_file}`",
                hint="set `guard_policy` in pytest's ini file or `[tool.sminion_guard] policy` in pyproject.toml, or "
                "override the fixture `guard_policy_file`",
            )
        return load(guard_policy_file)


@pytest.fixture(scope="session")
def guard_server_settings() -> dict[str, str]:
    """Settings of postgresql.conf for the embedded server."""
    return dict(SETTINGS)


@pytest.fixture(scope="session")
def guard_server(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, guard_server_settings: dict[str, str]
) -> Iterator[GuardServer]:
    """The server: that of `--guard-database-url`, else an embedded one, which the workers of xdist share."""
    with told():
        from sminion_guard.testing.server import GuardServer

    option = pytestconfig.getoption("--guard-database-url")
    address = option or os.environ.get(URL_VARIABLE) or pytestconfig.getini("guard_database_url")
    if address:
        with told():
            given = GuardServer(address)
        yield given
        return
    with told():
        from sminion_guard.testing.holder import Wish
        from sminion_guard.testing.shared import embedded_server

    wish = Wish(pytestconfig.getoption("--guard-postgres") or pytestconfig.getini("guard_postgres") or None,
                guard_server_settings)
    # The parent of the workers' directories is the same for all workers of a run, and for no other run.
    common = tmp_path_factory.getbasetemp().parent if hasattr(pytestconfig, "workerinput") else None
    with ExitStack() as running:
        with told():
            address = running.enter_context(embedded_server(wish, common and common / "sminion-guard-server"))
        yield GuardServer(address, throwaway=True)


@pytest.fixture(scope="session")
def guard_password(guard_server: GuardServer) -> str | None:
    """Of the policy's logins; those that do not exist are made with it. By default that of the server's address."""
    return guard_server.password


@pytest.fixture(scope="session")
def guard_empty_database(
    guard_policy: Policy, guard_server: GuardServer, guard_password: str | None
) -> Iterator[GuardDatabase]:
    """Where `guard_schema` makes the tables: a new database, on a server that has the policy's logins."""
    with told():
        from sminion_guard.testing import template

        database = template.new_database(
            guard_server, guard_policy, guard_password, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield database
    with told():
        (template.drop if guard_server.throwaway else template.leave)(database)


@pytest.fixture(scope="session")
def guard_schema(guard_empty_database: GuardDatabase) -> None:
    """Makes the tables; every project overrides it."""
    with told():
        raise InstallError(
            "SG861", "nothing says how the tables of the tests are made",
            hint="override the session's fixture `guard_schema(guard_empty_database)` in conftest.py, such as by "
            "`guard_empty_database.create_all(Base.metadata)`",
        )


@pytest.fixture(scope="session")
def guard_template(guard_empty_database: GuardDatabase, guard_schema: object) -> GuardDatabase:
    """The database with tables and policy that all others are copies of. Nobody may connect to it."""
    with told():
        from sminion_guard.testing import template

        template.protect(guard_empty_database)
    return guard_empty_database


@pytest.fixture(scope="session")
def guard_catalog_file(pytestconfig: pytest.Config) -> Path:
    """What `sminion-guard catalog dump` wrote, for `guard_judge`; override it."""
    return pytestconfig.rootpath / "catalog.json"


@pytest.fixture(scope="session")
def guard_judge(guard_policy: Policy, guard_catalog_file: Path) -> Judge:
    """Asserts what the guard allows and refuses, without a database."""
    with told():
        from sminion_guard.analyzer.catalog_json import load
        from sminion_guard.testing.judge import Judge

        return Judge(load(guard_catalog_file), guard_policy)
