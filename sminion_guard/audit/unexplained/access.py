"""One access, a ticket and a subject, and what the policy says explains such accesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Access:
    """All that was done under one ticket with one person's data.

    :param at: the first time.
    :param times: how many results and writes.
    :param relations: joined by commas.
    :param judged: the policy says what explains accesses for this purpose.
    :param explained_by: the number of the sentence that does.
    :param deleted: rows that may have explained it were deleted later.
    """

    ticket: int
    subject: str
    at: datetime
    times: int
    actor: str
    unit: str | None
    purpose: str
    relations: str
    judged: bool
    explained_by: int | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A sentence of the policy, and the condition that was tested."""

    purpose: str
    place: int
    words: str
    test: str

    def query(self, access: Access) -> str:
        """SQL by which a DBA, who may read the tables, tests it again for one access."""
        subject, at = (
            "'" + text.replace("'", "''") + "'" for text in (access.subject, access.at.astimezone(UTC).isoformat()))
        return (f"SELECT coalesce({self.test}, false) AS explained"
                f" FROM (SELECT k.subject AS named, k.actor, k.unit, k.basis_ref,"
                f" k.\"values\", {subject}::text AS subject, {at}::timestamptz AS at"
                f" FROM sminion.access_log k WHERE k.id = {access.ticket}) AS a")
