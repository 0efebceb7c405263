"""One batch at a time on its way to the log: each row written once, whatever becomes of the connection."""

from __future__ import annotations

import json
import re
import struct
from collections import OrderedDict
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import psycopg
from psycopg.pq import Format

from sminion_guard import resources
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.batch import Batch
from sminion_guard.session.recording.link import Link
from sminion_guard.session.recording.queue import Waiting
from sminion_guard.session.recording.rows import Shape, Statement

REFUSED = frozenset({"23514"})
"""The server refuses the row, and the connection is as good as before."""
MOST_SHAPES = 10_000
"""Shapes whose numbers are kept: beyond, the one used longest ago is asked for again."""


_FORMATS = (Format.TEXT, Format.TEXT, Format.BINARY, Format.BINARY)
"""Of the values of a batch."""


class Writer(NamedTuple):
    """What `sminion.open_log` answers; a process has its own."""

    number: int
    secret: str

    def proof(self, first: int, entries: bytes) -> bytes:
        """Shows that this process made a batch: see sql/functions/log/journal_batches.sql."""
        key = sha256(self.secret.encode()).digest()
        return sha256(key + sha256(entries).digest() + struct.pack(">qq", self.number, first)).digest()


class Sender:
    """Not thread-safe: it belongs to whoever holds the lock of the writer's connection.

    :param conninfo: of the log's database.
    :param patience: seconds after which a server that does not answer is given up.
    """

    def __init__(self, conninfo: str, patience: float) -> None:
        self._link = Link(conninfo, patience)
        self._writer: Writer | None = None
        self._written = 0
        self._shapes: OrderedDict[Shape, int] = OrderedDict()
        self.rows: list[Waiting] = []
        """What it has taken on, and has not settled."""
        self._batch: Batch | None = None
        self._sent = False

    def take_on(self, rows: list[Waiting]) -> None:
        """``rows`` are on their way from here on, until :meth:`deliver` returns or :meth:`give_up`."""
        self.rows = rows

    def try_send(self) -> bool:
        """Send what was taken on, if that takes no waiting; whether it was sent."""
        if self._writer is None or not self._link.is_ready(_query("journal")) or self._missing():
            return False
        self._send()
        return True

    def settled(self) -> bool:
        """Whether :meth:`deliver` would not wait."""
        return self._sent and self._link.answered()

    def deliver(self, deadline: float) -> Batch:
        """Send what was taken on, where it is not on its way, and wait for the answer; call it again after an error
        that may pass: what is on record already is not written twice.

        :param deadline: on the monotonic clock, in seconds.
        :returns: where each row stands.
        :raises psycopg.Error: the server refuses, or cannot be reached.
        :raises AuditUnavailable: SG609 when the server answers something else than what was sent.
        """
        try:
            if not self._sent:
                if self._link.open(deadline):
                    self._recognize(deadline)
                if self._writer is None:
                    self._writer, self._written = _opened(self._link.ask(_query("open_log"), (), deadline)), 0
                for shape in self._missing():
                    values = (json.dumps(shape.entry()).encode(),)
                    self._learn(shape, _number(self._link.ask(_query("log_shape"), values, deadline)))
                batch = self._built()
                answer = (
                    self._link.ask(_query("journal"), self._values(batch), deadline, _FORMATS) if len(batch) else None
                )
            else:
                self._sent = False  # whatever comes, it is not waited for twice
                answer = self._link.receive(deadline)
                batch = self._built()
            if len(batch) and answer != b"1":
                raise _unlike(answer, "that one row was inserted")
        except psycopg.Error as error:
            if error.sqlstate is None or not (error.sqlstate in REFUSED or error.sqlstate.startswith("SG")):
                self._link.close()
            raise
        self._written = batch.last
        self._batch, self.rows = None, []
        return batch

    def _recognize(self, deadline: float) -> None:
        """After connecting anew, see whether the log is the one that this process wrote to: it may have been restored.

        :raises AuditUnavailable: SG604 when it does not know the writer.
        """
        self._shapes.clear()
        if self._writer is not None:
            values = (str(self._writer.number).encode(), self._writer.secret.encode())
            if self._link.ask(_query("knows_log"), values, deadline) != b"t":
                raise AuditUnavailable(
                    "SG604", f"the log does not know log writer {self._writer.number} of this process any more",
                    detail="it was restored, or another database has taken its place",
                    hint="try again: the process opens a new writer",
                )

    def give_up(self, *, unknown: bool) -> list[Waiting]:
        """What was taken on is not delivered.

        :param unknown: nobody knows whether it is on record: the places of what follows are counted anew.
        """
        rows, self.rows, self._batch, self._sent = self.rows, [], None, False
        if unknown:
            self._writer = None
            self._link.close()
        return rows

    def disconnect(self) -> None:
        """The next batch goes through a new connection."""
        self._link.close()

    def _send(self) -> None:
        batch = self._built()
        if len(batch):
            try:
                self._link.send(_query("journal"), self._values(batch), _FORMATS)
            except psycopg.Error:
                self._link.close()
            else:
                self._sent = True

    def _built(self) -> Batch:
        if self._batch is None:
            assert self._writer is not None
            batch = Batch(self._writer.number, self._written + 1)
            batch.fill(self.rows, self._shapes)
            self._batch = batch
        return self._batch

    def _values(self, batch: Batch) -> tuple[bytes, ...]:
        assert self._writer is not None
        entries = batch.text()
        proof = self._writer.proof(batch.first, entries)
        return str(batch.writer).encode(), str(batch.first).encode(), proof, entries

    def _missing(self) -> list[Shape]:
        """Shapes of what was taken on that have no number here."""
        missing = []
        for waiting in self.rows:
            if isinstance(waiting.row, Statement):
                if waiting.row.shape in self._shapes:
                    self._shapes.move_to_end(waiting.row.shape)
                else:
                    missing.append(waiting.row.shape)
        return list(dict.fromkeys(missing))

    def _learn(self, shape: Shape, number: int) -> None:
        self._shapes[shape] = number
        while len(self._shapes) > MOST_SHAPES:
            self._shapes.popitem(last=False)


def _opened(answer: bytes) -> Writer:
    found = _WRITER.fullmatch(answer)
    if found is None:
        raise _unlike(None, "a writer with its secret")  # it may hold a secret, so it is not shown
    return Writer(int(found[1]), found[2].decode())


def _number(answer: bytes) -> int:
    if _NUMBER.fullmatch(answer) is None:
        raise _unlike(answer, "a number")
    return int(answer)


def _unlike(answer: bytes | None, expected: str) -> AuditUnavailable:
    return AuditUnavailable(
        "SG609", "the log answers something else than what was sent, so nothing is released",
        detail=f"expected {expected}" + (f", got {answer[:100]!r}" if answer is not None else ""),
        hint="see whether the functions of schema `sminion` in the log's database are altered: `sminion-guard plan`",
    )


@cache
def _query(name: str) -> bytes:
    return resources.sql_text(f"queries/audit/{name}").encode()


_WRITER = re.compile(rb"([1-9][0-9]{0,18})\.([0-9a-f]{32})")
_NUMBER = re.compile(rb"[1-9][0-9]{0,18}")
