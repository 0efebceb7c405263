"""Indexes that row security keeps from being used, because their operators are not leakproof."""

from __future__ import annotations

from sminion_guard.checks.indexes import indexes
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("slow_indexes", "index", indexes, "SG330")
