"""Statements over the small database, made from a grammar of clauses; every value is text: anything fits anywhere.

What is made is nearly always valid, for the server is the judge: a statement that it cannot even parse tells nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

TABLES = {
    "shop.buyer": ("id", "name", "mail", "secret"),
    "shop.sale": ("id", "buyer_id", "what", "amount"),
    "care.patient": ("id", "name", "illness"),
    "care.visit": ("id", "patient_id", "said"),
    "ads.reader": ("id", "mail", "topic"),
    "shop.mails": ("id", "mail"),
    "shop.borrowed": ("id", "mail"),
    "care.contacts": ("id", "name", "mail"),
}
FUNCTIONS = ("shop.mail_of", "ads.topic_of", "care.illness_of")
WRITABLE = ("shop.buyer", "shop.sale", "care.patient", "ads.reader")

Draw = Callable[[st.SearchStrategy[str]], str]


@dataclass(slots=True)
class Names:
    """The columns that a place can use, and the aliases given so far."""

    columns: list[str] = field(default_factory=list)
    ctes: list[str] = field(default_factory=list)
    count: list[int] = field(default_factory=lambda: [0])

    def alias(self) -> str:
        self.count[0] += 1
        return f"x{self.count[0]}"

    def inside(self) -> Names:
        """What a sub-select here can see."""
        return Names(list(self.columns), list(self.ctes), self.count)


@st.composite
def expressions(draw: Draw, names: Names, depth: int) -> str:
    """A value of type text."""
    forms = ["'k'", "'1'"]
    if names.columns:
        forms += ["column"] * 6 + ["lower", "case", "function"]
    if depth > 0:
        forms += ["subselect", "coalesce", "array", "exists"]
    form = draw(st.sampled_from(forms))
    if form == "column":
        return draw(st.sampled_from(names.columns)) + "::text"
    if form == "lower":
        return f"lower({draw(expressions(names, 0))})"
    if form == "case":
        return f"CASE WHEN {draw(conditions(names, depth - 1))} THEN {draw(expressions(names, 0))} ELSE 'e' END"
    if form == "function":
        ids = [name for name in names.columns if name.endswith("id")] or ["1"]
        return f"{draw(st.sampled_from(FUNCTIONS))}({draw(st.sampled_from(ids))}::bigint)"
    if form == "subselect":
        return f"({draw(selects(names.inside(), depth - 1, 1))} LIMIT 1)"
    if form == "coalesce":
        return f"coalesce({draw(expressions(names, depth - 1))}, {draw(expressions(names, depth - 1))})"
    if form == "array":
        return f"(ARRAY({draw(selects(names.inside(), depth - 1, 1))}))[1]"
    if form == "exists":
        return f"(EXISTS ({draw(selects(names.inside(), depth - 1, 1))}))::text"
    return form


@st.composite
def conditions(draw: Draw, names: Names, depth: int) -> str:
    """Something for WHERE, ON or HAVING."""
    forms = ["true", "compare", "null", "not"]
    if depth > 0:
        forms += ["in", "exists", "any", "row"]
    form = draw(st.sampled_from(forms))
    if form == "compare":
        return f"{draw(expressions(names, depth - 1))} = {draw(expressions(names, depth - 1))}"
    if form == "null":
        return f"{draw(expressions(names, depth - 1))} IS NOT NULL"
    if form == "not":
        return f"NOT ({draw(expressions(names, 0))} > 'a')"
    if form == "in":
        return f"{draw(expressions(names, 0))} IN ({draw(selects(names.inside(), depth - 1, 1))})"
    if form == "exists":
        return f"EXISTS ({draw(selects(names.inside(), depth - 1, 1))})"
    if form == "any":
        return f"{draw(expressions(names, 0))} = ANY ({draw(selects(names.inside(), depth - 1, 1))})"
    if form == "row":
        left = f"({draw(expressions(names, 0))}, {draw(expressions(names, 0))})"
        return f"{left} IN ({draw(selects(names.inside(), depth - 1, 2))})"
    return form


@st.composite
def ranges(draw: Draw, names: Names, depth: int, seen: list[str]) -> tuple[str, list[str]]:
    """One entry of FROM and the columns it brings; ``seen``: what LATERAL can use."""
    alias = names.alias()
    forms = ["table"] * 4 + (["cte"] if names.ctes else [])
    if depth > 0:
        forms += ["subquery", "lateral", "values", "join"]
    form = draw(st.sampled_from(forms))
    if form == "cte":
        return f"{draw(st.sampled_from(names.ctes))} AS {alias}", [f"{alias}.a", f"{alias}.b"]
    if form == "subquery":
        return f"({draw(selects(names.inside(), depth - 1, 2))}) AS {alias}(a, b)", [f"{alias}.a", f"{alias}.b"]
    if form == "lateral":
        inner = names.inside()
        inner.columns += seen
        return f"LATERAL ({draw(selects(inner, depth - 1, 2))}) AS {alias}(a, b)", [f"{alias}.a", f"{alias}.b"]
    if form == "values":
        return f"(VALUES ({draw(expressions(names.inside(), depth - 1))})) AS {alias}(a)", [f"{alias}.a"]
    if form == "join":
        left, right = draw(st.sampled_from(sorted(TABLES))), draw(st.sampled_from(sorted(TABLES)))
        kind = draw(st.sampled_from(("JOIN", "LEFT JOIN", "FULL JOIN")))
        return f"({left} {kind} {right} USING (id)) AS {alias}", [f"{alias}.id"]
    table = draw(st.sampled_from(sorted(TABLES)))
    if draw(st.booleans()):
        return f"{table} AS {alias}", [f"{alias}.{column}" for column in TABLES[table]]
    return f"{table} AS {alias}(q)", [f"{alias}.q"]


@st.composite
def selects(draw: Draw, names: Names, depth: int, width: int) -> str:
    """A query with ``width`` columns of type text."""
    with_clause = ""
    if depth > 0 and draw(st.integers(0, 4)) == 0:
        name = names.alias()
        with_clause = f"WITH {name}(a, b) AS ({draw(selects(names.inside(), depth - 1, 2))}) "
        names.ctes = [*names.ctes, name]
    seen: list[str] = []
    parts: list[str] = []
    for _ in range(draw(st.integers(0 if depth < 1 else 1, 2))):
        part, columns = draw(ranges(names, depth, seen))
        parts.append(part)
        seen += columns
    inner = names.inside()
    inner.columns = [*seen, *(names.columns if draw(st.booleans()) else [])] or list(names.columns)
    targets = ", ".join(draw(expressions(inner, depth)) for _ in range(width))
    text = f"SELECT {targets}" + (f" FROM {', '.join(parts)}" if parts else "")
    if parts and draw(st.booleans()):
        text += f" WHERE {draw(conditions(inner, depth))}"
    if depth > 0 and draw(st.integers(0, 5)) == 0:
        kind = draw(st.sampled_from(("UNION", "UNION ALL", "INTERSECT", "EXCEPT")))
        text = f"({text}) {kind} ({draw(selects(names.inside(), depth - 1, width))})"
    elif parts and draw(st.integers(0, 4)) == 0:
        text += f" ORDER BY {draw(expressions(inner, 0))}"
    return with_clause + text


@st.composite
def queries(draw: Draw) -> str:
    """A query of one or two columns."""
    return draw(selects(Names(), 3, draw(st.integers(1, 2))))


@st.composite
def statements(draw: Draw) -> str:
    """A query, or a statement with queries in it."""
    form = draw(st.sampled_from(("query",) * 6 + ("insert", "update", "delete", "merge", "copy", "prepare", "cursor")))
    names = Names()
    if form == "insert":
        source = f"({draw(selects(names, 2, 2))}) AS s(a, b)"
        return f"INSERT INTO shop.sale (id, what, amount) SELECT 99, a, b FROM {source} LIMIT 1"
    if form == "copy":
        return f"COPY ({draw(selects(names, 2, 1))}) TO STDOUT"
    if form == "prepare":
        return f"PREPARE p AS {draw(selects(names, 2, 1))}"
    if form == "cursor":
        return f"DECLARE c CURSOR FOR {draw(selects(names, 2, 1))}"
    if form == "query":
        return draw(queries())
    table = draw(st.sampled_from(WRITABLE))
    column = TABLES[table][-1]
    names.columns = [f"t.{name}" for name in TABLES[table]]
    if form == "delete":
        return f"DELETE FROM {table} AS t WHERE {draw(conditions(names, 2))} RETURNING {draw(expressions(names, 1))}"
    if form == "update":
        part, columns = draw(ranges(Names(count=names.count), 1, []))
        names.columns += columns
        value, where = draw(expressions(names, 1)), draw(conditions(names, 1))
        return f"UPDATE {table} AS t SET {column} = {value} FROM {part} WHERE {where}"
    source = draw(selects(Names(count=names.count), 1, 2))
    names.columns += ["s.a", "s.b"]
    return (f"MERGE INTO {table} AS t USING ({source} LIMIT 1) AS s(a, b) ON {draw(conditions(names, 0))} "
            f"WHEN MATCHED THEN UPDATE SET {column} = {draw(expressions(names, 1))}")


ADDITIONS = (
    "SELECT s.* FROM ({query}) AS s, {table} AS more",
    "SELECT s.*, (SELECT count(*) FROM {table}) FROM ({query}) AS s",
    "SELECT s.* FROM ({query}) AS s WHERE EXISTS (SELECT FROM {table})",
    "SELECT s.* FROM ({query}) AS s ORDER BY (SELECT max(more.id) FROM {table} AS more)",
    "SELECT s.* FROM ({query}) AS s LEFT JOIN {table} AS more ON false",
    "WITH more AS (SELECT id FROM {table}) SELECT s.* FROM ({query}) AS s",
    "SELECT s.*, x.* FROM ({query}) AS s CROSS JOIN LATERAL (SELECT * FROM {table}) AS x",
    "SELECT s.*::text FROM ({query}) AS s UNION ALL SELECT more::text FROM {table} AS more",
    "SELECT s.*, lower((SELECT max(more::text) FROM {table} AS more)) FROM ({query}) AS s",
)
"""Ways to add the data of one more relation to a query."""
