"""Tests of guarded applications: the fixtures that pytest loads by itself, and the classes behind them.

:mod:`~sminion_guard.testing.plugin` is the entry point; docs/TESTING.md describes it. The classes are loaded when
they are first used, so that a project which only has the package installed pays nothing for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sminion_guard.extras import explained

if TYPE_CHECKING:
    from sminion_guard.testing.database import GuardDatabase
    from sminion_guard.testing.judge import Judge
    from sminion_guard.testing.log import AccessLog, Logged
    from sminion_guard.testing.purposes import AsPurpose
    from sminion_guard.testing.server import GuardServer

__all__ = ["AccessLog", "AsPurpose", "GuardDatabase", "GuardServer", "Judge", "Logged"]

_HOMES = {
    "AccessLog": "log", "AsPurpose": "purposes", "GuardDatabase": "database", "GuardServer": "server",
    "Judge": "judge", "Logged": "log",
}
"""Class to the module that defines it."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with explained():
        return getattr(importlib.import_module(f"{__name__}.{home}"), name)
