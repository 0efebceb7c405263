"""Columns by which a person's rows are found: without an index, blocking one person reads whole tables."""

from __future__ import annotations

from sminion_guard.checks.subject_indexes import subject_indexes
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("subject_indexes", "table", subject_indexes, "SG435")
