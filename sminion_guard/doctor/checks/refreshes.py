"""Materialized views that keep what they once saw, withheld people included."""

from __future__ import annotations

from sminion_guard.checks.refreshes import refreshes
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("refreshes", "view", refreshes, "SG348")
