"""What a statement touches and where its output comes from, as values.

A *flow* is the lineage of one expression while it is being resolved: which columns its value comes from, and in which
manner. ``SELECT lower(c.email), count(c.id) FROM crm.customer c`` has the flows ``{email: COMPUTED}`` and
``{id: COUNTED}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from sminion_guard.policy.model import Operation


class Manner(IntEnum):
    """How a value gets into the output, from the most to the least revealing way."""

    COPIED = 0
    COMPUTED = 1
    AGGREGATED = 2
    COUNTED = 3


COPIED, COMPUTED, AGGREGATED, COUNTED = 0, 1, 2, 3  # plain integers: flows are built in the hot path


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A column of a relation. There is one object per column and catalog, so that identity is equality."""

    schema: str
    relation: str
    column: str
    outputs: dict[int, tuple[tuple[str, str, str, Manner], ...]] = field(default_factory=dict, repr=False)
    """It alone as the sources of an output column, by manner: most output columns are one column of a table."""

    def __str__(self) -> str:
        return f"{self.schema}.{self.relation}.{self.column}"


Flow = Mapping[Source, int]
NOTHING: Flow = {}
FOREIGN_KEY = "foreign key"
"""The step of ``Access.via`` that stands for what a foreign key does to the rows that refer to another."""


def join(*flows: Flow) -> Flow:
    """The union of flows; a column that comes in two manners keeps the more revealing one."""
    filled = [flow for flow in flows if flow]
    if len(filled) < 2:
        return filled[0] if filled else NOTHING
    merged = dict(filled[0])
    for flow in filled[1:]:
        for source, manner in flow.items():
            known = merged.get(source)
            if known is None or manner < known:
                merged[source] = manner
    return merged


def through(flow: Flow, manner: int) -> Flow:
    """The flow after it went through something that reveals at most ``manner``."""
    if not flow:
        return flow
    return {source: known if known > manner else manner for source, known in flow.items()}


def joined(flows: Iterable[Flow], manner: int = COMPUTED) -> Flow:
    """The union of ``flows``, each taken ``through`` the manner: the flow of an operator or a call."""
    merged: dict[Source, int] | None = None
    for flow in flows:
        for source, known in flow.items():
            if merged is None:
                merged = {}
            if known < manner:
                known = manner
            before = merged.get(source)
            if before is None or known < before:
                merged[source] = known
    return NOTHING if merged is None else merged


@dataclass(frozen=True, slots=True)
class Access:
    """One relation touched with one operation. Places are byte offsets in the UTF-8 form of the SQL text."""

    schema: str
    relation: str
    operation: Operation
    columns: tuple[str, ...]
    """Sorted. Empty: the relation is touched without naming a column (``count(*)``, DELETE, SELECT FOR UPDATE)."""
    tested: tuple[str, ...]
    """Those of ``columns`` that reach neither output nor a written column: they only decide (WHERE, ON, ORDER BY)."""
    start: int
    """Where the text names it, or names what leads to it."""
    places: Mapping[str, int]
    """Where the text names each column."""
    via: tuple[str, ...] = ()
    """The views, functions and writes that lead to it, outermost first; empty when the text names it itself."""
    definer: bool = False
    """The server checks it with the rights of the owner of a view or function, not with those of the purpose."""
    public: bool = False
    """PUBLIC has the right to it."""
    alone: bool = False
    """A table that shares rows with no other one: no view, no parent or child of another table."""
    sequence: bool = False
    """A sequence that no column owns or takes its default from."""

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.relation}"

    @property
    def apart(self) -> bool:
        """No data meet here: a foreign key deletes rows, or empties their columns, and tells nothing of them."""
        return bool(self.via) and self.via[-1] == FOREIGN_KEY


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the result."""

    name: str
    sources: tuple[tuple[str, str, str, Manner], ...]
    """Sorted (schema, relation, column, manner)."""
