"""What a policy may say: checks over its values, each a function from a policy to findings in a report."""

from __future__ import annotations

from sminion_guard.policy.check.declared import declared
from sminion_guard.policy.check.depersonalized import depersonalized
from sminion_guard.policy.check.depersonalized_views import (
    depersonalized_views,
    depersonalized_views_within_reach,
)
from sminion_guard.policy.check.explained import explained, explained_within_reach
from sminion_guard.policy.check.kinds import kinds
from sminion_guard.policy.check.logins import logins
from sminion_guard.policy.check.naming import naming, role_collisions
from sminion_guard.policy.check.reach import reach
from sminion_guard.policy.check.retained import retained
from sminion_guard.policy.check.rows import rows
from sminion_guard.policy.check.subjects import subjects
from sminion_guard.policy.check.ticket import ticket
from sminion_guard.policy.check.views import views
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy

PARTS = (naming, declared, ticket, subjects, retained, depersonalized, rows, views, depersonalized_views, explained)
"""Checks of single parts, right even while other parts of the policy are missing."""

WHOLE = (reach, logins, role_collisions, explained_within_reach, depersonalized_views_within_reach)
"""Checks of how the parts go together; they need a policy that is right in its parts."""


DOUBTFUL = (kinds,)
"""Checks that warn: what they find may be meant."""


def parts(policy: Policy, report: Report) -> None:
    """Run the checks of single parts."""
    for rule in PARTS:
        rule(policy, report)


def whole(policy: Policy, report: Report) -> None:
    """Run the checks of the policy as a whole."""
    for rule in WHOLE:
        rule(policy, report)


def doubtful(policy: Policy, report: Report) -> None:
    """Run the checks that warn."""
    for rule in DOUBTFUL:
        rule(policy, report)
