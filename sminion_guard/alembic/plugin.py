"""Makes ``op.guard_apply_policy`` and the other operations known to Alembic, wherever sminion_guard is installed.

Alembic imports each module that an entry point in its group ``alembic.plugins`` names, and calls its ``setup``. What
fails or takes long here would do so in every program that imports Alembic; so the operations are registered by name
only, and the first use of one loads what it does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sminion_guard.extras import explained

if TYPE_CHECKING:
    from alembic.operations import Operations
    from alembic.runtime.plugins import Plugin

OPERATIONS = ("guard_alter_column", "guard_apply_policy", "guard_processing", "guard_remove_policy")
"""What ``sminion_guard.alembic.operations`` registers."""


def setup(plugin: Plugin) -> None:
    """Register the operations. The plugin itself compares nothing: autogenerate stays as it is."""
    from alembic.operations import Operations  # here: Alembic imports this module while it is being imported itself

    for name in OPERATIONS:
        Operations.register_operation(name, "perform")(_later(name))


def _later(name: str) -> type[Any]:
    class Later:
        @classmethod
        def perform(cls, operations: Operations, *args: Any, **kwargs: Any) -> Any:
            """See docs/MIGRATIONS.md."""
            with explained():
                importlib.import_module("sminion_guard.alembic.operations")  # which registers the operation itself
            return getattr(operations, name)(*args, **kwargs)

    return Later
