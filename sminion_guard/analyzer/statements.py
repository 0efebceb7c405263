"""One statement, resolved: what it touches, returns and notices. It knows no policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pglast import parser

from sminion_guard.analyzer.access import NOTHING, Access, Flow, Manner, Output, join
from sminion_guard.analyzer.catalog import Catalog, Relation
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.limits import Budget, OverBudget, over_budget
from sminion_guard.analyzer.parse import Parsed, Unparsed
from sminion_guard.analyzer.resolving import (  # noqa: F401  they register handlers
    definitions,
    expressions,
    json_expressions,
    range_functions,
    settings,
    utilities,
    writes,
)
from sminion_guard.analyzer.resolving.consequences import row_security
from sminion_guard.analyzer.resolving.expansion import lineage, settle
from sminion_guard.analyzer.resolving.implicit import implicit_functions
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, run
from sminion_guard.policy.model import Operation

_EACH = 50
"""What a statement costs before anything in it is looked at."""
_LETTERS = {Operation.USE: "r", Operation.COLLECT: "a", Operation.CLARIFY: "w", Operation.DELETE: "d"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text."""

    kind: str
    """The class of its node, such as ``SelectStmt``."""
    text: str
    start: int
    """Its place in the whole text, in bytes, end exclusive."""
    end: int
    accesses: tuple[Access, ...] = ()
    outputs: tuple[Output, ...] = ()
    facts: tuple[Fact, ...] = ()
    parameters: tuple[int, ...] = ()
    schemas: Mapping[str, int] = field(default_factory=dict)
    """Schemas whose functions are called, with the place of the call."""
    prepares: str | None = None
    executes: str | None = None
    declares: str | None = None
    fetches: str | None = None
    """The prepared statement or cursor that it makes or uses."""
    bodies: bool = False
    """It runs a body: of a function, or of a DO block."""

    @property
    def without_data(self) -> bool:
        """Whether nothing of any table can be in it: it touches none, and fetches from no cursor by some body."""
        return not (self.accesses or self.bodies or self.fetches)

    @property
    def operations(self) -> frozenset[Operation]:
        return frozenset(access.operation for access in self.accesses)

    @property
    def merged(self) -> tuple[str, ...]:
        """The relations that meet in the statement, sorted: one statement is one merge."""
        return tuple(sorted({access.qualified for access in self.accesses}))

    @property
    def fingerprint(self) -> str:
        """The same for statements that differ only in their constants."""
        return _fingerprint(self.text) if self.kind != "unparsed" else "unparsed"


@lru_cache(maxsize=4096)
def _fingerprint(text: str) -> str:
    try:
        return str(parser.fingerprint(text))
    except parser.ParseError:
        return "unparsed"


def resolve(
    part: Parsed, text: str, catalog: Catalog, path: tuple[str, ...], *, fallback: tuple[str, ...] | None = None,
    trusted: frozenset[str] = frozenset(), sealed: frozenset[str] = frozenset(), version: int = 18,
    budget: Budget | None = None,
) -> Statement:
    """Resolve one statement. Never raises: what goes wrong is a fact, and refuses.

    :param sealed: views that are not seen through.
    :param budget: the work that is left for the text; one for this statement alone when it is None.
    """
    w = Walk(catalog, path, trusted, version, fallback=fallback, adds=implicit_functions, sealed=sealed,
             budget=Budget.of(part.end - part.start) if budget is None else budget)
    try:
        w.budget.spend(_EACH)
        result = run(w, {part.kind: part.node}, Scope())
        settle(w)
        _server_adds(w)
        w.budget.spend(len(result.names) + sum(map(len, result.flows)))
    except OverBudget:
        w.facts.append(over_budget())
        result = Result()
    except Unparsed as error:
        w.facts.append(error.fact)
        result = Result()
    except RecursionError:
        w.facts.append(Fact(FactKind.LIMIT, "the statement is nested too deeply"))
        result = Result()
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        # The tree has a form that no handler expects. That is our mistake, and must not become a permission.
        w.facts.append(Fact(FactKind.OPAQUE, "the analyzer does not understand the statement",
                            f"{type(error).__name__}: {error}"))
        result = Result()
    return _statement(w, result, part, text)


def _server_adds(w: Walk) -> None:
    done: set[tuple[Relation, str]] = set()
    for relation, expression, start in w.expressions:  # it grows meanwhile: a policy may read a table with policies
        if (relation, expression) not in done:
            done.add((relation, expression))
            row_security(w, relation, expression, start)
    implicit_functions(w)


def _statement(w: Walk, result: Result, part: Parsed, text: str) -> Statement:
    outputs = tuple(
        Output(name, _sources(lineage(w, flow))) for name, flow in zip(result.names, result.flows, strict=False)
    )
    if result.wild is not None:
        outputs += (Output("*", _sources(lineage(w, result.wild))),)
    revealed = _names(w, join(*result.flows, result.wild or NOTHING, dict.fromkeys(w.written, 0)))
    accesses = []
    for (relation, operation, via, definer), touch in w.touches.items():
        schema, name = relation.schema, relation.name
        columns = tuple(sorted(touch.columns))
        tested = () if operation is not Operation.USE else tuple(
            column for column in columns if (schema, name, column) not in revealed
        )
        usable = schema in w.catalog.public_usage and _LETTERS[operation] in relation.public
        accesses.append(Access(
            schema, name, operation, columns, tested, touch.start, touch.columns, via, definer,
            usable or (relation.kind == "system" and operation is Operation.USE),
            relation.kind in {"r", "p"} and not relation.parents and (relation.kind == "p" or not relation.children),
            relation.kind == "S",
        ))
    return Statement(
        part.kind, text, part.start, part.end, tuple(accesses), outputs, tuple(w.facts), tuple(sorted(w.parameters)),
        w.schemas, w.prepares, w.executes, w.declares, w.fetches, w.bodies,
    )


def _names(w: Walk, flow: Flow) -> set[tuple[str, str, str]]:
    found = {(source.schema, source.relation, source.column) for source in flow}
    if w.derived:
        found |= {(source.schema, source.relation, source.column) for source in lineage(w, flow)}
    return found


def _sources(flow: Flow) -> tuple[tuple[str, str, str, Manner], ...]:
    if not flow:
        return ()
    if len(flow) == 1:
        ((only, manner),) = flow.items()
        found = only.outputs.get(manner)
        if found is None:
            found = only.outputs[manner] = ((only.schema, only.relation, only.column, Manner(manner)),)
        return found
    return tuple(sorted(
        (source.schema, source.relation, source.column, Manner(manner)) for source, manner in flow.items()
    ))
