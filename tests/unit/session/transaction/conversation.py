"""A server that is a list of answers: what a transaction asks for is compared, and answered."""

from __future__ import annotations

import json
from typing import Any

from sminion_guard.policy import loads
from sminion_guard.policy.document import document
from sminion_guard.session import Guard
from sminion_guard.session.tickets.cache import Home, TicketCache
from sminion_guard.session.tickets.server_facts import Facts
from sminion_guard.session.transaction import (
    Await,
    ConnectionState,
    Effects,
    ReadCatalog,
    Receipts,
    Send,
    ServerError,
    Statement,
    Transaction,
)

HOME: Home = ("/tmp", "", 5432, "shop", "utf-8", "app")
POLICY = """
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
[login.app]
purposes = ["care"]
[purpose.care]
title = "Care"
basis = "contract"
needs = ["identity"]
may = ["use"]
[schema.crm]
collected_for = ["care"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", name = "identity" }
"""


class Clock:
    """Of the tickets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Conversation:
    """A connection whose server answers what the test says.

    :ivar sent: the commands of each round trip, in order.
    """

    def __init__(self) -> None:
        self.policy = loads(POLICY, source="test")
        self.clock = Clock()
        self.guard = Guard(self.policy, tickets=TicketCache(self.clock))
        self.guard.accept(HOME, Facts("1:a", 900.0, "shop", "1", document(self.policy), (), False), 180006)
        self.guard.asks(HOME, self.clock())  # so that it is not time to ask which policy is in force
        self.state = ConnectionState(
            self.guard, HOME, 180006, lambda: "utf-8", _literal, lambda text: b"'" + text + b"'", lambda: "dbname=shop"
        )
        self.receipts = Receipts(gathers=False)
        self.sent: list[tuple[bytes, ...]] = []
        self.alternating = False
        self.in_force = b"1:a"
        self._failures: list[tuple[bytes, ServerError]] = []
        self._tickets = 0

    def transaction(self) -> Transaction:
        """The next one of the connection."""
        return Transaction(self.state, self.receipts)

    def fail(self, command: bytes, error: ServerError) -> None:
        """Let the next command that contains ``command`` fail."""
        self._failures.append((command, error))

    def perform(self, effects: Effects[Any]) -> Any:
        """Answer what a step asks for; returns what it returns."""
        answer: Any = None
        error: ServerError | None = None
        while True:
            try:
                effect = effects.send(answer) if error is None else effects.throw(error)
            except StopIteration as end:
                return end.value
            answer = error = None
            if isinstance(effect, Send):
                self.sent.append(effect.commands)
                try:
                    answer = [self._answer(command) for command in effect.commands]
                except ServerError as raised:
                    error = raised
            elif isinstance(effect, ReadCatalog):
                answer = False
            else:
                assert isinstance(effect, Await)
                answer = effect.work()

    def flush(self, transaction: Transaction) -> Any:
        """Send what is held together with the statement, as a cursor does."""
        held = transaction.held
        self.sent.append((*held, b"the statement"))
        try:
            answers = [self._answer(command) for command in held]
        except ServerError as error:
            self.sent[-1] = held
            return self.perform(transaction.not_begun(error))
        outdated = transaction.begun(answers)
        return transaction.sent() if outdated is None else self.perform(transaction.not_begun(outdated))

    def _answer(self, command: bytes) -> tuple[bytes | None, ...]:
        for number, (part, error) in enumerate(self._failures):
            if part in command:
                del self._failures[number]
                raise error
        if b"open_ticket" in command:
            self._tickets += 1
            opened = b"%d" % self._tickets if b"sminion.opened" in command else b"%d.secret.shop_care" % self._tickets
            return opened, self.in_force
        if b"policy_in_force" in command:
            return (self.in_force,)
        if b"session_facts" in command:
            facts = {
                "fingerprint": self.in_force.decode(), "ticket_lifetime_seconds": 900, "name": "shop", "version": "1",
                "loose": [], "document": document(self.policy), "alternating": self.alternating,
            }
            return json.dumps(facts).encode(), b"f", b"1"
        return ()


def refused(state: str, *, in_transaction: bool = True) -> ServerError:
    """An error of the server."""
    return ServerError(state, f"refused with {state}", in_transaction=in_transaction)


def statement(text: str, *, joins: bool = True) -> Statement:
    """A statement with its final text."""
    return Statement(text, (), joins)


def _literal(value: object) -> bytes:
    return b"NULL" if value is None else b"'" + str(value).encode() + b"'"

