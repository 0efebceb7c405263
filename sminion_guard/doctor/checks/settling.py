"""Rows that the guard cannot bring up to date: what the person decided does not reach them."""

from __future__ import annotations

from sminion_guard.checks.settling import settling
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("settling", "table", settling, "SG512")
