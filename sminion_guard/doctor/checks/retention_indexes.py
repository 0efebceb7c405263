"""Large tables whose expired rows are found by no index: maintenance leaves them."""

from __future__ import annotations

from sminion_guard.checks.retention_indexes import retention_indexes
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("retention_indexes", "table", retention_indexes, "SG578")
