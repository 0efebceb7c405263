"""Row security of the application's own: it is ORed with the guard's, or hides rows from the guard."""

from __future__ import annotations

from sminion_guard.checks.policies import policies
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("application_policies", "table", policies, "SG447", "SG448")
