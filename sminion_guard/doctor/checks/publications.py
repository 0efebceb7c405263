"""Publications that carry protected rows to where no policy is, and subscriptions that bring some in."""

from __future__ import annotations

from sminion_guard.checks.ways_out import ways_out
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("publications", "replication", ways_out, "SG331", "SG445")
