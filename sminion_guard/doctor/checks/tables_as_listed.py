"""Tables and columns of the policy that are gone, or are something else now."""

from __future__ import annotations

from sminion_guard.checks.missing_tables import missing_tables
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("tables_as_listed", "table", missing_tables, "SG424")
