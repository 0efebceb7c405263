"""Triggers of the application that fire when the guard sets a mask, with its rights."""

from __future__ import annotations

from sminion_guard.checks.triggers import triggers
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("table_triggers", "trigger", triggers, "SG514")
