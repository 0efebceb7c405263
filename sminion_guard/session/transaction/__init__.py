"""A guarded transaction without IO: what is sent before a statement, in which compartment, and what must be on record.

Its steps are generators of effects (:mod:`~sminion_guard.session.transaction.effects`); a connection performs them. So
synchronous and asynchronous connections share all of it, and tests need no server.
"""

from __future__ import annotations

from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Await, Effects, ReadCatalog, Row, Send, ServerError
from sminion_guard.session.transaction.receipts import Receipts
from sminion_guard.session.transaction.statement import Statement
from sminion_guard.session.transaction.transaction import Transaction

__all__ = [
    "Await", "ConnectionState", "Effects", "ReadCatalog", "Receipts", "Row", "Send", "ServerError", "Statement",
    "Transaction",
]
