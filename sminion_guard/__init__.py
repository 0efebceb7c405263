"""sminion_guard makes PostgreSQL process personal data only for the purposes they were collected for.

The public names are loaded when they are first used: importing the package costs nothing, and a tool that only reads a
policy needs no SQLAlchemy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sminion_guard.errors import GuardError

if TYPE_CHECKING:
    from sminion_guard.analyzer import analyze
    from sminion_guard.session import Guard, connect, processing

__version__ = "0.1.0"
__all__ = ["Guard", "GuardError", "__version__", "analyze", "connect", "processing"]

_HOMES = {
    "Guard": "sminion_guard.session",
    "analyze": "sminion_guard.analyzer",
    "connect": "sminion_guard.session",
    "processing": "sminion_guard.session",
}
"""Public name to the module that defines it."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value  # the next use finds it without us
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
