"""What the operations need of the migration that runs: its policy files, its connection, its log."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import psycopg
from alembic.operations import Operations

from sminion_guard.alembic.freezing import FrozenPolicy, read
from sminion_guard.errors import InstallError
from sminion_guard.migrate.driver import driver_connection
from sminion_guard.migrate.report import Report
from sminion_guard.policy import Policy

_log = logging.getLogger("alembic.runtime.migration")

Source = str | Path | Policy | FrozenPolicy


def path_of(source: Source) -> str:
    """The path by which a revision names a policy; a copy is written where autogenerate found it.

    :raises InstallError: SG440 for a policy that is no file, which a migration could not name.
    """
    if isinstance(source, FrozenPolicy):
        return source.write()
    if isinstance(source, Policy):
        raise InstallError(
            "SG440", f"policy `{source.name}` has no file that a migration could name",
            hint="write it to a file beside the migrations, and pass its path",
        )
    return Path(source).as_posix()


def shown(source: Source) -> str:
    """A policy, as `alembic check` shows it."""
    if isinstance(source, FrozenPolicy):
        source = source.policy
    return f"{source.name} {source.version}" if isinstance(source, Policy) else Path(source).as_posix()


def policy_of(operations: Operations, source: Source) -> Policy:
    """The policy that an operation names."""
    if isinstance(source, FrozenPolicy):
        return source.policy
    if isinstance(source, Policy):
        return source
    path = Path(source)
    environment = operations.get_context().environment_context
    if not path.is_absolute() and environment is not None:
        path = Path(environment.script.dir) / path
    return read(path)


def psycopg_below(operations: Operations) -> psycopg.Connection[Any]:
    """The connection below SQLAlchemy's.

    :raises InstallError: SG416 when the migration runs over another driver.
    """
    return driver_connection(operations.get_bind())


def tell(report: Report) -> None:
    for line in [*(problem.render() for problem in report.problems), *report.skipped, *report.warnings]:
        _log.warning(line)
    for line in [*(f"repaired: {entry}" for entry in report.repaired), *report.notices]:
        _log.info(line)
