"""Small databases for the tests of discovery, written as the tables that they have."""

from __future__ import annotations

from sminion_guard.discovery.model import Column, Database, ForeignKey, Name, Relation, Shape

_KINDS = {
    "bigint": Shape.NUMBER, "integer": Shape.NUMBER, "numeric": Shape.NUMBER, "uuid": Shape.UUID, "text": Shape.TEXT,
    "character varying": Shape.TEXT, "boolean": Shape.BOOLEAN, "date": Shape.TIME,
    "timestamp with time zone": Shape.TIME, "inet": Shape.NETWORK, "jsonb": Shape.OTHER, "bytea": Shape.OTHER,
}


def column(name: str, kind: str = "character varying", *, limit: int | None = 100, required: bool = False,
           numbered: bool = False, comment: str = "") -> Column:
    """A column of a type that the tests use."""
    shape = _KINDS[kind]
    return Column(name, kind, shape, limit if shape is Shape.TEXT else None, required, numbered, comment)


def table(name: str, *columns: Column | str, key: str | None = "id", schema: str = "public",
          refers: dict[str, str] | None = None) -> Relation:
    """A table; a column that is only named is a short text, and `id` a bigint.

    :param key: its primary key, which is added if it is not among the columns; None for none.
    :param refers: foreign keys: column to table, whose `id` is meant.
    """
    listed = [one if isinstance(one, Column) else column(one) for one in columns]
    known = {one.name for one in listed}
    if key is not None and key not in known:
        listed.insert(0, column(key, "bigint", required=True))
    for name_of_key in refers or {}:
        if name_of_key not in known and name_of_key != key:
            listed.append(column(name_of_key, "bigint", required=True))
    references = tuple(ForeignKey(one, _name(parent, schema), "id") for one, parent in (refers or {}).items())
    return Relation(schema, name, {one.name: one for one in listed}, (key,) if key else (), (key,) if key else (),
                    references)


def database(*tables: Relation) -> Database:
    return Database("shop", {relation.id: relation for relation in tables})


def _name(text: str, schema: str) -> Name:
    where, _, what = text.rpartition(".")
    return where or schema, what
