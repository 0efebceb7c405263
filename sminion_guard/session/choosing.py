"""Choosing the compartment of a transaction by what its statements need, where its purpose has several.

The first statement that touches a protected schema decides: of the compartments that hold what it needs, the one whose
role comes first in the alphabet. All of them hold a neutral table; reading it needs a role all the same. Until then the
transaction has no role; what runs meanwhile, such as ``SET TRANSACTION``, touches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from psycopg import pq

from sminion_guard.policy import Compartment
from sminion_guard.session.begin import IDLE, Row
from sminion_guard.session.context import Context
from sminion_guard.session.recording import Recording, Stale
from sminion_guard.session.sent import Sent
from sminion_guard.session.ticket import Ticket

if TYPE_CHECKING:
    from psycopg.abc import PQGen, QueryNoTemplate
    from psycopg.pq.abc import PGresult

T = TypeVar("T")

_SAVEPOINT = re.compile(r"\s*SAVEPOINT\b", re.IGNORECASE)


class Undecided(Exception):
    """Instead of sending a statement: its cursor lets :meth:`Choosing._decide` do what is needed, and starts again.

    :param role: of the compartment to enter; empty where the statement needs none.
    """

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


@dataclass(slots=True)
class Choice:
    """Between the compartments of a purpose, for one transaction.

    :param begin: the statement that begins it.
    :param tickets: one for each role, as soon as anything was sent: in the midst of a transaction none can be opened.
    """

    context: Context
    begin: bytes
    rooms: tuple[Compartment, ...]
    tickets: dict[str, Ticket] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The role that is chosen where nothing speaks for another one."""
        return min(room.role for room in self.rooms)

    def key(self, role: str) -> Context:
        """What a ticket for that role is opened for, and kept by."""
        (names,) = (room.collections for room in self.rooms if room.role == role)
        return replace(self.context, schemas=names)


class Choosing(Recording[Row]):
    """Mixed into psycopg's connections, before them."""

    _choice: Choice | None = None

    def _begin(self, begin: bytes) -> PQGen[None]:
        self._choice = None
        context = self._current()
        rooms = self._auditor.rooms(context.purpose) if self._auditor and context.schemas is None else ()
        if len(rooms) < 2:
            yield from super()._begin(begin)
            return
        self._start_anew()
        self._context, self._choice = context, Choice(context, begin, rooms)
        self._by_role.role = ""
        if self._first is None:  # it was asked for, and psycopg will look whether it runs; else the statement is near
            yield from self._converse(begin + self._at_begin)

    def _judge(self, statement: bytes) -> Sent | None:
        choice, auditor = self._choice, self._auditor
        if choice is None or auditor is None or self._unserved:
            return super()._judge(statement)
        if not choice.tickets:
            choice.rooms = auditor.rooms(choice.context.purpose) or choice.rooms  # of the policy that is in force now
        text = statement.decode(self._charset, "surrogateescape")
        verdict, after = self._judged(auditor, text, choice.context.purpose, None)
        if verdict.allowed and (after.touched or verdict.protected):
            raise Undecided(min(verdict.compartments))
        if verdict.allowed and _SAVEPOINT.match(text):
            raise Undecided(choice.first)  # entered inside of it, a rollback to it would take the role away
        if not choice.tickets:
            raise Undecided("")
        return self._handed_in(verdict, after, choice.tickets[choice.first])

    def _decide(self, role: str) -> PQGen[None]:
        """Enter the compartment of ``role``, or get ready to enter any of them later."""
        choice = self._choice
        if choice is None or (choice.tickets and not role):
            return
        if role and choice.tickets:
            self._waiting, self._key, self._choice = choice.tickets[role], choice.key(role), None
            yield from self._enter_now()
            return
        # Nothing was sent yet, so that the transaction can be begun once more: a ticket is opened outside of any.
        if self.pgconn.transaction_status != IDLE:
            yield from self._converse(b"ROLLBACK")
        if role:
            self._choice = None
            yield from self._begin_under(choice.begin, choice.context, choice.key(role))
        else:
            tickets = {}
            for room in choice.rooms:
                key = choice.key(room.role)
                tickets[room.role] = self._guard.tickets.get(self._home, key) or (yield from self._open(key))
            yield from self._converse(choice.begin + self._at_begin)
            choice.tickets = tickets

    def _deciding(self, send: Callable[[], PQGen[T]]) -> PQGen[T]:
        """Do what ``send`` does, and again when the compartment had to be chosen, or the catalog read, before anything
        could be sent."""
        self._fresh = False
        while True:
            role: str | None = None
            self._restarts = True
            try:
                return (yield from send())
            except Undecided as needed:
                role = needed.role
            except Stale:
                self._fresh = True
            finally:
                self._restarts = False
            if role is not None:
                yield from self._decide(role)
            elif self._auditor is not None:
                yield from self._aside(self._auditor.refresh)

    def _exec_command(
        self, command: QueryNoTemplate, result_format: pq.Format = pq.Format.TEXT
    ) -> PQGen[PGresult | None]:
        if self._choice is not None and isinstance(command, bytes) and command.startswith(b"SAVEPOINT"):
            yield from self._decide(self._choice.first)
        return (yield from super()._exec_command(command, result_format))
