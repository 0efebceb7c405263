"""Staged merges: what a transaction has touched so far, and what its cursors carry along.

A state is a value. The session keeps one per connection, asks :func:`staged` with each verdict, and takes over the
state that comes back when the statement has run::

    verdict, after = staged(verdict, state, frame)

Temporary tables and prepared statements need no place here: making one is refused (SG108, SG106).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.judge import judge
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.incompatible_merge import touched
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Verdict


@dataclass(frozen=True, slots=True)
class State:
    """What came before in the transaction: immutable."""

    touched: Mapping[str, str] = field(default_factory=dict)
    """Schemas, and tables that name their own purposes, touched in this transaction; each with what stands for it."""
    cursors: Mapping[str, Statement] = field(default_factory=dict)
    """Open cursors of this transaction."""


BLANK = State()
"""Where every transaction begins: one value, so that what was judged in it can be found again."""


def staged(verdict: Verdict, state: State, frame: Frame) -> tuple[Verdict, State]:
    """The verdict in the light of what came before, and the state once the text has run.

    ``FETCH FROM c`` is judged as what ``c`` stands for. A text that stays in a compartment
    by itself is refused when no compartment holds it together with what the transaction has touched. A refused text
    leaves the state as it was.
    """
    after = state
    statements = []
    replaced = False
    for judged in verdict.statements:
        statement = _recalled(judged.statement, after)
        replaced = replaced or statement is not judged.statement
        statements.append(statement)
        after = _after(statement, after, frame)
    if replaced:
        verdict = judge(verdict.sql, statements, frame)
    if not verdict.allowed:
        return verdict, state
    names = after.touched.keys()
    held = frame.holding(names)
    if names and not held:
        return replace(verdict, reasons=(_merge(statements, state, frame),), compartments=()), state
    return replace(verdict, compartments=held) if names else verdict, after


def _recalled(statement: Statement, state: State) -> Statement:
    """The statement with what it fetches in its place; itself when it fetches nothing, or nobody knows."""
    known = None if statement.fetches is None else state.cursors.get(statement.fetches)
    if known is None:
        return statement
    # The places belong to another text, so the whole of this one stands for them.
    accesses = tuple(replace(access, start=statement.start, places={}) for access in known.accesses)
    return replace(
        statement, accesses=statement.accesses + accesses, outputs=known.outputs,
        schemas={**statement.schemas, **dict.fromkeys(known.schemas, statement.start)}, fetches=None,
    )


def _after(statement: Statement, state: State, frame: Frame) -> State:
    found = {name: what for name, (what, _) in touched(statement, frame).items()}
    if not found.keys() <= state.touched.keys():  # else it stays the same value, so that judgements are found again
        state = replace(state, touched={**found, **state.touched})
    if statement.declares is not None:
        state = replace(state, cursors={**state.cursors, statement.declares: statement})
    return state


def _merge(statements: list[Statement], state: State, frame: Frame) -> Reason:
    """The pair that keeps the transaction out of every compartment; the new side first in the text."""
    for statement in statements:
        for name, (what, start) in touched(statement, frame).items():
            for earlier, named in state.touched.items():
                if not frame.mergeable(name, earlier):
                    return Reason(
                        "SG110", f"`{what}` may not be touched after `{named}` in one transaction",
                        f"data of `{name}` and `{earlier}` were collected for incompatible purposes; a merge in two"
                        " steps is still a merge",
                        "end the transaction before you access the other data", span(statement.text, start),
                    )
    # Every pair may be merged, but the purpose does not reach them all: it was another one that touched them before.
    earlier = ", ".join(f"`{named}`" for named in state.touched.values())
    purpose = frame.purpose.name
    return Reason("SG110", f"the transaction has touched {earlier}, which purpose `{purpose}` does not reach",
                  hint="end the transaction before you access the other data")
