"""Installing: the database side in versions, and a policy as a plan, an apply and a way back."""

from __future__ import annotations

from sminion_guard.migrate.apply import apply
from sminion_guard.migrate.install import downgrade, offline_sql, upgrade
from sminion_guard.migrate.masks import Step, fill_masks, settle_all
from sminion_guard.migrate.plan import Change, Plan, State, plan
from sminion_guard.migrate.remove import remove
from sminion_guard.migrate.report import Report

__all__ = [
    "Change", "Plan", "Report", "State", "Step", "apply", "downgrade", "fill_masks", "offline_sql", "plan", "remove",
    "settle_all", "upgrade",
]
