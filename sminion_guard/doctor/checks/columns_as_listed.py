"""Columns of the policy that are gone."""

from __future__ import annotations

from sminion_guard.checks.missing_columns import missing_columns
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("columns_as_listed", "table", missing_columns, "SG425")
