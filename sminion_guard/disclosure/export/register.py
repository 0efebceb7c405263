"""The register of disclosures, as a login that exports writes it: each call is committed before anything goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard import resources
from sminion_guard.codes import raised_by_server
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.normalise import normalised


@dataclass(frozen=True, slots=True)
class Opened:
    """A transfer that has begun, and is on record.

    :param token: of the ticket that its rows are read under.
    """

    disclosure: int
    token: str


class Register:
    """Writes through one connection of the login that exports, in autocommit.

    All raise :class:`~sminion_guard.errors.GuardError` with the code of the server, or
    :class:`~sminion_guard.errors.AuditUnavailable` (SG727) where it cannot be written.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def open(
        self, recipient: str, purpose: str, *, actor: str, reason: str, query: str, columns: Sequence[str],
        categories: Sequence[str], schemas: Sequence[str], unit: str | None, basis_ref: str | None,
        values: str | None,
    ) -> Opened:
        """Begin a transfer; its row is committed.

        :param query: kept without its constants, which may be data of people; and the digest of all of it.
        :param values: of the ticket, as JSON.
        """
        ((disclosure, token),) = self._ask(
            "open_transfer", recipient=recipient, purpose=purpose, actor=actor, reason=reason, query=normalised(query),
            query_sha256=hashlib.sha256(query.encode()).digest(), columns=[*columns], categories=[*categories],
            schemas=[*schemas] or None, unit=unit, basis_ref=basis_ref,
            values=values)
        return Opened(int(disclosure), str(token))

    def finish(self, disclosure: int, *, rows: int, size: int, sha256: str, at_most: bool) -> int:
        """Say that everything was sent; how many people it names."""
        ((named,),) = self._ask("finish_transfer", disclosure=disclosure, rows=rows, size=size,
                                sha256=bytes.fromhex(sha256),
                                at_most=at_most)
        return int(named)

    def fail(self, disclosure: int, why: str) -> None:
        """Say that nothing was sent.

        :param why: holds no data.
        """
        self._ask("fail_transfer", disclosure=disclosure, why=why)

    def _ask(self, query: str, /, **values: object) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(
                resources.sql_text(f"queries/disclosure/{query}").encode(), values).fetchall()
        except psycopg.Error as error:
            said = error.diag.message_primary or str(error).strip()
            ours = raised_by_server(error.sqlstate, said, detail=error.diag.message_detail,
                                    hint=error.diag.message_hint)
            if ours is not None:
                raise ours from error
            raise AuditUnavailable("SG727", "the register of disclosures cannot be written", detail=said,
                                   hint="see why, then try again: nothing was sent") from error
