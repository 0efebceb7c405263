"""A small catalog and policy for the analyzer's tests: three schemas, of which `hr` may be merged with nothing."""

from __future__ import annotations

from itertools import count
from typing import Any

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.analyzer.catalog import Column, Function, Relation
from sminion_guard.policy import Policy, loads

POLICY = loads("""
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
trusted_functions = ["public.unaccent"]

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["identity", "contact"]
may = ["collect", "use", "clarify"]

[purpose.news]
title = "Newsletter"
basis = "consent"
needs = ["contact"]
may = ["use"]

[purpose.hiring]
title = "Hire people"
basis = "contract"
needs = "*"
may = ["use"]

[purpose.audit]
title = "Look at everything, apart"
basis = "legal_obligation"
needs = "*"
may = ["use"]

[[further]]
data_of = "contract"
may_serve = ["audit"]
why = "the law"

[[further]]
data_of = "hiring"
may_serve = ["audit"]
why = "the law"

[schema.crm]
collected_for = ["contract", "news"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", full_name = "identity", email = "contact", born_on = "birth" }
[schema.crm.card]
subject = false
columns = { id = "none", full_name = "none" }

[schema.sales]
collected_for = ["contract"]
[schema.sales.orders]
subject = "customer_id"
columns = { id = "key", customer_id = "key", total = "none", note = "none" }

[schema.hr]
collected_for = ["hiring"]
[schema.hr.employee]
subject = "id"
columns = { id = "key", salary = "income", boss = "key" }

[schema.attic]
collected_for = []
[schema.attic.box]
subject = false
columns = { id = "none" }
""")


def relation(schema: str, name: str, columns: str, **more: Any) -> Relation:
    """A table, or what ``more`` makes of it, with text columns."""
    listed = tuple(Column(column, "pg_catalog.text") for column in columns.split())
    return Relation(schema, name, more.pop("kind", "r"), listed, **more)


def function(schema: str, name: str, body: str, language: str = "sql", **more: Any) -> Function:
    """A function without arguments unless ``more`` names some."""
    names = tuple(more.pop("names", "").split())
    return Function(
        schema, name, more.pop("kind", "f"), ("pg_catalog.text",) * len(names), names, more.pop("outputs", ()),
        more.pop("result", "pg_catalog.text"), language, more.pop("volatility", "v"), body=body, **more,
    )


RELATIONS = (
    relation("crm", "customer", "id full_name email born_on guard_mask"),
    relation("crm", "card", "id full_name", kind="v", definition="SELECT id, full_name FROM crm.customer"),
    relation("crm", "pay", "id salary", kind="v",
             definition="SELECT c.id, e.salary FROM crm.customer c JOIN hr.employee e ON e.id = c.id"),
    relation("crm", "unlisted", "id"),
    relation("sales", "orders", "id customer_id total note"),
    relation("hr", "employee", "id salary boss"),
    relation("attic", "box", "id"),
    relation("public", "country", "code name", public="r"),
    relation("public", "secret", "code"),
    relation("sminion", "ticket", "id"),
)
FUNCTIONS = (
    function("crm", "salary_of", "SELECT salary FROM hr.employee WHERE id = who", names="who"),
    function("crm", "mail_of", "SELECT email FROM crm.customer WHERE id = $1", names="who"),
    function("crm", "dynamic", "BEGIN EXECUTE 'SELECT ' || '1'; END", "plpgsql"),
    function("public", "unaccent", "unaccent_dict", "c", names="what"),
    function("public", "similarity", "similarity", "c", names="a b"),
    function("sminion", "enter", "BEGIN NULL; END", "plpgsql", names="token"),
)


_versions = count()


def catalog(*more: Relation, version: int = 18, functions: tuple[Function, ...] = FUNCTIONS, **others: Any) -> Catalog:
    """The catalog, with more relations."""
    by_name: dict[tuple[str, str], tuple[Function, ...]] = {}
    for entry in functions:
        by_name[entry.schema, entry.name] = (*by_name.get((entry.schema, entry.name), ()), entry)
    return Catalog(
        f"v{next(_versions)}", "shop", version, ("crm", "sales", "public"),
        {entry.key: entry for entry in (*RELATIONS, *more)}, by_name, public_usage=frozenset({"public"}), **others,
    )


CATALOG = catalog()


def judge(
    sql: str, purpose: str = "contract", *, within: Catalog = CATALOG, policy: Policy = POLICY, **more: Any
) -> Verdict:
    """The verdict on ``sql``."""
    return analyze(sql, catalog=within, policy=policy, purpose=purpose, **more)


def codes(sql: str, purpose: str = "contract", **more: Any) -> list[str]:
    """The codes of the reasons, each once."""
    return list(dict.fromkeys(reason.code for reason in judge(sql, purpose, **more).reasons))


def touched(sql: str, **more: Any) -> dict[str, tuple[str, ...]]:
    """``operation relation`` to columns of the one statement in ``sql``."""
    (judged,) = judge(sql, **more).statements
    return {f"{access.operation} {access.qualified}": access.columns for access in judged.statement.accesses}


def sources(sql: str, **more: Any) -> dict[str, list[str]]:
    """Output column to ``schema.relation.column manner`` of the one statement in ``sql``."""
    (judged,) = judge(sql, **more).statements
    return {
        output.name: [f"{schema}.{name}.{column} {manner.name}" for schema, name, column, manner in output.sources]
        for output in judged.statement.outputs
    }


def marked(sql: str, code: str, purpose: str = "contract", **more: Any) -> list[str]:
    """The parts of the text that reasons of ``code`` point at."""
    data = sql.encode()
    return [data[start:end].decode() for reason in judge(sql, purpose, **more).reasons if reason.code == code
            for start, end in reason.spans]
