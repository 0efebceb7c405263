"""Subject columns that are computed after the guard has looked at them."""

from __future__ import annotations

from sminion_guard.checks.generated_subjects import generated_subjects
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("generated_subjects", "column", generated_subjects, "SG428")
