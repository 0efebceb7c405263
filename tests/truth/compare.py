"""The analyzer's answer beside the server's: what was missed, what was too much, and figures over many statements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sminion_guard.analyzer import Access, Statement, analyze
from sminion_guard.policy.model import Operation, Policy
from tests.truth.needs import PURPOSE, family, implied, needs
from tests.truth.witness import EXPLAINABLE, Need, Witness
from tests.truth.world import World

Relation = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """Figures over a corpus, and the findings behind them in words."""

    statements: int = 0
    unresolved: list[str] = field(default_factory=list)
    """Statements that the analyzer refuses to follow; they count for nothing else."""
    relations: int = 0
    columns: int = 0
    missed: list[str] = field(default_factory=list)
    idle_relations: list[str] = field(default_factory=list)
    idle_columns: list[str] = field(default_factory=list)

    @property
    def relation_precision(self) -> float:
        return 1 - len(self.idle_relations) / max(self.relations, 1)

    @property
    def column_precision(self) -> float:
        return 1 - len(self.idle_columns) / max(self.columns, 1)

    def __str__(self) -> str:
        return (
            f"{self.statements} statements compared, {len(self.unresolved)} not followed; {self.relations} relations: "
            f"{len(self.missed)} missed, precision {self.relation_precision:.2%}; {self.columns} columns: precision "
            f"{self.column_precision:.2%}"
        )


def compare(tally: Tally, name: str, text: str, world: World, policy: Policy, witness: Witness, *, rows: bool = True,
            ) -> None:
    """Hear the witness on one statement and count it.

    :param rows: whether there are rows, and parameters that are not NULL. Else code that runs once for each row, and
        what the planner leaves out because NULL is never true, is not heard of: it cannot be found idle.
    """
    catalog = world.catalog
    (judged,) = analyze(text, catalog=catalog, policy=policy, purpose=PURPOSE).statements
    statement = judged.statement
    if statement.facts:
        tally.unresolved.append(f"{name}: {statement.facts[0].kind}: {statement.facts[0].message}")
        return
    needed = needs(statement.accesses, catalog)
    heard = witness.hear(text, needed, given=implied(needed, catalog), plan=statement.kind in EXPLAINABLE)
    tally.statements += 1
    if heard.refused is not None:
        tally.missed.append(f"{name}: {heard.refused[0]} {heard.refused[1]}; the analyzer says {_words(needed)}")
        return
    code = set() if rows else needs([access for access in statement.accesses if _in_code(access)], catalog)
    if rows or not heard.folded:
        _count(tally, name, needed, [need for need in heard.idle if need not in code])
    _unseen(tally, name, statement, world, heard.scanned, heard.written, heard.planned or set())


def _in_code(access: Access) -> bool:
    return any(step.endswith("()") for step in access.via)


def _count(tally: Tally, name: str, needed: set[Need], idle: list[Need]) -> None:
    per_relation = Counter((need.schema, need.relation, need.definer) for need in needed)
    idle_relations = Counter((need.schema, need.relation, need.definer) for need in idle)
    tally.relations += len(per_relation)
    tally.columns += sum(1 for need in needed if need.column)
    tally.idle_columns += [f"{name}: {need}" for need in idle if need.column]
    tally.idle_relations += [f"{name}: {'.'.join(key[:2])}" for key, count in idle_relations.items()
                             if count == per_relation[key]]


def _unseen(
    tally: Tally, name: str, statement: Statement, world: World, scanned: set[Relation], written: set[Relation],
    planned: set[Relation],
) -> None:
    """What counters and plan know and the analyzer does not."""
    catalog = world.catalog
    told = {(access.schema, access.relation) for access in statement.accesses}
    for key in tuple(told):
        if key in catalog.relations:
            told |= family(catalog, key)
    changed = {(access.schema, access.relation) for access in statement.accesses
               if access.operation is not Operation.USE}
    for key in tuple(changed):
        if key in catalog.relations:
            changed |= family(catalog, key)
    keys = {other for pair in world.keys for other in pair if set(pair) & written}
    tally.missed += [f"{name}: {'.'.join(key)} is in the plan" for key in sorted(planned - told)]
    tally.missed += [f"{name}: {'.'.join(key)} was scanned" for key in sorted(scanned - told - keys)]
    tally.missed += [f"{name}: {'.'.join(key)} was written" for key in sorted(written - changed)]


def _words(needed: set[Need]) -> str:
    return ", ".join(str(need) for need in sorted(needed, key=str)) or "nothing"
