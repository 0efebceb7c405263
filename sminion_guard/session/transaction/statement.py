"""A statement of the application, with its final text, before it is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLANKS = " \t\r\n\f;"
_SET_TRANSACTION = re.compile(r"\s*SET\s+(LOCAL\s+)?TRANSACTION\b", re.IGNORECASE)
_SAVEPOINT = re.compile(r"\s*SAVEPOINT\b", re.IGNORECASE)
_BUILT_IN = range(10_000)
"""The OIDs that PostgreSQL gives by hand, all to objects of ``pg_catalog``; 0 leaves the type to the statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the application.

    :param text: as it is sent.
    :param types: OIDs of its parameters.
    :param joins: whether it can be sent in one flush with the commands that begin its transaction.
    """

    text: str
    types: tuple[int, ...] = ()
    joins: bool = False

    @property
    def blank(self) -> bool:
        """Whether there is nothing to execute, as in what pools send to test a connection."""
        return not self.text.strip(_BLANKS)

    @property
    def sets_transaction(self) -> bool:
        """Whether it is SET TRANSACTION, which PostgreSQL wants before any query of a transaction."""
        return _SET_TRANSACTION.match(self.text) is not None

    @property
    def is_savepoint(self) -> bool:
        """Whether it is SAVEPOINT."""
        return _SAVEPOINT.match(self.text) is not None


def built_in(types: tuple[int, ...]) -> bool:
    """Whether all types of parameters are PostgreSQL's own."""
    return all(oid in _BUILT_IN for oid in types)
