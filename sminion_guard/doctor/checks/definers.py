"""Functions that act above row security: those that logins may call, and those that run in their statements."""

from __future__ import annotations

from sminion_guard.checks.definers import definers
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("definers", "function", definers, "SG434", "SG444")
