"""Installing: the database side in versions, and a policy as a plan, an apply and a way back."""

from __future__ import annotations

from sminion_guard.extras import explained

with explained():  # here, so that whatever module of ours is imported first says that libpq is missing
    from sminion_guard.checks import Problem, UnfitDatabase
    from sminion_guard.migrate.apply import apply
    from sminion_guard.migrate.change import Change, State
    from sminion_guard.migrate.install import downgrade, offline_sql, upgrade
    from sminion_guard.migrate.maintain import Maintained, maintain
    from sminion_guard.migrate.masks import fill_masks, settle_all
    from sminion_guard.migrate.plan import Plan
    from sminion_guard.migrate.planning import plan, require_consent
    from sminion_guard.migrate.processing import processing
    from sminion_guard.migrate.progress import Progress, Step
    from sminion_guard.migrate.remove import remove
    from sminion_guard.migrate.report import Report
    from sminion_guard.migrate.script import removal_script, script

__all__ = [
    "Change", "Maintained", "Plan", "Problem", "Progress", "Report", "State", "Step", "UnfitDatabase", "apply",
    "downgrade", "fill_masks", "maintain", "offline_sql", "plan", "processing", "removal_script", "remove",
    "require_consent", "script", "settle_all", "upgrade",
]
