"""Where the files for the database are: beside the package in the source tree, inside it once installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


@cache
def sql() -> Path:
    """The directory with the database side, one object per file.

    :raises FileNotFoundError: when the installation is incomplete.
    """
    return _find("sql")


@cache
def sql_text(name: str) -> str:
    """The text of one file with SQL.

    :param name: its path below :func:`sql` without ``.sql``, such as ``queries/migrate/lock``.
    :raises FileNotFoundError: when the installation is incomplete.
    """
    return (sql() / f"{name}.sql").read_text(encoding="utf-8").strip()


@cache
def migrations() -> Path:
    """The directory with the Alembic environment that installs the database side.

    :raises FileNotFoundError: when the installation is incomplete.
    """
    return _find("migrations")


@cache
def examples() -> Path:
    """The directory with the demo's shop: policy, tables, models, queries.

    :raises FileNotFoundError: when the installation is incomplete.
    """
    return _find("examples")


def _find(name: str) -> Path:
    # The installed one first: beside an installed package lies all of site-packages, and a `sql` of others with it.
    for directory in (_PACKAGE / f"_{name}", _PACKAGE.parent / name):
        if directory.is_dir():
            return directory
    raise FileNotFoundError(f"`{name}` is missing from the installation in `{_PACKAGE}`: install sminion_guard again")
