"""What goes on record, as values: a statement before its result is released, and what came of it.

Their form on the way is that of sql/functions/log_statements.sql.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sminion_guard.session.audit.normalise import safe

LONGEST_KEY = 400
"""Characters of a subject's key that the log keeps."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and the judgement of it.

    :param ticket: the number of the ticket it stands under.
    :param codes: why it is refused; none when it is allowed.
    :param operations: values of :class:`~sminion_guard.policy.Operation`, sorted.
    :param relations: qualified names, sorted.
    :param columns: names qualified with schema and relation, sorted.
    :param fingerprint: the same for statements that differ only in their constants.
    :param statement: the text without constants.
    """

    ticket: int
    codes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    fingerprint: str = ""
    statement: str = ""

    def entry(self) -> dict[str, Any]:
        """The row for the server."""
        return {
            "ticket": self.ticket,
            "verdict": "refused" if self.codes else "allowed",
            "codes": list(self.codes),
            "operations": list(self.operations),
            "relations": [safe(name, 200) for name in self.relations],
            "columns": [safe(name, 200) for name in self.columns],
            "fingerprint": safe(self.fingerprint, 200),
            "statement": safe(self.statement),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a statement.

    :param outcome: ``refused`` by the server for what the policy says, ``failed`` for any other error.
    :param codes: the SQLSTATE of an error.
    :param rows: how many were returned or changed; None when nobody counted.
    :param microseconds: from sending to the arrival of the result.
    :param subjects: whose data it holds, as the policy's subject key is printed.
    :param bulk: how many subjects are not among ``subjects``; None when all are.
    """

    outcome: Literal["done", "refused", "failed"] = "done"
    codes: tuple[str, ...] = ()
    rows: int | None = None
    microseconds: int = 0
    subjects: tuple[str, ...] = ()
    bulk: int | None = None

    def entry(self, place: int) -> dict[str, Any]:
        """The row for the server.

        :param place: of its statement.
        """
        return {
            "of": place,
            "outcome": self.outcome,
            "codes": list(self.codes),
            "rows": self.rows,
            "microseconds": self.microseconds,
            "subjects": [safe(key, LONGEST_KEY) for key in self.subjects],
            "bulk": self.bulk,
        }
