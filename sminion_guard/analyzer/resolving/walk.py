"""One walk over one statement: what it has found so far, and the tables that say who handles which node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sminion_guard.analyzer.access import NOTHING, Flow, Source
from sminion_guard.analyzer.catalog import Catalog, Function, Operator, Relation
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.limits import MAX_BYTES, MAX_FACTS, Budget, OverBudget
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.policy.model import Operation

USE, COLLECT, CLARIFY, DELETE = Operation.USE, Operation.COLLECT, Operation.CLARIFY, Operation.DELETE


@dataclass(frozen=True, slots=True)
class Result:
    """What a query returns: names and flows of its columns."""

    names: Sequence[str] = ()
    flows: Sequence[Flow] = ()
    wild: Flow | None = None
    """Not None: there are columns of unknown number and name, with this flow."""


@dataclass(slots=True)
class Touch:
    """One relation touched with one operation, while the walk goes on."""

    start: int
    columns: dict[str, int] = field(default_factory=dict)
    """Column name to the place that names it."""


TouchKey = tuple[Relation, Operation, tuple[str, ...], bool]
"""Relation, operation, the views and functions that lead to it, and whether it is checked as their owner."""


@dataclass(slots=True)
class Walk:
    """The state of one walk. Everything it finds only ever grows."""

    catalog: Catalog
    path: tuple[str, ...]
    trusted: frozenset[str] = frozenset()
    """Functions whose body need not be understood."""
    version: int = 18
    """Major version of the server."""
    inside: frozenset[object] = frozenset()
    """Views and functions being followed: a circle ends here."""
    fallback: tuple[str, ...] | None = None
    """The path with the schemas out of reach: the server skips them, but a refusal should say what was meant."""
    session: tuple[str, ...] | None = None
    """The path of the session, or of the function around: bodies without a path of their own are read with it, though
    what a view or a check names stands there in full. None: it is ``path``."""
    attached: bool = False
    """Inside of what hangs on a table: a trigger, a policy, a default. There the guard calls functions of its own."""
    sealed: frozenset[str] = frozenset()
    """Views that are not seen through: the policy says what they show."""
    touches: dict[TouchKey, Touch] = field(default_factory=dict)
    marks: dict[Source, int] = field(default_factory=dict)
    """Columns read, with the place."""
    written: dict[Source, int] = field(default_factory=dict)
    """Where written values come from."""
    derived: dict[Source, Flow] = field(default_factory=dict)
    """Columns of views and functions, and what they come from."""
    facts: list[Fact] = field(default_factory=list)
    parameters: set[int] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    """Types outside of pg_catalog that are named, or that a call, a variable or a written column makes values of."""
    expressions: list[tuple[Relation, str, int]] = field(default_factory=list)
    """Expressions that the server adds: row security, defaults, checks."""
    schemas: dict[str, int] = field(default_factory=dict)
    """Schemas that must be usable for more than their relations: those of functions called."""
    prepares: str | None = None
    executes: str | None = None
    declares: str | None = None
    fetches: str | None = None
    """The name that PREPARE, EXECUTE, DECLARE and FETCH speak of."""
    forward: bool = False
    """A WITH query was named before its columns were known."""
    adds: Callable[[Walk], None] = lambda walk: None
    """Follows what the server adds by itself, once a walk has seen the rest."""
    budget: Budget = field(default_factory=lambda: Budget.of(MAX_BYTES))
    """The work that is left: some levels are resolved again and again, so there is an end to it."""
    circular: bool = False
    """Something being followed led back to itself."""
    builds: bool = False
    """Something may make a value of the type of a column, or hold one: ``array_append(t.a, 'x')``, ``ARRAY[t.a]``."""
    compares: bool = False
    """An operator may take a literal for a value of the type of a column: ``t.codes = '{x}'``."""
    bodies: bool = False
    """A body is followed: of a function, or of a DO block. It may fetch from a cursor of the transaction."""
    operators: dict[Operator, int] = field(default_factory=dict)
    """Operators outside of pg_catalog that an expression may mean."""

    def touch(self, relation: Relation, operation: Operation, start: int) -> Touch:
        """Record that ``relation`` is touched."""
        key = (relation, operation, (), False)
        found = self.touches.get(key)
        if found is None:
            found = self.touches[key] = Touch(start)
        return found

    def mark(self, flow: Flow, start: int) -> Flow:
        """Record that the columns of ``flow`` are read."""
        marks = self.marks
        for source in flow:
            if source not in marks:
                marks[source] = start
        return flow

    def write(self, flow: Flow) -> None:
        """Record that values with this flow are stored."""
        self.written.update(flow)

    def fact(
        self, kind: FactKind, message: str, start: int | None, *, detail: str | None = None, hint: str | None = None,
        setting: str | None = None, call: str | None = None,
    ) -> None:
        """Record something for the rules."""
        if len(self.facts) >= MAX_FACTS:
            raise OverBudget
        self.facts.append(Fact(kind, message, detail, hint, start, setting, call))

    def require(self, version: int, what: str, start: int) -> None:
        """Record that the server is too old to read ``what`` as the parser does."""
        if self.version < version:
            self.fact(FactKind.DISAGREEMENT, f"{what} is understood from PostgreSQL {version} on", start,
                      detail=f"the server is PostgreSQL {self.version}, the parser that of 18")

    def functions(self, schema: str | None, name: str) -> Iterable[Function]:
        return self.catalog.functions_named(schema, name, self.path)


Expression = Callable[[Walk, Node, Scope], Flow]
Range = Callable[[Walk, Node, Scope], list[Item]]
Statement = Callable[[Walk, Node, Scope], Result]

EXPRESSIONS: dict[str, Expression] = {}
RANGES: dict[str, Range] = {}
STATEMENTS: dict[str, Statement] = {}


def expression(*kinds: str) -> Callable[[Expression], Expression]:
    """Register the handler of expression nodes."""
    def register(handler: Expression) -> Expression:
        EXPRESSIONS.update(dict.fromkeys(kinds, handler))
        return handler
    return register


def ranges(*kinds: str) -> Callable[[Range], Range]:
    """Register the handler of nodes in FROM."""
    def register(handler: Range) -> Range:
        RANGES.update(dict.fromkeys(kinds, handler))
        return handler
    return register


def statement(*kinds: str) -> Callable[[Statement], Statement]:
    """Register the handler of statement nodes."""
    def register(handler: Statement) -> Statement:
        STATEMENTS.update(dict.fromkeys(kinds, handler))
        return handler
    return register


def evaluate(w: Walk, wrapped: Node | None, scope: Scope) -> Flow:
    """The flow of an expression in its JSON form ``{"ColumnRef": {...}}``."""
    if wrapped:
        for kind, node in wrapped.items():
            handler = EXPRESSIONS.get(kind)
            if handler is not None:
                flow = handler(w, node, scope)
                budget = w.budget
                budget.left -= 1 + len(flow)
                if budget.left < 0:
                    raise OverBudget
                return flow
            unknown_node(w, kind, node)
    return NOTHING


def evaluate_all(w: Walk, nodes: Iterable[Node] | None, scope: Scope) -> list[Flow]:
    """The flows of a list of expressions."""
    return [evaluate(w, node, scope) for node in nodes] if nodes else []


def run(w: Walk, wrapped: Node, scope: Scope) -> Result:
    """What a statement in its JSON form returns."""
    ((kind, node),) = wrapped.items()
    handler = STATEMENTS.get(kind)
    if handler is None:
        unknown_node(w, kind, node)
        return Result()
    return handler(w, node, scope)


def unknown_node(w: Walk, kind: str, node: object) -> None:
    """A node that no table decides: whatever it is, it is refused."""
    start = node.get("location", 0) if isinstance(node, dict) else None
    w.fact(FactKind.OPAQUE, f"the analyzer does not know what `{kind}` means here", start)
