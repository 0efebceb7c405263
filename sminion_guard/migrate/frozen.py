"""Frozen SQL: what a migration installs is a file that is never edited after its release."""

from __future__ import annotations

import hashlib
from typing import Literal

from alembic import op

from sminion_guard import resources

Direction = Literal["upgrade", "downgrade"]


def text(revision: str, direction: Direction) -> str:
    """The SQL of one migration.

    :param revision: such as ``sminion_0001``.
    """
    number = revision.removeprefix("sminion_")
    return (resources.migrations() / "frozen" / number / f"{direction}.sql").read_text(encoding="utf-8")


def run(revision: str, direction: Direction) -> None:
    """Run the frozen SQL in the migration that is under way, or write it to the script."""
    context = op.get_context()
    if context.as_sql:
        context.impl.static_output(text(revision, direction))
    else:
        # Without parameters: `%` belongs to format(), and only so may a string hold several statements.
        op.get_bind().exec_driver_sql(text(revision, direction), execution_options={"no_parameters": True})


def checksums() -> dict[str, str]:
    """SHA-256 of every frozen file, by its path below migrations/frozen."""
    root = resources.migrations() / "frozen"
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.glob("*/*.sql"))
    }


def released() -> dict[str, str]:
    """Migrations that users have, each with the version that brought it: their files never change again."""
    lines = (resources.migrations() / "frozen" / "RELEASED").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line.strip() and not line.startswith("#"))
