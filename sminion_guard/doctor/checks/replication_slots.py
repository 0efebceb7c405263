"""Logical slots that give every row of every table, whatever is published."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import literal
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """Slots of plugins that ask no publication."""
    for slot, plugin in look.ask("replication_slots"):
        yield Finding(
            "SG920", f"slot {slot}", f"replication slot `{slot}` of plugin `{plugin}` gives every row",
            detail="it asks no publication and no ticket, and shows withheld people too",
            hint="let what reads it be under a policy, take `pgoutput` with a publication, or drop the slot",
            sql=f"SELECT pg_catalog.pg_drop_replication_slot({literal(slot)})", level=Level.WARNING,
        )


CHECK = Check("replication_slots", ("SG920",), find)
