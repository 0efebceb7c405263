"""All checks, in the order in which they are made: the guard itself first, since the others rely on it."""

from __future__ import annotations

from sminion_guard.doctor.check import Check
from sminion_guard.doctor.checks import (
    guard_objects,
    logins,
    policy_objects,
    role_makers,
    trees_and_views,
)

CHECKS: tuple[Check, ...] = (
    guard_objects.CHECK,
    policy_objects.CHECK,
    logins.CHECK,
    role_makers.CHECK,
    trees_and_views.CHECK,
)
"""A test holds it complete against the files in ``checks``."""
