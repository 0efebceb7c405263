"""Schemas of views: names that are free, one for each purpose."""

from __future__ import annotations

from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy
from sminion_guard.policy.names import identifier_problem, reserved_schema
from sminion_guard.policy.positions import Path


def views(policy: Policy, report: Report) -> None:
    """Report schemas of views that cannot be the guard's alone."""
    seen: dict[str, str] = {}
    for purpose in policy.purposes.values():
        name = purpose.views
        path: Path = ("purpose", purpose.name, "views")
        if name is None:
            continue
        if problem := identifier_problem(name):
            report.add("SG355", path, problem, "choose another name")
        elif reserved_schema(name) or name == "public":
            report.add("SG355", path, f"schema `{name}` is reserved", _OWN)
        elif name in policy.schemas:
            report.add("SG355", path, f"schema `{name}` holds data of the policy", _OWN)
        elif name in seen:
            report.add("SG355", path, f"schema `{name}` holds the views of purpose `{seen[name]}`", _OWN)
        elif "." in name:
            report.add("SG355", path, f"`{name}` holds a dot", "without it: it would read like a schema and a table")
        seen.setdefault(name, purpose.name)


_OWN = "name a schema that holds nothing else, such as `for_` and the name of the purpose"
