"""The certificate of a destruction: who destroyed what of whom, for what, in which way, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Officer
from sminion_guard.subjects.destruction import DestroyedTable
from sminion_guard.subjects.destructions import Destructions

UNVERIFIED = "UNVERIFIED"
GONE = "GONE"
"""Dead rows: nobody counted them after the destruction; none was left; or how many were, as a number in digits."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Where the data are no more, and where they may still be.

    :param hidden: since when no purpose saw them.
    :param deleted: when no row was found any more, in tables that are not held.
    :param vacuumed: whether dead rows are gone from all tables: GONE, UNVERIFIED, or how many are left.
    :param in_backups_until: as the policy or whoever asked for the certificate states it; None when nobody did.
    """

    hidden: datetime
    deleted: datetime
    vacuumed: str
    in_backups_until: date | None


@dataclass(frozen=True, slots=True)
class TableGrounding:
    """The same of one table.

    :param deleted: None where nothing was found in it at the end.
    """

    schema_name: str
    table_name: str
    deleted: datetime | None
    vacuumed: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of looking for what is left, by another way, after the destruction.

    :param places: with the key, outside of the guard's own tables.
    :param unread: what could not be read.
    :param out_of_sight: what no query sees.
    :param report: SHA-256 of the whole result.
    """

    at: str
    actor: str
    login: str
    places: int
    unread: int
    out_of_sight: int
    report: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is printed and signed.

    :param subject: the key; None once the person was erased from the log, and in what is kept.
    :param commitment: of the key, salted: by it the record in the log is the person's, as long as the salt exists.
    :param operator: what the policy in force says: name, address, contact, and who processes for it.
    :param system: database and policy.
    :param categories: of the data that were destroyed.
    :param actor: who destroyed, with the post where it was given; and the login.
    :param rests_on: of each table that had rows.
    :param events: of the log; with ``number``, `sminion-guard audit prove` writes the proof of one.
    """

    number: int
    request: int
    subject: str | None
    commitment: str
    plan_sha256: str
    operator: dict[str, str | None] | None
    system: str
    received_at: datetime
    channel: str
    trigger: str
    reason: str
    actor: str
    login: str
    categories: tuple[str, ...]
    tables: tuple[DestroyedTable, ...]
    held: tuple[DestroyedTable, ...]
    begun_at: datetime
    completed_at: datetime
    grounding: Grounding
    rests_on: tuple[TableGrounding, ...]
    verified: Verified | None
    events: tuple[dict[str, Any], ...]


def certificate(
    connection: psycopg.Connection[Any], request: int, *, in_backups_until: date | None = None
) -> Certificate:
    """The certificate of the destruction for a request.

    :param connection: of a member of the privacy officers' role.
    :param in_backups_until: until when backups still have the data. Default: as ``[operator] backups`` says.
    :raises GuardError: SG563 when none was begun, SG567 while rows are left that no hold keeps.
    """
    found = Destructions(connection).get(request)
    ((row),) = Officer(connection).ask("certificate", request=request)
    if row["completed_at"] is None:
        left = ", ".join(f"{table.schema_name}.{table.table_name}" for table in found.left)
        raise GuardError("SG567", f"the data for request {request} are not destroyed yet", detail=f"left: {left}",
                         hint="run `sminion-guard subject destroy` again")
    done = tuple(t for t in found.tables if t.destroyed or t.depersonalized or t.unlinked)
    said = row["verified"] or {}
    rests_on = tuple(TableGrounding(t.schema_name, t.table_name, t.done_at, _vacuumed(said, t)) for t in done)
    grounding = Grounding(row["begun_at"], row["completed_at"], _all([each.vacuumed for each in rests_on]),
                          in_backups_until or row["in_backups_until"])
    verified = {name: said[name] for name in Verified.__dataclass_fields__} if said else None
    return Certificate(
        row["number"], request, row["subject"], row["commitment"], row["plan_sha256"], row["operator"],
        f"database {row['database']}, policy {row['policy']} {row['policy_version']}", row["received_at"],
        row["channel"], row["trigger"], row["reason"], row["actor"], row["login"], tuple(row["categories"] or ()), done,
        found.held, row["begun_at"], row["completed_at"], grounding, rests_on,
        None if verified is None else Verified(**verified), tuple(row["events"]))


def _vacuumed(said: dict[str, Any], table: DestroyedTable) -> str:
    count = said.get("dead", {}).get(f"{table.schema_name}.{table.table_name}")
    return UNVERIFIED if count is None else GONE if count == 0 else str(count)


def _all(of_tables: list[str]) -> str:
    if UNVERIFIED in of_tables:
        return UNVERIFIED
    left = sum(int(each) for each in of_tables if each != GONE)
    return str(left) if left else GONE
