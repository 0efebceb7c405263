"""Neutral tables, which every purpose may read, that refer to a person."""

from __future__ import annotations

from sminion_guard.checks.neutral import neutral
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("neutral_tables", "table", neutral, "SG454")
