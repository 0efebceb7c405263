"""Questions asked by the hundred: every forbidden pair from every compartment, with the allowed pairs as a control."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sminion_guard.demo.actors import Actor
from sminion_guard.demo.answer import Answer
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.policy import Compartment, Operation, Policy, Table, compartments, mergeable


def forbidden_pairs(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Pairs of schemas that may not be merged."""
    return tuple(pair for pair in combinations(policy.schemas, 2) if not mergeable(policy, *pair))


def forbidden_joins(shop: Shop, login: str) -> Iterator[Answer]:
    """Join a table of each forbidden pair, once from every compartment."""
    for compartment in compartments(shop.policy):
        for pair in forbidden_pairs(shop.policy):
            yield _join(shop.login(login), shop.policy, compartment, pair)


def allowed_joins(shop: Shop, login: str) -> Iterator[Answer]:
    """The control: join what each compartment may use together."""
    for compartment in compartments(shop.policy):
        if Operation.USE in shop.policy.purposes[compartment.purpose].may:
            for pair in combinations(compartment.schemas, 2):
                yield _join(shop.login(login), shop.policy, compartment, pair)


def readings(shop: Shop, tables: tuple[str, ...]) -> Iterator[tuple[str, Answer]]:
    """Read each column of each table for each purpose of each login; yields the table and the answer."""
    for login in shop.policy.logins.values():
        for compartment in compartments(shop.policy):
            if compartment.purpose not in login.purposes:
                continue
            for name in tables:
                for column in _table(shop.policy, name).columns:
                    question = f"SELECT {column} FROM {name} LIMIT 1"
                    yield name, _act(shop.login(login.name), shop.policy, compartment, question)


def _join(actor: Actor, policy: Policy, compartment: Compartment, pair: tuple[str, str]) -> Answer:
    left, right = (next(iter(policy.schemas[name].tables.values())).qualified for name in pair)
    return _act(actor, policy, compartment, f"SELECT count(*) FROM (SELECT FROM {left}, {right} LIMIT 1) AS merged")


def _act(actor: Actor, policy: Policy, compartment: Compartment, statement: str) -> Answer:
    named = str(HEROINE) if policy.purposes[compartment.purpose].sees_blocked else None
    return actor.act(compartment.purpose, "tries every table", statement, subject=named, schemas=compartment.schemas)


def _table(policy: Policy, name: str) -> Table:
    schema, _, table = name.partition(".")
    return policy.schemas[schema].tables[table]
