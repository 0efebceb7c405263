"""Foreign keys by which whoever deletes in an unprotected table deletes protected rows."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding


def find(look: Look) -> Iterator[Finding]:
    """Keys from protected tables to others; those between protected tables `trees_and_views` finds."""
    for child, parent, name, action in look.ask("outside_cascades"):
        yield Finding(
            "SG916", f"constraint {child}.{name}", f"foreign key `{name}` of `{child}` to `{parent}` is {action}",
            detail=f"who may change `{parent}`, changes rows of persons that it may not see: referential actions ignore"
            " row security, and the purposes that may delete",
            hint="make it NO ACTION, and let the application change the children itself",
        )


CHECK = Check("outside_cascades", ("SG916",), find)
