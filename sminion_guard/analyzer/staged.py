"""Staged merges: what a transaction has touched so far, and what its cursors and prepared statements carry along.

A state is a value. The session keeps one per connection, asks :func:`staged` with each verdict, and takes over the
state that comes back when the statement has run::

    verdict, after = staged(verdict, state, frame)

Temporary tables need no place here: making one is data definition, which is refused as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.judge import judge
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.rules.incompatible_merge import touched_schemas
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Reason, Verdict


@dataclass(frozen=True, slots=True)
class State:
    """What came before in the session: immutable."""

    touched: Mapping[str, str] = field(default_factory=dict)
    """Schemas touched in this transaction, each with a relation that stands for it."""
    cursors: Mapping[str, Statement] = field(default_factory=dict)
    """Open cursors of this transaction."""
    prepared: Mapping[str, Statement] = field(default_factory=dict)
    """Prepared statements of the session: they outlive the transaction."""

    def ended(self) -> State:
        """The state after the transaction has ended, in whichever way."""
        return State(prepared=self.prepared) if self.prepared else BLANK


BLANK = State()
"""Where every session begins: one value, so that what was judged in it can be found again."""


def staged(verdict: Verdict, state: State, frame: Frame) -> tuple[Verdict, State]:
    """The verdict in the light of what came before, and the state once the text has run.

    ``EXECUTE p`` and ``FETCH FROM c`` are judged as what ``p`` and ``c`` stand for. A text that stays in a compartment
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
    schemas = after.touched.keys()
    held = tuple(entry.role for entry in frame.compartments if schemas <= set(entry.schemas))
    if schemas and not held:
        return replace(verdict, reasons=(_merge(statements, state, frame),), compartments=()), state
    return replace(verdict, compartments=held) if schemas else verdict, after


def _recalled(statement: Statement, state: State) -> Statement:
    """The statement with what it executes or fetches in its place; itself when it does neither, or nobody knows."""
    known = None
    if statement.executes is not None:
        known = state.prepared.get(statement.executes)
    elif statement.fetches is not None:
        known = state.cursors.get(statement.fetches)
    if known is None:
        return statement
    # The places belong to another text, so the whole of this one stands for them.
    accesses = tuple(replace(access, start=statement.start, places={}) for access in known.accesses)
    return replace(
        statement, accesses=statement.accesses + accesses, outputs=known.outputs,
        schemas={**statement.schemas, **dict.fromkeys(known.schemas, statement.start)}, executes=None, fetches=None,
    )


def _after(statement: Statement, state: State, frame: Frame) -> State:
    touched = {schema: what for schema, (what, _) in touched_schemas(statement, frame).items()}
    if not touched.keys() <= state.touched.keys():  # else it stays the same value, so that judgements are found again
        state = replace(state, touched={**touched, **state.touched})
    if statement.declares is not None:
        state = replace(state, cursors={**state.cursors, statement.declares: statement})
    if statement.prepares is not None:
        state = replace(state, prepared={**state.prepared, statement.prepares: statement})
    return state


def _merge(statements: list[Statement], state: State, frame: Frame) -> Reason:
    """The pair that keeps the transaction out of every compartment; the new side first in the text."""
    for statement in statements:
        for schema, (what, start) in touched_schemas(statement, frame).items():
            for earlier, named in state.touched.items():
                if not frame.mergeable(schema, earlier):
                    return Reason(
                        "SG110", f"`{what}` may not be touched after `{named}` in one transaction",
                        f"data of `{schema}` and `{earlier}` were collected for incompatible purposes; a merge in two"
                        " steps is still a merge",
                        "end the transaction before you turn to the other data", span(statement.text, start),
                    )
    # Every pair may be merged, but the purpose does not reach them all: it was another one that touched them before.
    earlier = ", ".join(f"`{named}`" for named in state.touched.values())
    purpose = frame.purpose.name
    return Reason("SG110", f"the transaction has touched {earlier}, which purpose `{purpose}` does not reach",
                  hint="end the transaction before you turn to the other data")
