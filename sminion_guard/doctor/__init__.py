"""Looking at a live database: everything that would make its policy's promise untrue. One check, one file."""

from __future__ import annotations

from sminion_guard.doctor.examine import Examination, examine
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.doctor.fixing import fix
from sminion_guard.doctor.registry import CHECKS

__all__ = ["CHECKS", "Examination", "Finding", "Level", "examine", "fix"]
