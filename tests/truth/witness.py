"""The server as a witness of what a statement touches, without a line of the analyzer's.

Three witnesses, each blind where another sees:

- *privileges*: a role that may do nothing but what the analyzer says it needs must be able to run the statement, and
  must fail once any single privilege is taken away. PostgreSQL's own checks decide, column by column.
- *counters*: ``pg_stat_xact_user_tables`` counts scans and changed rows of each table within the transaction, whoever
  did it: views, functions, triggers and foreign keys included.
- *plans*: the relations in ``EXPLAIN (VERBOSE, FORMAT JSON)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

EXPLAINABLE = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})
TIMEOUT = "5s"
_PREPARED = re.compile(r"PREPARE (\w+) (\()?")


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One privilege on one relation.

    :param kind: SELECT, INSERT, UPDATE, DELETE or USAGE (of a sequence).
    :param column: None where the privilege is one on the relation as a whole, or on any column of it.
    :param definer: needed by the owner of a view or function instead of by who runs the statement.
    """

    schema: str
    relation: str
    kind: str
    column: str | None
    definer: bool = False

    def __str__(self) -> str:
        place = f"{self.schema}.{self.relation}" + (f".{self.column}" if self.column else "")
        return f"{self.kind} {place}" + (" (owner of a view or function)" if self.definer else "")


@dataclass(slots=True)
class Testimony:
    """What the server says of one statement.

    :param refused: SQLSTATE and message of running it with exactly the privileges needed; None when it ran.
    :param idle: needs that can be taken away without the server minding: the analyzer said too much.
    :param scanned, written: tables that were scanned, or whose rows were changed.
    :param planned: relations in the plan; None for statements that have none.
    :param folded: the planner left a part out because a constant, such as NULL for a parameter, makes it false.
    """

    refused: tuple[str, str] | None = None
    idle: list[Need] = field(default_factory=list)
    scanned: set[tuple[str, str]] = field(default_factory=set)
    written: set[tuple[str, str]] = field(default_factory=set)
    planned: set[tuple[str, str]] | None = None
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Roles:
    """Two roles without any privilege: who runs the statement, and who owns the views and functions."""

    runner: str
    owner: str | None


class Witness:
    """Runs statements on one superuser connection; everything is rolled back."""

    def __init__(self, connection: psycopg.Connection[Any], roles: Roles) -> None:
        self.connection = connection
        self.roles = roles
        connection.execute("SET max_parallel_workers_per_gather = 0")
        # Another process would count into statistics of its own; and nothing here may wait for ever.
        connection.execute(sql.SQL("SET statement_timeout = {}").format(TIMEOUT))

    def runs(self, statement: str) -> str | None:
        """Run as superuser; the error message when it fails."""
        error = self.error(statement)
        return None if error is None else str(error)

    def error(self, statement: str) -> psycopg.Error | None:
        """Run in the role that is set, and undo it; the error when it fails."""
        with self._undone():
            self._open()
            try:
                with self.connection.transaction():
                    self._run(statement)
            except psycopg.Error as error:
                return error
        return None

    def touched(self, statement: str) -> set[tuple[str, str]] | None:
        """Every table that the server scans or changes when it runs the statement; None when it cannot run it."""
        with self._undone():
            self._open()
            before = self._counters()
            try:
                with self.connection.transaction():
                    self._run(statement)
            except psycopg.Error:
                return None
            after = self._counters()
        return {table for table, counts in after.items() if counts != before.get(table, (0, 0))}

    def hear(self, statement: str, needs: Iterable[Need], *, given: Mapping[Need, Need], plan: bool) -> Testimony:
        """What the server says of ``statement`` under exactly ``needs``.

        :param given: privileges that come with one of ``needs``, and go with it.
        :param plan: whether EXPLAIN knows this kind of statement.
        """
        found = Testimony()
        needed = sorted(set(needs), key=str)
        with self._undone():
            for need in (*given, *needed):
                self._grant(need)
            found.refused = self._attempt(statement)
            if found.refused is None:
                found.idle = [need for need in needed if self._idle(need, given, statement)]
        with self._undone():
            self._open()
            before = self._counters()
            self._run(statement)
            for table, (scans, changes) in self._counters().items():
                earlier = before.get(table, (0, 0))
                if scans > earlier[0]:
                    found.scanned.add(table)
                if changes > earlier[1]:
                    found.written.add(table)
        if plan:
            with self._undone():
                self._open()
                plan_nodes = self._plan(statement)
            found.planned = {(node["Schema"], node["Relation Name"]) for node in plan_nodes
                             if "Relation Name" in node and not node["Schema"].startswith("pg_")}
            found.folded = any(node.get("One-Time Filter") == "false" for node in plan_nodes)
        return found

    def _open(self) -> None:
        """Let the owner of views and functions do everything, for runs that are not about privileges."""
        if self.roles.owner is not None:
            self.connection.execute(sql.SQL("GRANT pg_read_all_data, pg_write_all_data TO {}").format(
                sql.Identifier(self.roles.owner)))

    def _idle(self, need: Need, given: Mapping[Need, Need], statement: str) -> bool:
        with self.connection.transaction(force_rollback=True):
            for gone in (need, *(other for other, parent in given.items()
                                 if (parent.schema, parent.relation) == (need.schema, need.relation))):
                self._grant(gone, revoke=True)
            outcome = self._attempt(statement)
        return outcome is None or outcome[0] != "42501"

    def _attempt(self, statement: str) -> tuple[str, str] | None:
        self.connection.execute("DEALLOCATE ALL")
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(self.roles.runner)))
                self._run(statement)
        except psycopg.Error as error:
            return error.sqlstate or "", str(error).splitlines()[0]
        return None

    def _run(self, statement: str) -> None:
        """Run to the end: a COPY reads all its data, a CTE all its rows."""
        encoded = statement.encode()
        cursor = self.connection.cursor()
        if encoded.lstrip()[:4].upper() == b"COPY":
            with cursor.copy(encoded) as copy:
                for _ in copy:
                    pass
        else:
            cursor.execute(encoded)
            prepared = _PREPARED.match(statement)
            if prepared:  # only now are privileges checked
                cursor.execute(f"EXECUTE {prepared[1]}{' (1)' if prepared[2] else ''}".encode())

    def _grant(self, need: Need, *, revoke: bool = False) -> None:
        role = sql.Identifier((self.roles.owner if need.definer else None) or self.roles.runner)
        on = sql.Identifier(need.schema, need.relation)
        column = sql.SQL(" ({})").format(sql.Identifier(need.column)) if need.column else sql.SQL("")
        what = sql.SQL("{}{} ON {}{}").format(
            sql.SQL(need.kind), column, sql.SQL("SEQUENCE " if need.kind == "USAGE" else ""), on  # type: ignore[arg-type]
        )
        form = "REVOKE {} FROM {}" if revoke else "GRANT {} TO {}"
        self.connection.execute(sql.SQL(form).format(what, role))

    def _counters(self) -> dict[tuple[str, str], tuple[int, int]]:
        rows = self.connection.execute(
            "SELECT schemaname, relname, coalesce(seq_scan, 0) + coalesce(idx_scan, 0), "
            "n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return {(schema, name): (scans, changes) for schema, name, scans, changes in rows}

    def _plan(self, statement: str) -> list[dict[str, Any]]:
        ((plan,),) = self.connection.execute(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}".encode()).fetchall()
        return list(_nodes(plan))

    @contextmanager
    def _undone(self) -> Iterator[None]:
        try:
            with self.connection.transaction(force_rollback=True):
                yield
        finally:
            self.connection.execute("DEALLOCATE ALL")  # a rollback leaves prepared statements behind


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere in a plan."""
    if isinstance(plan, dict):
        yield plan
        for value in plan.values():
            yield from _nodes(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from _nodes(value)
