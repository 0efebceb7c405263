"""What a transfer is judged by: the policy in force and the catalog, as the server says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import tuple_row

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog_read import read_catalog, read_stamp
from sminion_guard.disclosure.judging import ExportVerdict, judge_export
from sminion_guard.disclosure.permission import permission
from sminion_guard.errors import GuardError, TransferRefused
from sminion_guard.policy import Policy
from sminion_guard.policy.document import from_document


@dataclass(frozen=True, slots=True)
class Ground:
    """What the server says now.

    :param fingerprint: of the policy.
    :param stamp: of the catalog.
    """

    policy: Policy
    fingerprint: str
    catalog: Catalog
    stamp: int

    @property
    def today(self) -> date:
        """The day in the time zone of the policy."""
        return datetime.now(ZoneInfo(self.policy.timezone)).date()


def ground(connection: psycopg.Connection[Any]) -> Ground:
    """What the server says now.

    :raises TransferRefused: SG704 where no policy is in force, or the login is none of it.
    """
    facts = _facts(connection)
    stamp = read_stamp(connection)  # first: a change between the two is noticed later
    return Ground(from_document(facts["document"]), facts["fingerprint"], read_catalog(connection), stamp)


def judge(found: Ground, query: str, recipient: str, purpose: str) -> ExportVerdict:
    """The verdict on sending the rows of a query.

    :raises GuardError: when it is refused.
    """
    verdict = judge_export(query, catalog=found.catalog, policy=found.policy, recipient=recipient, purpose=purpose,
                           today=found.today)
    refused = verdict.error()
    if refused is not None:
        raise refused
    return verdict


def permit(found: Ground, login: str, recipient: str) -> None:
    """Look whether a login may send data to a recipient. The server asks it too.

    :raises TransferRefused: SG734.
    """
    named = found.policy.logins.get(login)
    if named is None or recipient not in named.transfers_to:
        able = sorted(entry.name for entry in found.policy.logins.values() if recipient in entry.transfers_to)
        raise TransferRefused("SG734", f"login `{login}` may not send data to `{recipient}`",
                              detail=f"logins that may: {', '.join(able) or 'none'}",
                              hint=f'connect as a login that may, or write `transfers_to = ["{recipient}"]`'
                                   " at a login in the policy")


def judge_again(connection: psycopg.Connection[Any], before: Ground, verdict: ExportVerdict) -> None:
    """Look whether what was judged still holds.

    :raises GuardError: SG704 when the contract has ended meanwhile; SG723 when another verdict is due.
    """
    permission(before.policy, verdict.recipient, verdict.purpose, before.today)
    # whether the login may still send to the recipient, `finish_transfer` asks
    same = _facts(connection)["fingerprint"] == before.fingerprint
    if same and read_stamp(connection) == before.stamp:
        return
    now = ground(connection)
    try:
        again = judge(now, verdict.sql, verdict.recipient, verdict.purpose)
    except GuardError as error:
        raise _overtaken(str(error.message)) from error
    if (again.columns, again.categories, now.policy.recipients[verdict.recipient]) != (
            verdict.columns, verdict.categories, before.policy.recipients[verdict.recipient]):
        raise _overtaken("other columns, or other categories, would be sent now")


def _overtaken(detail: str) -> TransferRefused:
    return TransferRefused("SG723", "the policy or the tables have changed meanwhile", detail=detail,
                           hint="run it again: it is judged anew")


def _facts(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    try:
        with connection.cursor(row_factory=tuple_row) as cursor:
            row = cursor.execute("SELECT sminion.session_facts()").fetchone()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction,
            psycopg.errors.InvalidSchemaName) as error:
        raise TransferRefused(
            "SG704", f"login `{connection.info.user}` exports nothing", detail=error.diag.message_primary,
            hint="connect as a login that may send data to the recipient (`transfers_to` in the policy)") from error
    if row is None or row[0] is None:
        raise TransferRefused("SG704", "no policy is in force in this database",
                              hint="install one: `sminion-guard apply`")
    return dict(row[0])
