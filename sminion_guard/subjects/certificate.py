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


@dataclass(frozen=True, slots=True)
class Grounding:
    """Where the data are no more, and where they may still be.

    :param hidden: since when no purpose saw them.
    :param deleted: when no row was found any more, in tables that are not held.
    :param vacuumed: whether dead rows were overwritten: this is not verified.
    :param in_backups_until: as whoever asked for the certificate states it; None when nothing was stated.
    """

    hidden: datetime
    deleted: datetime
    vacuumed: str
    in_backups_until: date | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is printed and signed.

    :param subject: the key; None once the person was erased from the log.
    :param commitment: of the key, salted: by it the record in the log is the person's, as long as the salt exists.
    :param operator: name, address and contact, as the policy says them.
    :param system: database and policy.
    :param categories: of the data that were destroyed.
    :param actor: who destroyed, with the post where it was given; and the login.
    :param events: of the log; with ``number``, `sminion-guard audit prove` writes the proof of one.
    """

    number: int
    request: int
    subject: str | None
    commitment: str
    plan_sha256: str
    operator: dict[str, str] | None
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
    events: tuple[dict[str, Any], ...]


def certificate(
    connection: psycopg.Connection[Any], request: int, *, in_backups_until: date | None = None
) -> Certificate:
    """The certificate of the destruction for a request.

    :param connection: of a member of the privacy officers' role.
    :param in_backups_until: until when backups still have the data; only the operator knows.
    :raises GuardError: SG563 when none was begun, SG567 while rows are left that no hold keeps.
    """
    found = Destructions(connection).get(request)
    ((row),) = Officer(connection).ask("certificate", request=request)
    if row["completed_at"] is None:
        left = ", ".join(f"{table.schema_name}.{table.table_name}" for table in found.left)
        raise GuardError("SG567", f"the data for request {request} are not destroyed yet", detail=f"left: {left}",
                         hint="run `sminion-guard subject destroy` again")
    return Certificate(
        row["number"], request, row["subject"], row["commitment"], row["plan_sha256"], row["operator"],
        f"database {row['database']}, policy {row['policy']} {row['policy_version']}", row["received_at"],
        row["channel"], row["trigger"], row["reason"], row["actor"], row["login"], tuple(row["categories"] or ()),
        tuple(t for t in found.tables if t.destroyed or t.depersonalized or t.unlinked), found.held, row["begun_at"],
        row["completed_at"], Grounding(row["begun_at"], row["completed_at"], "UNVERIFIED", in_backups_until),
        tuple(row["events"]))
