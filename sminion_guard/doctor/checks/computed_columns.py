"""Generated columns that show a purpose what it may not see, and keys with a collation of their own."""

from __future__ import annotations

from sminion_guard.checks.values import values
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("computed_columns", "column", values, "SG328", "SG329")
