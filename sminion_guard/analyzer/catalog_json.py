"""A catalog as a JSON document, so that statements can be checked without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from sminion_guard.analyzer.catalog import Cascade as ForeignKeyAction
from sminion_guard.analyzer.catalog import Cast, Catalog, Column, Function, Operator, Relation, Trigger, Type
from sminion_guard.errors import OpaqueStatement

FORMAT = 3
"""Number of the document's form; another one is not read."""

POLYMORPHIC = frozenset(
    """
    element array nonarray enum range multirange compatible compatiblearray compatiblenonarray compatiblerange
    compatiblemultirange
    """.split()
)
"""The pseudo-types that stand for the type of an argument, without their ``any``."""

Document = Mapping[str, Any]


def dump(catalog: Catalog) -> bytes:
    """The document of a catalog: the same catalog always gives the same bytes."""
    return orjson.dumps({"format": FORMAT, **catalog.document}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def load(path: Path) -> Catalog:
    """The catalog kept in a file.

    :raises OSError: the file cannot be read.
    :raises sminion_guard.errors.OpaqueStatement: it does not hold a catalog of this form.
    """
    try:
        document = orjson.loads(path.read_bytes())
        if document.pop("format") != FORMAT:
            raise ValueError("another format")
        return from_document(document)
    except (orjson.JSONDecodeError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise OpaqueStatement(
            "SG114", f"`{path}` does not hold a catalog", detail=f"{type(error).__name__}: {error}",
            hint="write it with `sminion-guard catalog dump`",
        ) from None


def from_document(document: Document) -> Catalog:
    """The catalog of a document with the rows of the queries under their names."""
    plain = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    relations = {entry.key: entry for entry in map(_relation, document["relations"])}
    functions: dict[tuple[str, str], tuple[Function, ...]] = {}
    for function in map(_function, document["functions"]):
        key = (function.schema, function.name)
        functions[key] = (*functions.get(key, ()), function)
    operators: dict[str, tuple[Operator, ...]] = {}
    for row in document["operators"]:
        function_name = (row["function_schema"], row["function_name"])
        operator = Operator(row["schema"], row["name"], tuple(row["types"]), function_name)
        operators[operator.name] = (*operators.get(operator.name, ()), operator)
    return Catalog(
        version=hashlib.sha256(plain).hexdigest()[:16],
        database=document["database"],
        server_version=document["server_version"],
        search_path=tuple(document["search_path"]),
        relations=relations,
        functions=functions,
        operators=operators,
        casts=tuple(
            Cast(row["source"], row["target"], (row["function_schema"], row["function_name"]), row["context"])
            for row in document["casts"]
        ),
        types={(row["schema"], row["name"]): _type(row) for row in document["types"]},
        schemas=frozenset(document["schemas"]),
        public_usage=frozenset(document["public_usage"]),
        document=orjson.loads(plain),
    )


def _pairs(rows: Iterable[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in rows)


def _relation(row: Document) -> Relation:
    owner = row["owner"]
    return Relation(
        row["schema"], row["name"], row["kind"],
        columns=tuple(Column(name, kind, default, generated) for name, kind, default, generated in row["columns"]),
        definition=row["definition"],
        invoker=row["invoker"],
        parents=_pairs(row["parents"]) if owner is None else ((owner[0], owner[1]),),
        children=_pairs(row["children"]),
        triggers=tuple(
            Trigger(name, (schema, function), events, instead, condition, statement, tuple(tables))
            for name, schema, function, events, instead, condition, statement, tables in row["triggers"]
        ),
        rules=tuple(row["rules"]),
        checks=tuple(row["checks"]),
        policies=tuple(row["policies"]),
        support=_pairs(row["support"]),
        placed_by=tuple(row["placed_by"]),
        cascades=tuple(
            ForeignKeyAction(schema, name, tuple(columns), tuple(keys), on_delete, on_update)
            for schema, name, columns, keys, on_delete, on_update in row["cascades"]
        ),
        constraints={name: tuple(columns) for name, columns in row["constraints"]},
        public=row["public"],
        generated=dict(row.get("generated", ())),
    )


def _function(row: Document) -> Function:
    return Function(
        row["schema"], row["name"], row["kind"],
        arguments=tuple(row["arguments"]),
        names=tuple(row["names"]),
        outputs=tuple(row["outputs"]),
        result=row["result"],
        language=row["language"],
        volatility=row["volatility"],
        returns_set=row["returns_set"],
        definer=row["definer"],
        defaults=row["defaults"],
        variadic=row["variadic"],
        body=row["body"] or "",
        atomic=row["atomic"],
        search_path=row["search_path"],
        settings=tuple(row["settings"]),
        helpers=_pairs(row["helpers"]),
        types=tuple(name for name in row["types"] if not name.startswith("pg_catalog.")),
        polymorphic=any(name.removeprefix("pg_catalog.any") in POLYMORPHIC for name in row["types"]),
        default_values=row["default_values"],
        extension=row["extension"],
        library=row["library"] or "",
        public=row["public"],
    )


def _type(row: Document) -> Type:
    attributes = tuple(Column(name, kind) for name, kind in row["attributes"])
    return Type(
        row["schema"], row["name"], attributes, row["base"], tuple(row["checks"]), row["kind"], _pairs(row["functions"])
    )
