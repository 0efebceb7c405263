"""Reach: each purpose reaches something, and what it reaches falls into few compartments."""

from __future__ import annotations

from sminion_guard.policy.compartments import TooManyCompartments, compartments_of
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy


def reach(policy: Policy, report: Report) -> None:
    """Report purposes that reach nothing, and those with too many compartments."""
    for name in policy.purposes:
        try:
            found = compartments_of(policy, name)
        except TooManyCompartments as error:
            report.add(error.code, ("purpose", name), f"{error.message}: {error.detail}", error.hint)
            continue
        if not found:
            report.add("SG314", ("purpose", name), f"purpose `{name}` reaches no schema",
                       "add it to a schema's `collected_for`, declare it compatible with a purpose, or remove it")
