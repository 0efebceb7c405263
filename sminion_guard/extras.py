"""Optional parts of the installation: what needs which extra, said by our own error and not by ``ModuleNotFoundError``.

Nothing here is imported to see whether it is there. What needs an optional module imports it inside of
:func:`explained`, which leaves all other failures of imports as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sminion_guard.errors import ExtraMissing


@dataclass(frozen=True, slots=True)
class Need:
    """A module that the package works without until it is used.

    :param message: what needs which extra.
    :param hint: how to install it.
    """

    message: str
    hint: str


_NO_LIBPQ = ("no pq wrapper available", "couldn't import requested psycopg '")
"""What psycopg says where it finds neither its binary part nor the C library that it wraps, or not the one that
PSYCOPG_IMPL asks for."""

NEEDS: dict[str, Need] = {
    "cryptography": Need("the sealed log needs the extra `audit`", "`pip install 'sminion_guard[audit]'`"),
    "greenlet": Need(
        "asynchronous engines of SQLAlchemy need the extra `asyncio`", "`pip install 'sminion_guard[asyncio]'`"),
    "mimesis": Need("the demo needs the extra `embedded`", "`pip install 'sminion_guard[embedded]'`"),
    "pyarrow": Need("files in the format Parquet need the extra `parquet`", "`pip install 'sminion_guard[parquet]'`"),
    "psycopg_pool": Need("pools of connections need the package `psycopg-pool`", "`pip install psycopg-pool`"),
    "pytest": Need("the fixtures and helpers for tests need the package `pytest`", "`pip install pytest`"),
}
"""Top-level module to who needs it."""

_PQ = Need(
    "connections to PostgreSQL need the extra `binary`, or the C library libpq",
    "`pip install 'sminion_guard[binary]'`, or install libpq (Debian and Ubuntu: `apt install libpq5`)",
)


def explain(error: ImportError) -> ExtraMissing | None:
    """What ``error`` means for who installed us; None when no optional part is missing.

    A library may wrap the failed import in an ``ImportError`` of its own, as SQLAlchemy does for greenlet.
    """
    at: BaseException | None = error
    while isinstance(at, ImportError):
        if isinstance(at, ExtraMissing):
            return at
        need = _PQ if str(at).startswith(_NO_LIBPQ) else NEEDS.get((at.name or "").partition(".")[0])
        if need is not None:
            missing = ExtraMissing("SG804", need.message, detail=_flat(at), hint=need.hint)
            missing.name = at.name
            return missing
        at = at.__cause__ or at.__context__
    return None


@contextmanager
def explained() -> Iterator[None]:
    """For imports of what an extra brings.

    :raises ExtraMissing: SG804 when the module is not installed.
    """
    try:
        yield
    except ImportError as error:
        missing = explain(error)
        if missing is None or missing is error:
            raise
        raise missing from error


def _flat(error: ImportError) -> str:
    return " ".join(str(error).split())
