"""What stands around protected tables and leads past row security: keys, trees of tables, rules and views."""

from __future__ import annotations

from sminion_guard.checks.around import around
from sminion_guard.doctor.check import of_plan

CHECK = of_plan("trees_and_views", "relation", around, "SG426", "SG430", "SG431", "SG432", "SG433")
