"""How many people are alone with their values of a few columns. The server counts, and answers with numbers only.

A big table is counted in a sample, and what the sample says worst is then counted in all rows, if there is time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.policy import Policy

ROWS = 4_000
"""So many rows are looked at; about so many, chosen by chance, where the table has more."""
TOGETHER = 3
"""Columns of a combination."""
MOST = 8
"""Columns whose combinations are counted: of more those with the most values."""
LETTERS = 100
"""Of each text."""


@dataclass(frozen=True, slots=True)
class Countable:
    """A column that can be counted without code of the application."""

    name: str
    text: bool

    @property
    def value(self) -> str:
        column = f"t.{ident(self.name)}"
        # Compared byte by byte: a language's order takes ten times as long.
        if not self.text:
            return column
        return f'pg_catalog."left"({column}::pg_catalog.text, {LETTERS}) COLLATE pg_catalog."C"'


def comparable(database: Database, policy: Policy) -> dict[str, list[Countable]]:
    """The columns of each table, by its qualified name, that can be counted."""
    found: dict[str, list[Countable]] = {}
    for schema, table, column, text in database.ask(
            "queries/preflight/comparable_columns", as_owner=False, **names(policy)):
        found.setdefault(f"{schema}.{table}", []).append(Countable(column, text))
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a table.

    :param subjects: the columns with the keys of the people of a row.
    :param rows: about how many there are; less than nothing where nobody knows.
    """

    schema: str
    table: str
    subjects: tuple[str, ...]
    rows: int

    @property
    def person(self) -> str:
        """Who the row is about; of a row about several people all of them together."""
        keys = [f"t.{ident(column)}::pg_catalog.text" for column in self.subjects]
        one = keys[0] if len(keys) == 1 else f"nullif(pg_catalog.concat_ws(pg_catalog.chr(31), {', '.join(keys)}), '')"
        return f'{one} COLLATE pg_catalog."C"'

    def read(self, columns: Sequence[Countable], *, all_rows: bool) -> str:
        """The people and values of its rows, as a query: of all rows, or of a sample."""
        values = ", ".join(f"{column.value} AS c{place}" for place, column in enumerate(columns))
        many = not all_rows and self.rows > 2 * ROWS
        sample = f" TABLESAMPLE SYSTEM ({150.0 * ROWS / self.rows:.6f}) REPEATABLE (0)" if many else ""
        limit = "" if all_rows else f" LIMIT {ROWS + 1}"
        return (f"SELECT {self.person} AS p, {values} FROM {qualified(self.schema, self.table)} AS t{sample}"
                f" WHERE {self.person} IS NOT NULL{limit}")


@dataclass(frozen=True, slots=True)
class Alone:
    """How many people are the only ones with their values of some columns.

    :param sample: the number of rows that were looked at; None where it was all of them.
    """

    columns: tuple[str, ...]
    alone: int
    people: int
    sample: int | None

    @property
    def share(self) -> float:
        return self.alone / self.people if self.people else 0.0


def worst(
    database: Database, source: Source, columns: Sequence[Countable], many: float, milliseconds: int,
    clock: Callable[[], float] = time.monotonic,
) -> Alone | None:
    """The fewest columns with which nearly as many people are alone as with any; None where it cannot be counted.

    :param many: a share. A combination that reaches it in a sample is counted in all rows.
    :param milliseconds: that all of it may take.
    """
    end = clock() + milliseconds / 1000

    def left() -> int:
        return max(1, round((end - clock()) * 1000))

    chosen = list(columns)
    if len(chosen) > MOST:
        counted = _sampled(database, source, chosen[:31], 1, left())  # GROUPING knows 31
        if counted is None:
            return None
        values = {found.columns[0]: groups for found, groups in counted}
        chosen = sorted(chosen[:31], key=lambda column: (-values[column.name], column.name))[:MOST]
    counted = _sampled(database, source, chosen, TOGETHER, left())
    if counted is None:
        return None
    open_ = [entry for entry, _ in counted]
    while True:
        found = smallest(open_)
        if found.sample is None or found.share < many:
            return found
        named = [column for column in chosen if column.name in found.columns]
        row = database.look(_whole(source, named), as_owner=True, milliseconds=left())
        if row is None:
            # What a sample says is worth little once all rows have said otherwise.
            return found if len(open_) == len(counted) else None
        exact = Alone(found.columns, row[0], row[1], None)
        open_ = [entry for entry in open_ if not set(entry.columns) <= set(found.columns)]  # they single out fewer
        if exact.share >= many or not open_:
            return exact


def smallest(counted: Iterable[Alone]) -> Alone:
    """Of combinations those that single out nine tenths of what any does, of these the one with the fewest columns.

    No column of it can be left out: what is left would single out fewer.
    """
    every = list(counted)
    most = max(entry.alone for entry in every)
    return min((entry for entry in every if 10 * entry.alone >= 9 * most),
               key=lambda entry: (len(entry.columns), -entry.alone, entry.columns))


def _sampled(
    database: Database, source: Source, columns: Sequence[Countable], together: int, milliseconds: int
) -> list[tuple[Alone, int]] | None:
    """For each combination who is alone, and how many values it has; None where it takes too long."""
    sets = [places for size in range(1, together + 1) for places in combinations(range(len(columns)), size)]
    row = database.look(_counts(source, columns, sets), as_owner=True, milliseconds=milliseconds)
    if row is None:
        return None
    people, rows = int(row[0] or 0), int(row[1])
    found = {which: (alone, groups) for which, alone, groups in row[2] or ()}
    sample = ROWS if rows > ROWS else rows if source.rows > 2 * ROWS else None
    return [
        (Alone(tuple(sorted(columns[place].name for place in places)), alone, people, sample), groups)
        for places in sets for alone, groups in [found.get(_which(places, len(columns)), (0, 0))]
    ]


def _counts(source: Source, columns: Sequence[Countable], sets: Sequence[tuple[int, ...]]) -> str:
    names = [f"c{place}" for place in range(len(columns))]
    # Numbers stand for the values: they are grouped much faster, and no value is in the result.
    ranks = ", ".join(f"pg_catalog.dense_rank() OVER (ORDER BY s.{name}) AS {name}" for name in ("p", *names))
    wanted = ", ".join(f"({', '.join(names[place] for place in places)})" for places in sets)
    return (
        f"WITH seen AS MATERIALIZED ({source.read(columns, all_rows=False)}),"
        f" coded AS MATERIALIZED (SELECT {ranks} FROM seen AS s),"
        f" grouped AS (SELECT GROUPING({', '.join(names)}) AS which, pg_catalog.min(p) AS low,"
        f" pg_catalog.max(p) AS high FROM coded GROUP BY GROUPING SETS ({wanted})),"
        " counted AS (SELECT which, pg_catalog.count(DISTINCT low) FILTER (WHERE low = high) AS alone,"
        " pg_catalog.count(*) AS groups FROM grouped GROUP BY which)"
        " SELECT (SELECT pg_catalog.max(p) FROM coded), (SELECT pg_catalog.count(*) FROM coded),"
        " pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(which, alone, groups)) FROM counted"
    )


def _which(places: tuple[int, ...], columns: int) -> int:
    """What GROUPING says of a set: a bit for each column that is not in it, the first column's the highest."""
    return sum(1 << (columns - 1 - place) for place in range(columns) if place not in places)


def _whole(source: Source, columns: Sequence[Countable]) -> str:
    names = ", ".join(f"c{place}" for place in range(len(columns)))
    return (
        f"WITH seen AS ({source.read(columns, all_rows=True)}),"
        " people AS MATERIALIZED (SELECT p, " + names + " FROM seen GROUP BY p, " + names + "),"
        f" grouped AS (SELECT pg_catalog.min(p) AS low, pg_catalog.max(p) AS high FROM people GROUP BY {names})"
        " SELECT (SELECT pg_catalog.count(DISTINCT low) FROM grouped WHERE low = high),"
        " (SELECT pg_catalog.count(DISTINCT p) FROM people)"
    )
