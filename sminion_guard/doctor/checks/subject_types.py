"""Subject columns whose type does not print as the policy's key: states would not be found."""

from __future__ import annotations

from sminion_guard.checks.subject_types import subject_types
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("subject_types", "column", subject_types, "SG427")
