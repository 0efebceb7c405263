"""What the policy takes for a table and is a view, which keeps no row security."""

from __future__ import annotations

from sminion_guard.checks.no_tables import no_tables
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("no_tables", "table", no_tables, "SG426")
