"""Takes the guard's objects out of what autogenerate proposes, and says so to those who compose ``include_object``."""

from __future__ import annotations

from typing import Any

from alembic.operations import ops
from sqlalchemy import Column

from sminion_guard.alembic.guard_objects import SCHEMAS, GuardObjects

_COLUMNS = frozenset({"guard_mask", "guard_subject"})


def include_name(name: str | None, type_: str, parent_names: Any) -> bool:
    """For ``context.configure(include_name=...)``: False for the schemas of the guard and for the columns of the guard.

    Alembic needs it only where env.py sets ``autogenerate_plugins`` without ``alembic.autogenerate.*``.

    :param name: of the object; None for the default schema.
    :param type_: its kind, as Alembic names it.
    :param parent_names: schema and table that it belongs to.
    """
    if type_ == "schema":
        return name not in SCHEMAS
    return parent_names.get("schema_name") not in SCHEMAS and not (type_ == "column" and name in _COLUMNS)


def include_object(object_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """For ``context.configure(include_object=...)``: False for what is the guard's, also as alembic_utils names it.

    It goes by names, since it sees one object at a time; the plugin goes by the catalog.

    :param object_: a schema item, or an entity of alembic_utils.
    :param name: its name; None for an unnamed constraint.
    :param type_: its kind, such as ``table``, ``column``, ``index``, ``policy``, ``trigger`` or ``function``.
    :param reflected: whether it was found in the database.
    :param compare_to: what it is compared with.
    """
    if not reflected:
        return True
    schema = getattr(object_, "schema", None) or getattr(getattr(object_, "table", None), "schema", None)
    if schema in SCHEMAS:
        return False
    if type_ == "column":
        return name not in _COLUMNS
    if type_ == "index":
        return not any(getattr(column, "name", None) in _COLUMNS for column in object_.columns)
    if type_ == "policy":
        return not _own_name(object_, name).startswith("guard_")
    if type_ == "trigger":
        return not _own_name(object_, name).startswith(("~guard_", "~~guard_"))
    return True


def without_guard(container: ops.OpContainer, guard: GuardObjects) -> None:
    """Remove from ``container`` each operation on what is the guard's.

    :param container: is changed.
    """
    kept: list[ops.MigrateOperation] = []
    for operation in container.ops:
        if isinstance(operation, ops.ModifyTableOps):
            without_guard(operation, guard)
            if operation.is_empty():
                continue
        elif isinstance(operation, ops.DropTableOp):
            _forget_columns(operation, guard)
        if not _concerns(operation, guard):
            kept.append(operation)
    container.ops[:] = kept


def _concerns(operation: ops.MigrateOperation, guard: GuardObjects) -> bool:
    """Whether the operation alters or drops what is the guard's."""
    target = getattr(operation, "target", None)
    if target is not None:
        return _is_entity_of_guard(target, guard)
    schema, table = getattr(operation, "schema", None), getattr(operation, "table_name", None)
    if schema in SCHEMAS:
        return True
    if isinstance(operation, ops.DropColumnOp | ops.AlterColumnOp):
        return ("column", schema, table, operation.column_name) in guard
    if isinstance(operation, ops.DropIndexOp):
        return ("index", schema, table, operation.index_name) in guard
    return False


def _is_entity_of_guard(entity: Any, guard: GuardObjects) -> bool:
    """Of alembic_utils: it proposes to drop each policy, function, trigger, view and grant that it does not know."""
    schema, kind = getattr(entity, "schema", None), getattr(entity, "type_", "")
    if schema in SCHEMAS:
        return True
    if kind == "grant_table":
        return ("role", None, None, entity.role) in guard
    if kind in ("policy", "trigger"):
        on_schema, _, on_table = entity.on_entity.partition(".")
        return (kind, on_schema, on_table, _own_name(entity, entity.signature)) in guard
    return False


def _own_name(entity: Any, name: str | None) -> str:
    """The name of a policy or trigger. alembic_utils writes policies as ``name.table``."""
    signature = str(getattr(entity, "signature", None) or name or "").strip()
    if getattr(entity, "type_", "") == "policy":
        signature = signature.partition(".")[0]
    return signature.strip('"')


def _forget_columns(operation: ops.DropTableOp, guard: GuardObjects) -> None:
    """A table that is created again by a downgrade is created without columns of the guard: a policy adds them."""
    made = operation._reverse  # private: what reverse() makes the table of
    if made is not None:
        made.columns = [
            item for item in made.columns
            if not (isinstance(item, Column)
                    and ("column", operation.schema, operation.table_name, item.name) in guard)
        ]
