"""Results that have arrived: what is put on record of them before they are released."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from psycopg import pq

from sminion_guard.session.recording.copying import CopiedRow, Copying, copy_format
from sminion_guard.session.recording.sent import Sent
from sminion_guard.session.recording.subjects import subjects
from sminion_guard.session.transaction import ConnectionState, Transaction

if TYPE_CHECKING:
    from psycopg.abc import Buffer, PQGen
    from psycopg.pq.abc import PGresult

    class Recording(Protocol):
        """A connection whose results go on record."""

        _state: ConnectionState
        _transaction: Transaction


_WITH_ROWS = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK)


def arrived(connection: Recording, cursor: Any, sent: Sent | None, results: list[PGresult]) -> None:
    """Results of ``sent`` are in ``cursor``: hand in their rows."""
    if sent is None:
        return
    found = []
    for result in results:
        if result.status != pq.ExecStatus.COPY_OUT:  # the rows of that are still to come
            has_rows = result.status in _WITH_ROWS
            found.append((result, has_rows, result.ntuples if has_rows else result.command_tuples))
    connection._transaction.statements.arrived(cursor, sent, found, subjects)


def copying(connection: Recording, sent: Sent) -> Copying:
    """What is to be put on record of the COPY TO that ``sent`` is."""
    state = connection._state
    policy, places = state.guard.policy_at(state.home), sent.known.places_of(0)
    if policy is None or not places:
        return Copying(None)
    return Copying(CopiedRow(copy_format(sent.text), places, policy.subject_keys))


def copied(
    connection: Recording, sent: Sent, copying: Copying, read: Callable[[], PQGen[Buffer]]
) -> PQGen[Buffer]:
    """The next row of a COPY TO, on record before it is released."""
    if not copying.ready and not copying.ended:
        rows, keys, bulk = yield from copying.ahead(read)
        connection._transaction.statements.copied(sent, rows, keys, bulk)
    return copying.ready.popleft() if copying.ready else b""
