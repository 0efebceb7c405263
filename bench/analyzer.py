"""What a verdict costs, beside what parsing alone costs and what other tools take to find the tables of a statement.

Run: ``python bench/analyzer.py [--rounds 300] [--corpora DIRECTORY [--pg 15]]``. All contenders get the same statement
in turn, round after round, in one process; printed are medians of CPU time in microseconds. "cold" is a text never seen
before, with the catalog and the policy in memory; "cached" is the same text again. For the corpora a server is started,
each schema loaded and read, and the median taken over their statements, each measured ``--corpus-rounds`` times.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import sqlglot
import sqlglot.errors
from pglast import parse_sql
from pglast.parser import ParseError, parse_sql_json
from pglast.visitors import referenced_relations
from sqlglot.optimizer.scope import traverse_scope

from sminion_guard.analyzer import Catalog, analyze
from sminion_guard.analyzer.catalog import Column, Relation
from sminion_guard.analyzer.catalog_read import FreshCatalog
from sminion_guard.analyzer.staged import BLANK
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import Basis, Operation, Policy, Purpose, Schema, SubjectKey, Table
from sminion_guard.session.judging import Judge

sys.path.insert(0, str(Path(__file__).parent.parent))  # the corpora are loaded as the tests load them

COLUMNS = tuple(f"column_{number}" for number in range(20))
TABLES = tuple(f"table_{number}" for number in range(40))
PURPOSE = "work"
REPEATS = {"analyze, cached": 100, "session, judged before": 1000}
"""What is faster than the clock is read is measured many times at once."""
NUMBERS = count()
"""Makes texts that were never seen."""


def small() -> str:
    return "SELECT t.id, t.column_1 FROM app.table_1 t WHERE t.id = $1 AND t.column_3 > 9 ORDER BY t.column_4"


def medium() -> str:
    """Five joins, forty columns."""
    columns = ", ".join(f"t{number % 6}.{COLUMNS[number % 20]} AS c{number}" for number in range(40))
    joins = " ".join(f"JOIN app.table_{right} t{right} ON t{right}.id = t{right - 1}.column_0" for right in range(1, 6))
    where = "t0.column_1 = $1 AND lower(t2.column_3) LIKE 'a%'"
    return f"SELECT {columns} FROM app.table_0 t0 {joins} WHERE {where} LIMIT 50"


def large() -> str:
    """Twenty WITH queries, each upon the one before."""
    parts = ["c0 AS (SELECT t.id, t.column_0 AS v, t.column_1 AS w FROM app.table_0 t)"]
    for number in range(1, 20):
        parts.append(
            f"c{number} AS (SELECT p.id, max(t.column_{number}) AS v, coalesce(p.w, t.column_2) AS w "
            f"FROM c{number - 1} p JOIN app.table_{number} t ON t.id = p.id AND t.column_5 IN (1, 2, 3) "
            f"LEFT JOIN app.table_{number + 1} u ON u.column_1 = t.column_2 "
            f"WHERE EXISTS (SELECT 1 FROM app.table_{number + 2} e WHERE e.id = t.id AND e.column_{number} = p.v) "
            f"GROUP BY p.id, p.w, t.column_2 HAVING count(u.id) >= 0)")
    return f"WITH {', '.join(parts)} SELECT c19.id, c19.v, c5.w FROM c19 JOIN c5 ON c5.id = c19.id ORDER BY 1 LIMIT 10"


def own_catalog() -> Catalog:
    """Forty tables with twenty columns."""
    columns = (Column("id", "pg_catalog.int8"), *(Column(name, "pg_catalog.text") for name in COLUMNS))
    relations = {("app", name): Relation("app", name, "r", columns) for name in TABLES}
    return Catalog(version="bench", database="bench", server_version=18, search_path=("app",), relations=relations,
                   functions={}, schemas=frozenset({"app"}))


def policy_for(catalog: Catalog) -> Policy:
    """One purpose that may do everything with every column of every schema."""
    schemas: dict[str, dict[str, Table]] = {}
    for (schema, name), relation in catalog.relations.items():
        columns = {column.name: "none" for column in relation.columns}
        schemas.setdefault(schema, {})[name] = Table(schema, name, None, columns)
    purpose = Purpose(PURPOSE, "Work", Basis.CONTRACT, frozenset(), frozenset(Operation))
    return Policy(
        name="bench", version="1", subject_key=SubjectKey.BIGINT, ticket_lifetime=timedelta(minutes=15),
        require_tls=False, purposes={PURPOSE: purpose},
        schemas={name: Schema(name, frozenset({PURPOSE}), tables) for name, tables in schemas.items()},
    )


class Known(FreshCatalog):
    """A snapshot that no server was asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog


def contenders(catalog: Catalog, policy: Policy) -> dict[str, Callable[[str], object]]:
    def cold(sql: str) -> object:
        return analyze(f"{sql} --{next(NUMBERS)}", catalog=catalog, policy=policy, purpose=PURPOSE)

    def cached(sql: str) -> object:
        return analyze(sql, catalog=catalog, policy=policy, purpose=PURPOSE)

    def scopes(sql: str) -> object:
        return [traverse_scope(tree) for tree in sqlglot.parse(sql, dialect="postgres") if tree is not None]

    judge = Judge("", policy, fresh=Known(catalog))

    def known(sql: str) -> object:
        return judge.judge(sql, PURPOSE, None, BLANK)

    return {
        "C parser (parse_sql_json)": parse_sql_json, "pglast.parse_sql": parse_sql, "analyze, cold": cold,
        "analyze, cached": cached, "session, judged before": known,
        "pglast referenced_relations": referenced_relations, "sqlglot parse + scope": scopes,
    }


def measure(runs: dict[str, Callable[[str], object]], sql: str, rounds: int) -> dict[str, float]:
    """Medians of CPU time in microseconds, the contenders taking turns; who cannot read the text is left out."""
    times: dict[str, list[float]] = {}
    for name, run in runs.items():
        try:
            run(sql)
            times[name] = []
        except (sqlglot.errors.SqlglotError, ParseError, ValueError, KeyError):
            continue
    for _ in range(rounds):
        for name, found in times.items():
            run, repeats = runs[name], REPEATS.get(name, 1)
            before = time.process_time_ns()
            for _ in range(repeats):
                run(sql)
            found.append((time.process_time_ns() - before) / 1000 / repeats)
    return {name: statistics.median(found) for name, found in times.items()}


def corpora(directory: Path, version: str, rounds: int) -> Iterator[tuple[str, int, dict[str, float]]]:
    """For each corpus its name, how many statements it has, and the medians over them."""
    from tests import servers
    from tests.truth import corpora as public

    public.ROOT = directory
    with Server(find_binaries(version), durable=False) as server:
        for name in public.QUERIES:
            with servers.new_database(server) as database:
                catalog = public.load(name, database).catalog
                runs, cases = contenders(catalog, policy_for(catalog)), public.queries(name)
                found = [measure(runs, case.sql, rounds) for case in cases]
            yield name, len(found), {
                contender: statistics.median(times[contender] for times in found if contender in times)
                for contender in runs if any(contender in times for times in found)
            }


def show(title: str, medians: dict[str, float]) -> None:
    base = medians["pglast.parse_sql"]
    print(f"\n{title}")
    for name, value in medians.items():
        print(f"  {name:<30} {value:>10.1f} us {value / base:>7.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=300, help="how often each statement is measured")
    parser.add_argument("--corpora", type=Path, metavar="DIRECTORY", help="also over the queries of public corpora")
    parser.add_argument("--corpus-rounds", type=int, default=7)
    parser.add_argument("--pg", default="15", help="the server that the corpora are loaded into")
    arguments = parser.parse_args()
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    catalog = own_catalog()
    runs = contenders(catalog, policy_for(catalog))
    print("CPU time, medians; the last figure is the ratio to pglast.parse_sql")
    for title, text in (("small: one table", small()), ("medium: five joins, forty columns", medium()),
                        ("large: twenty WITH queries", large())):
        verdict = analyze(text, catalog=catalog, policy=policy_for(catalog), purpose=PURPOSE)
        if not verdict.allowed:
            raise SystemExit(f"{title}: {verdict.error()}")
        show(title, measure(runs, text, arguments.rounds))
    if arguments.corpora:
        for name, number, medians in corpora(arguments.corpora, arguments.pg, arguments.corpus_rounds):
            show(f"{name}: {number} statements", medians)


if __name__ == "__main__":
    main()
