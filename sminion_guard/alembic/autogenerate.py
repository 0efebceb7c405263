"""Lets autogenerate compare around the guard, wherever sminion_guard is installed.

The entry point is called ``alembic.autogenerate.sminion_guard``, so that Alembic's default for
``autogenerate_plugins``, ``alembic.autogenerate.*``, includes it: env.py needs no change, and
``~alembic.autogenerate.sminion_guard`` leaves it out. As :mod:`~sminion_guard.alembic.plugin`, it loads the rest when
it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sminion_guard.extras import explained

if TYPE_CHECKING:
    from alembic.runtime.plugins import Plugin


def setup(plugin: Plugin) -> None:
    """Register the comparisons, of PostgreSQL only."""
    from alembic.util import DispatchPriority  # here: Alembic imports this module while it is being imported itself

    plugin.add_autogenerate_comparator(
        _later("leave_schema_out"), "schema", "sminion_guard", qualifier="postgresql", priority=DispatchPriority.FIRST)
    plugin.add_autogenerate_comparator(
        _later("leave_guard_out"), "autogenerate", "sminion_guard", qualifier="postgresql",
        priority=DispatchPriority.LAST)


def _later(name: str) -> Any:
    def compare(*arguments: Any) -> Any:
        with explained():
            module = importlib.import_module("sminion_guard.alembic.compare")
        return getattr(module, name)(*arguments)

    return compare
