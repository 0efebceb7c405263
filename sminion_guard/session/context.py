"""Who acts, for which purpose and why: the context that every guarded statement runs under."""

from __future__ import annotations

import contextvars
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from sminion_guard.errors import ContextEscape, ContextMissing, TicketRefused
from sminion_guard.session.legible import legible
from sminion_guard.session.values import TicketValue, encoded

P = ParamSpec("P")
R = TypeVar("R")

_LONGEST = {"actor": 200, "reason": 1000, "unit": 200, "basis_ref": 400}
"""Characters that the log keeps of each (sql/tables/ticket.sql)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a ticket is opened for. Equal contexts share a ticket, so they may share a transaction.

    :param purpose: a purpose of the policy.
    :param actor: who acts, such as ``agent:17``.
    :param reason: why, such as ``ticket 4711``.
    :param schemas: schemas and tables, sorted; they pick the compartment where the purpose has several.
    :param unit: the department that acts.
    :param basis_ref: the contract, consent or order that this rests on.
    :param subject: the one person it is about; purposes that see blocked subjects need it.
    :param values: what rules of rows compare with, such as a tenant: JSON in one form.
    :param kind: of the subject, where the policy names kinds.
    """

    purpose: str
    actor: str
    reason: str
    schemas: tuple[str, ...] | None = None
    unit: str | None = None
    basis_ref: str | None = None
    subject: str | None = None
    values: str | None = None
    kind: str | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Each transaction looks its ticket up by its context: hash it once.
        said = (
            self.purpose, self.actor, self.reason, self.schemas, self.unit, self.basis_ref, self.subject, self.values,
            self.kind,
        )
        object.__setattr__(self, "_hash", hash(said))

    def __hash__(self) -> int:
        return self._hash


class _Scope:
    """One entered block. It ends with the block, also for tasks that were started inside and live on."""

    __slots__ = ("context", "ended", "outer", "owner")

    def __init__(self, owner: processing, outer: _Scope | None) -> None:
        self.owner = owner
        self.context = owner.context
        self.outer = outer
        self.ended = False


_scope: contextvars.ContextVar[_Scope | None] = contextvars.ContextVar("sminion_guard.scope", default=None)


def current() -> Context:
    """The innermost context of this thread or task.

    :raises ContextMissing: SG218 when there is none, or when its block has ended.
    """
    scope = _scope.get()
    if scope is None or scope.ended:
        raise ContextMissing(
            "SG218",
            "no purpose declared" if scope is None else f"the block of purpose `{scope.context.purpose}` has ended",
            detail=None if scope is None else "this task was started in the block and outlived it, its reason did not",
            hint="wrap the work in `with processing(purpose, actor=..., reason=...):`",
        )
    return scope.context


class processing:
    """Says for which purpose, by whom and why data is processed, for the statements of a block or a function.

    Blocks nest: the innermost governs the transactions that begin inside it. A transaction that began under one context
    refuses the statements of another. Usable as ``with``, ``async with`` and decorator, any number of times.

    :param purpose: a purpose of the policy.
    :param actor: who acts, at most 200 characters.
    :param reason: why, at most 1000 characters.
    :param schemas: the schemas, and tables (`schema.table`), needed, where they fall into several compartments of the
        purpose.
    :param unit: the department that acts, at most 200 characters.
    :param basis_ref: what the processing rests on, such as a contract's number, at most 400 characters.
    :param subject: the key of the one person it is about.
    :param values: what the policy says that each ticket carries (``[ticket] values``), such as ``{"tenant": 17}``.
    :param kind: of the subject, such as ``employee``, where the policy names kinds (``[subject.KIND]``).
    :raises TicketRefused: SG215 when a text is empty, has no character that can be seen, or is too long for the log;
        SG227 for a value of a type that no ticket carries.

    The log keeps actor, reason, unit and basis_ref without control and invisible characters: a space stands in their
    place.
    """

    __slots__ = ("_open", "context")

    def __init__(
        self,
        purpose: str,
        *,
        actor: str,
        reason: str,
        schemas: Iterable[str] | None = None,
        unit: str | None = None,
        basis_ref: str | None = None,
        subject: int | str | UUID | None = None,
        values: Mapping[str, TicketValue] | None = None,
        kind: str | None = None,
    ) -> None:
        if isinstance(schemas, str):
            schemas = (schemas,)
        self.context = Context(
            purpose=_said("purpose", purpose),
            actor=_said("actor", actor),
            reason=_said("reason", reason),
            schemas=None if schemas is None else tuple(sorted(set(schemas))),
            unit=None if unit is None else _said("unit", unit),
            basis_ref=None if basis_ref is None else _said("basis_ref", basis_ref),
            subject=None if subject is None else _said("subject", str(subject)),
            values=encoded(values),
            kind=None if kind is None else _said("kind", kind),
        )
        self._open: list[_Scope] = []

    def __enter__(self) -> Context:
        scope = _Scope(self, _scope.get())
        self._open.append(scope)
        _scope.set(scope)
        return self.context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        scope = _scope.get()
        while scope is not None and (scope.owner is not self or scope.ended):
            scope = scope.outer
        if scope is None:
            # A generator that was entered in one task or thread and is closed in another: what it entered ends all the
            # same, and the variable of the other one is not ours to set.
            scope = self._open[-1]
        else:
            _scope.set(scope.outer)
        self._open.remove(scope)
        scope.ended = True

    async def __aenter__(self) -> Context:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function or a coroutine function.

        :raises ContextEscape: SG232 for a generator, whose body runs after the call has returned.
        """
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise ContextEscape(
                "SG232",
                f"`{function.__qualname__}` is a generator: its body runs after the call, outside of the context",
                hint="write `with processing(...):` around the loop that consumes it",
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return awaited  # type: ignore[return-value]

        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return called


def _said(name: str, value: str) -> str:
    text = (legible(value) if name in _LONGEST else value.strip()) if isinstance(value, str) else None
    if not text:
        raise TicketRefused(
            "SG215", f"`{name}` is empty: a ticket says who acts and why", hint=f"pass a non-empty {name}"
        )
    if len(text) > _LONGEST.get(name, len(text)):
        raise TicketRefused(
            "SG215", f"`{name}` has {len(text)} characters", detail=f"the log keeps at most {_LONGEST[name]}",
            hint="shorten it, and point to the rest",
        )
    return text
