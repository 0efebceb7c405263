"""Loads the calendar that a policy counts terms by, where the database has none that reaches far enough."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Policy
from sminion_guard.policy.calendar import WEEKENDS, calendar


def calendar_arguments(policy: Policy, today: date | None = None) -> dict[str, Any] | None:
    """The arguments of ``sminion.load_calendar``; None where the policy needs no calendar of a country.

    :raises PolicyError: SG521 for a country that is not known.
    """
    if policy.requests is None or policy.requests.calendar == WEEKENDS:
        return None
    found = calendar(policy.requests.calendar, today or datetime.now(UTC).date())
    return {
        "calendar": found.name, "version": found.version,
        "first": found.first.isoformat(), "last": found.last.isoformat(),
        "known_until": found.known_until.isoformat(),
        "holidays": _array(found.holidays), "working_days": _array(found.working_days),
    }


def load_calendar(installer: Installer, policy: Policy) -> None:
    """Add the newest version of the calendar, in the transaction that puts ``policy`` in force."""
    arguments = calendar_arguments(policy)
    if arguments is not None:
        installer.ask("load_calendar", **arguments)


def _array(days: tuple[date, ...]) -> str:
    """As PostgreSQL writes an array, so that it can stand in a script too."""
    return "{" + ",".join(day.isoformat() for day in days) + "}"
