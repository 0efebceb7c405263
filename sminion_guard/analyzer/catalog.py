"""A snapshot of what names mean in one database: values only. ``catalog_read`` takes it, ``catalog_json`` keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sminion_guard.analyzer.access import COPIED, Flow, Source
from sminion_guard.analyzer.builtins import BUILTINS


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation or an attribute of a composite type."""

    name: str
    type: str
    """Qualified type name without modifiers, such as ``pg_catalog.int8``; arrays end in ``[]``."""
    default: str | None = None
    """The expression of the default or of a generated column, where something follows from it. A column without one has
    that of its domain."""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that is enabled and not internal."""

    name: str
    function: tuple[str, str]
    events: str
    """Some of ``i``, ``u``, ``d``, ``t``."""
    instead: bool = False
    condition: str | None = None
    statement: bool = False
    """It fires once for the statement, on the table that is named; else for each row, on the table that holds it."""
    tables: tuple[str, ...] = ()
    """The names that its function has for the rows as they were and as they are: REFERENCING OLD and NEW TABLE."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """What a foreign key does to the referencing table when a row here is deleted or its key is updated."""

    schema: str
    relation: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    on_delete: str
    """``c`` cascade, ``n`` set null, ``d`` set default; empty where the row is not touched."""
    on_update: str


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A table, view or the like. ``kind`` is ``relkind`` of pg_class, or ``system`` for the catalogs themselves."""

    schema: str
    name: str
    kind: str
    columns: tuple[Column, ...] = ()
    definition: str | None = None
    """Of views: the query, every name in it qualified."""
    invoker: bool = False
    parents: tuple[tuple[str, str], ...] = ()
    """Of a partition or inheritance child; of a sequence the table that owns it."""
    children: tuple[tuple[str, str], ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """Also what its indexes and its key of partitions compute, which may be lists."""
    policies: tuple[str, ...] = ()
    """Expressions of row security policies. Of these, as of defaults and checks, a snapshot keeps only those that
    call functions or operators outside of pg_catalog and the guard, or read another relation: others lead nowhere."""
    support: tuple[tuple[str, str], ...] = ()
    """Functions outside of pg_catalog that its indexes, keys and exclusion constraints run for a row."""
    placed_by: tuple[str, ...] = ()
    """Of a partitioned table: the columns that tell which partition a row belongs to."""
    cascades: tuple[Cascade, ...] = ()
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns of the unique, primary and exclusion constraints, which ``ON CONFLICT ON CONSTRAINT`` can name."""
    public: str = ""
    """Privileges that PUBLIC has: some of ``r``, ``a``, ``w``, ``d``."""
    generated: Mapping[str, str] = field(default_factory=dict)
    """The expressions of generated columns. One that is missing is not known: an older snapshot has none."""

    @property
    def key(self) -> tuple[str, str]:
        return (self.schema, self.name)

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function, procedure, aggregate or window function outside of pg_catalog."""

    schema: str
    name: str
    kind: str
    """``prokind``: f, p, a or w."""
    arguments: tuple[str, ...]
    """Types of the input arguments."""
    names: tuple[str, ...]
    """Names of the input arguments, empty strings where they have none."""
    outputs: tuple[str, ...]
    """Names of OUT, INOUT and TABLE columns."""
    result: str
    language: str
    volatility: str
    returns_set: bool = False
    definer: bool = False
    defaults: int = 0
    variadic: bool = False
    body: str = ""
    """``prosrc`` of a string body, or the whole CREATE FUNCTION of a BEGIN ATOMIC body."""
    atomic: bool = False
    search_path: str | None = None
    """The function's own SET search_path, as it is kept in proconfig."""
    settings: tuple[str, ...] = ()
    helpers: tuple[tuple[str, str], ...] = ()
    """Of an aggregate: its transition, final and other functions."""
    types: tuple[str, ...] = ()
    """Types outside of pg_catalog of arguments, results and state."""
    polymorphic: bool = False
    """A type of its signature is that of whatever it is called with."""
    default_values: str | None = None
    """The expressions of its last arguments' defaults, as a list."""
    extension: str | None = None
    library: str = ""
    """Of a function in C the file that holds it, as ``$libdir/pgcrypto``; ``body`` is its name in there."""
    public: bool = True
    """PUBLIC may execute it."""

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    def takes(self, count: int) -> bool:
        """Whether it can be called with ``count`` arguments."""
        if self.kind == "p":  # CALL names the output arguments too
            every = len({*self.names, *self.outputs})
            if every - self.defaults <= count <= every:
                return True
        if self.variadic and count >= len(self.arguments) - 1 - self.defaults:
            return True
        return len(self.arguments) - self.defaults <= count <= len(self.arguments)


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator outside of pg_catalog and the function behind it."""

    schema: str
    name: str
    types: tuple[str, ...]
    function: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cast:
    """A cast that runs a function outside of pg_catalog."""

    source: str
    target: str
    function: tuple[str, str]
    context: str
    """``e`` explicit, ``a`` assignment, ``i`` implicit."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type outside of pg_catalog; attributes are those of a composite type, checks those of a domain."""

    schema: str
    name: str
    attributes: tuple[Column, ...] = ()
    base: str | None = None
    """What a domain is over, what a range has bounds of, what a multirange has ranges of."""
    checks: tuple[str, ...] = ()
    """A snapshot keeps only those that something follows from."""
    kind: str = "b"
    """``typtype``: b, c, d, e, m or r."""
    functions: tuple[tuple[str, str], ...] = ()
    """Functions outside of pg_catalog that read, write, bound and compare its values."""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a relation, ready for the resolver: names in order, their flows, and the flows by name."""

    names: tuple[str, ...]
    flows: tuple[Flow, ...]
    index: Mapping[str, Flow]


@dataclass(frozen=True)
class Catalog:
    """The whole catalog. ``version`` changes whenever any content does; equal versions mean equal content."""

    version: str
    database: str
    server_version: int
    search_path: tuple[str, ...]
    relations: Mapping[tuple[str, str], Relation]
    functions: Mapping[tuple[str, str], tuple[Function, ...]]
    operators: Mapping[str, tuple[Operator, ...]] = field(default_factory=dict)
    casts: tuple[Cast, ...] = ()
    types: Mapping[tuple[str, str], Type] = field(default_factory=dict)
    schemas: frozenset[str] = frozenset()
    public_usage: frozenset[str] = frozenset()
    """Schemas that PUBLIC may use."""
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What it was made from, for :mod:`sminion_guard.analyzer.catalog_json`."""

    @cached_property
    def system(self) -> Mapping[tuple[str, str], Relation]:
        """The relations of pg_catalog and information_schema; of these only the names are kept."""
        return {key: Relation(*key, kind="system", public="r") for key in BUILTINS.relations}

    @cached_property
    def _visible(self) -> dict[tuple[str, ...], Mapping[str, Relation]]:
        return {}

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Table]:
        return {}

    @cached_property
    def memo(self) -> dict[object, object]:
        """What the resolver found out about views and functions; dropped together with the catalog."""
        return {}

    @cached_property
    def type_names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.types)

    @cached_property
    def function_names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.functions)

    def relation(self, schema: str, name: str) -> Relation | None:
        """The relation of that qualified name."""
        return self.relations.get((schema, name)) or self.system.get((schema, name))

    def visible(self, path: tuple[str, ...]) -> Mapping[str, Relation]:
        """Every relation that an unqualified name can mean, pg_catalog first unless ``path`` places it elsewhere."""
        found = self._visible.get(path)
        if found is None:
            order = effective(path)
            merged: dict[str, Relation] = {}
            by_schema: dict[str, dict[str, Relation]] = {}
            for key, relation in (*self.relations.items(), *self.system.items()):
                by_schema.setdefault(key[0], {})[key[1]] = relation
            for schema in reversed(order):
                merged.update(by_schema.get(schema, {}))
            if len(self._visible) > 256:  # a client that varies its path must not fill the memory
                self._visible.clear()
            found = self._visible[path] = merged
        return found

    def table(self, relation: Relation) -> Table:
        """The columns of ``relation`` with a source each."""
        key = relation.schema, relation.name  # hashing the relation itself would hash each of its columns
        found = self._tables.get(key)
        if found is None:
            names = tuple(column.name for column in relation.columns)
            flows: tuple[Flow, ...] = tuple(
                {Source(relation.schema, relation.name, name): COPIED} for name in names
            )
            found = self._tables[key] = Table(names, flows, dict(zip(names, flows, strict=True)))
        return found

    def functions_named(self, schema: str | None, name: str, path: tuple[str, ...]) -> Iterable[Function]:
        """The functions outside of pg_catalog that a call may mean: overloads of every schema of the path."""
        if schema is not None:
            return self.functions.get((schema, name), ())
        if name not in self.function_names:
            return ()
        return [function for part in path for function in self.functions.get((part, name), ())]


def effective(path: tuple[str, ...]) -> tuple[str, ...]:
    """``path`` as the server searches it: pg_catalog goes first unless it is named."""
    return path if "pg_catalog" in path else ("pg_catalog", *path)
