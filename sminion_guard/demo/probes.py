"""Questions asked by the hundred: every forbidden pair from every compartment, with the allowed pairs as a control."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sminion_guard.demo.actors import Actor
from sminion_guard.demo.answer import Answer
from sminion_guard.demo.stage import HEROINE, Stage
from sminion_guard.policy import Compartment, Operation, Policy, Table, compartments, mergeable


def forbidden_pairs(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Pairs of schemas that may not be merged."""
    return tuple(pair for pair in combinations(policy.schemas, 2) if not mergeable(policy, *pair))


def forbidden_joins(stage: Stage, login: str) -> Iterator[Answer]:
    """Join a table of each forbidden pair, once from every compartment."""
    for room in compartments(stage.policy):
        for pair in forbidden_pairs(stage.policy):
            yield _join(stage.login(login), stage.policy, room, pair)


def allowed_joins(stage: Stage, login: str) -> Iterator[Answer]:
    """The control: join what each compartment may use together."""
    for room in compartments(stage.policy):
        if Operation.USE in stage.policy.purposes[room.purpose].may:
            for pair in combinations(room.schemas, 2):
                yield _join(stage.login(login), stage.policy, room, pair)


def readings(stage: Stage, tables: tuple[str, ...]) -> Iterator[tuple[str, Answer]]:
    """Read each column of each table for each purpose of each login; yields the table and the answer."""
    for login in stage.policy.logins.values():
        for room in compartments(stage.policy):
            if room.purpose not in login.purposes:
                continue
            for name in tables:
                for column in _table(stage.policy, name).columns:
                    question = f"SELECT {column} FROM {name} LIMIT 1"
                    yield name, _act(stage.login(login.name), stage.policy, room, question)


def _join(actor: Actor, policy: Policy, room: Compartment, pair: tuple[str, str]) -> Answer:
    left, right = (next(iter(policy.schemas[name].tables.values())).qualified for name in pair)
    return _act(actor, policy, room, f"SELECT count(*) FROM (SELECT FROM {left}, {right} LIMIT 1) AS merged")


def _act(actor: Actor, policy: Policy, room: Compartment, statement: str) -> Answer:
    named = str(HEROINE) if policy.purposes[room.purpose].sees_blocked else None
    return actor.act(room.purpose, "tries every door", statement, subject=named, schemas=room.schemas)


def _table(policy: Policy, name: str) -> Table:
    schema, _, table = name.partition(".")
    return policy.schemas[schema].tables[table]
