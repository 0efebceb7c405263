"""Certificates that the database keeps, until their own retention ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from sminion_guard.subjects.asking import Officer


@dataclass(frozen=True, slots=True)
class KeptCertificate:
    """A certificate as it was issued.

    :param document: JSON, without the key of the person. Its SHA-256 stands in the log.
    :param keep_until: when maintenance removes it.
    """

    number: int
    issued_at: datetime
    actor: str | None
    login: str
    document: str
    keep_until: datetime


def keep(
    connection: psycopg.Connection[Any], request: int, document: str, *, actor: str | None = None
) -> KeptCertificate:
    """Keep a certificate in the database; the same one is kept once.

    :param document: JSON, in which ``subject`` is null.
    :raises GuardError: SG584 when it is not of the destruction for this request, or names the person.
    """
    officer = Officer(connection)
    number = officer.value("keep_certificate", request=request, document=document, actor=actor)
    ((row),) = officer.ask("kept_certificate", number=number)
    return KeptCertificate(**row)


def certificate_events(
    connection: psycopg.Connection[Any], request: int, certificate: int
) -> tuple[tuple[str, int | None], ...]:
    """The events of the log that belong to a certificate, its own among them, with their numbers.

    A number is None until the event is folded, by the next maintenance.
    """
    rows = Officer(connection).ask("destruction_events", request=request, certificate=certificate)
    return tuple((row["event"], row["number"]) for row in rows)
