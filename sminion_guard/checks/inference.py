"""Recipients that are told no names, and could infer them."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.checks.singling import comparable
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.compiler.subjects import subject_columns
from sminion_guard.policy import Operation, Policy, Table
from sminion_guard.policy.access import may
from sminion_guard.policy.inference import free_texts, inferring, received

LIMIT = 2_000
"""Milliseconds in which people who are alone are counted; a table that takes longer is not counted."""


def inference(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Columns that identify people together, and texts, in what a recipient may get of a table about people."""
    policy = compiled.policy
    for name, recipient in sorted(policy.recipients.items()):
        for table in policy.tables():
            if table.subject is None:
                continue
            purposes = [policy.purposes[purpose] for purpose in recipient.purposes
                        if may(policy, purpose, table, Operation.TRANSFER)]
            columns = received(policy, recipient, table, purposes)
            together = inferring(columns)
            if together:
                yield Problem(
                    "SG730", f"recipient `{name}` may get {_listed(table, together)} together",
                    detail=_alone(database, policy, table, together),
                    hint="show groups of people in a depersonalized view, or let `never` name one of their categories",
                    refuses=False)
            texts = free_texts(columns)
            if texts:
                yield Problem(
                    "SG731", f"recipient `{name}` may get {_listed(table, texts)}, in which anything may stand",
                    detail="people write names, addresses and illnesses into free texts, their own and those of others",
                    hint="let `never` of the recipient name the category, unless its contract covers such texts",
                    refuses=False)


def _alone(database: Database, policy: Policy, table: Table, columns: tuple[str, ...]) -> str:
    """How many combinations of the values only one person has."""
    countable = {column.name: column for column in comparable(database, policy).get(table.qualified, ())}
    people = ", ".join(f"t.{ident(column)}" for column in subject_columns(table))
    # A cast to text could be a function of whoever owns the type, and would run as the role that sees all rows.
    counted = None if not countable.keys() >= set(columns) else database.count(
        f"SELECT count(*) FROM (SELECT FROM {qualified(table.schema, table.name)} AS t"
        f" GROUP BY {', '.join(countable[column].value for column in columns)}"
        f" HAVING count(DISTINCT ({people})) = 1) AS alone", as_owner=True, milliseconds=LIMIT)
    if counted is None:
        return "birth, place and sex name most people; how many they name here could not be counted"
    if counted == 1:
        return "1 combination of their values is that of one person alone"
    return f"{counted} combinations of their values are those of one person alone each"


def _listed(table: Table, columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{table.qualified}.{column}`" for column in columns)
