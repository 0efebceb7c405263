"""The logins of the policy: none may stand above it, by attribute, membership or ownership."""

from __future__ import annotations

from sminion_guard.checks.logins import logins
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("logins", "login", logins, "SG420", "SG421", "SG422", "SG423", "SG441")
