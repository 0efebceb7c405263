"""Roles that can make themselves, or others, members of a compartment."""

from __future__ import annotations

from sminion_guard.checks.ways_out import ways_out
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("role_makers", "role", ways_out, "SG446")
