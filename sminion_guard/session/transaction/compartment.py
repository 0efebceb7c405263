"""Choosing the compartment of a transaction by what its statements need, where its purpose has several.

The first statement that touches a protected schema decides: of the compartments that hold what it needs, the one whose
role comes first in the alphabet. All of them hold a neutral table; reading it needs a role all the same. Until then the
transaction has no role; what runs meanwhile, such as ``SET TRANSACTION``, touches nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sminion_guard.analyzer import Verdict
from sminion_guard.analyzer.staged import State
from sminion_guard.policy import Compartment
from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Effects
from sminion_guard.session.transaction.opening import open_ticket
from sminion_guard.session.transaction.statement import Statement


@dataclass(slots=True)
class Choice:
    """Between the compartments of a purpose, for one transaction.

    :param begin: the statement that begins it.
    :param tickets: one for each role, as soon as anything was sent: in the midst of a transaction none can be opened.
    """

    context: Context
    begin: bytes
    compartments: tuple[Compartment, ...]
    tickets: dict[str, Ticket] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The role that is chosen where nothing speaks for another one."""
        return min(entry.role for entry in self.compartments)

    def key(self, role: str) -> Context:
        """What a ticket for that role is opened for, and kept by."""
        (names,) = (entry.collections for entry in self.compartments if entry.role == role)
        return replace(self.context, schemas=names)

    def open_all(self, state: ConnectionState) -> Effects[dict[str, Ticket]]:
        """A ticket for each compartment, by role."""
        tickets = {}
        for compartment in self.compartments:
            key = self.key(compartment.role)
            tickets[compartment.role] = state.guard.tickets.get(state.home, key) or (yield from open_ticket(state, key))
        return tickets

    def needed(self, statement: Statement, verdict: Verdict, after: State) -> str | None:
        """The role that the statement needs; None where it can be executed without any.

        :param after: the state of the transaction once it has run.
        """
        if verdict.allowed and (after.touched or verdict.protected):
            return min(verdict.compartments)
        if verdict.allowed and statement.is_savepoint:
            return self.first  # entered inside of it, a rollback to it would take the role away
        return None
