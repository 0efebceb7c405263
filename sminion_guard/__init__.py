"""sminion_guard makes PostgreSQL process personal data only for the purposes it was collected for.

The public names are loaded when they are first used: importing the package costs nothing, and a tool that only reads a
policy needs no SQLAlchemy. docs/API.md lists them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sminion_guard.errors import (
    AuditUnavailable,
    ContextEscape,
    ContextMissing,
    DataNotNeeded,
    EmbeddedServerError,
    ExtraMissing,
    GuardError,
    IncompatibleMerge,
    InstallError,
    OpaqueStatement,
    OperationNotAllowed,
    PolicyError,
    ProofError,
    PurposeViolation,
    SealRefused,
    TicketRefused,
    TransferRefused,
)
from sminion_guard.extras import explained
from sminion_guard.version import __version__

if TYPE_CHECKING:
    from sminion_guard.analyzer import Catalog, Verdict, analyze
    from sminion_guard.analyzer.catalog_read import read_catalog
    from sminion_guard.codes import CODES
    from sminion_guard.migrate import UnfitDatabase
    from sminion_guard.policy import InvalidPolicy, Policy, TooManyCompartments
    from sminion_guard.policy import load as load_policy
    from sminion_guard.session import (
        Context,
        Guard,
        GuardedAsyncConnection,
        GuardedConnection,
        PolicyMismatchWarning,
        UpsertLeakWarning,
        connect,
        current,
        processing,
    )
    from sminion_guard.session.sqlalchemy.dialect import guard_engine

__all__ = [
    "CODES", "AuditUnavailable", "Catalog", "Context", "ContextEscape", "ContextMissing", "DataNotNeeded",
    "EmbeddedServerError", "ExtraMissing", "Guard", "GuardError", "GuardedAsyncConnection", "GuardedConnection",
    "IncompatibleMerge", "InstallError", "InvalidPolicy", "OpaqueStatement", "OperationNotAllowed", "Policy",
    "PolicyError", "PolicyMismatchWarning", "ProofError", "PurposeViolation", "SealRefused", "TicketRefused",
    "TooManyCompartments", "TransferRefused", "UnfitDatabase", "UpsertLeakWarning", "Verdict", "__version__",
    "analyze", "connect", "current", "guard_engine", "load_policy", "processing", "read_catalog",
]

_HOMES = {
    "CODES": "sminion_guard.codes",
    "Catalog": "sminion_guard.analyzer",
    "Context": "sminion_guard.session",
    "Guard": "sminion_guard.session",
    "GuardedAsyncConnection": "sminion_guard.session",
    "GuardedConnection": "sminion_guard.session",
    "InvalidPolicy": "sminion_guard.policy",
    "Policy": "sminion_guard.policy",
    "PolicyMismatchWarning": "sminion_guard.session",
    "TooManyCompartments": "sminion_guard.policy",
    "UnfitDatabase": "sminion_guard.migrate",
    "UpsertLeakWarning": "sminion_guard.session",
    "Verdict": "sminion_guard.analyzer",
    "analyze": "sminion_guard.analyzer",
    "connect": "sminion_guard.session",
    "current": "sminion_guard.session",
    "guard_engine": "sminion_guard.session.sqlalchemy.dialect",
    "load_policy": "sminion_guard.policy",
    "processing": "sminion_guard.session",
    "read_catalog": "sminion_guard.analyzer.catalog_read",
}
"""Public name to the module that defines it, where it is loaded late."""
_NAMED_THERE = {"load_policy": "load"}
"""Those that have another name in their module."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with explained():
        value = getattr(importlib.import_module(home), _NAMED_THERE.get(name, name))
    globals()[name] = value  # the next use finds it without us
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
