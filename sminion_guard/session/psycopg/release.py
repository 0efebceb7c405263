"""Waits for the log before results are released, and before a transaction ends."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.failure import late
from sminion_guard.session.recording.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sminion_guard.session.psycopg.hooks import ConnectionHooks


def release(connection: ConnectionHooks[Any], *, ends: bool = False) -> None:
    """Wait for the rows that must be on disk now.

    :param ends: whether the transaction is about to end.
    :raises AuditUnavailable: and then nothing is released, and the connection is closed.
    """
    try:
        for receipt in _to_await(connection, ends):
            assert connection._recorder is not None
            connection._recorder.writer.await_receipt(receipt)
    except BaseException as error:
        _withhold(connection, error)
        raise


async def release_async(connection: ConnectionHooks[Any], *, ends: bool = False) -> None:
    """As :func:`release`, without blocking the loop."""
    try:
        for receipt in _to_await(connection, ends):
            assert connection._recorder is not None
            patience = connection._recorder.writer.patience
            if not receipt.done():
                connection._recorder.writer.write_now()
                await _settled(receipt, patience)
            receipt.result()
    except BaseException as error:
        _withhold(connection, error)
        raise


def _to_await(connection: ConnectionHooks[Any], ends: bool) -> Iterator[Receipt]:
    return connection._receipts.to_await(ends=ends, pipelined=connection._pipeline is not None)


def _withhold(connection: ConnectionHooks[Any], error: BaseException) -> None:
    if isinstance(error, AuditUnavailable):
        connection._unrecorded = error
    connection._withhold()


async def _settled(receipt: Receipt, patience: float) -> None:
    """Return when ``receipt`` is settled.

    :param patience: seconds.
    :raises AuditUnavailable: SG601 when that takes longer.
    """
    loop, settled = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile, and with it whoever waited
            loop.call_soon_threadsafe(settled.set)

    receipt.add_done_callback(wake)
    try:
        await asyncio.wait_for(settled.wait(), patience)
    except TimeoutError:
        raise late(patience) from None
