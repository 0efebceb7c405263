"""All checks, in the order in which they are made: the guard itself first, since the others rely on it."""

from __future__ import annotations

from sminion_guard.doctor.check import Check
from sminion_guard.doctor.checks import (
    application_policies,
    columns_as_listed,
    computed_columns,
    definers,
    generated_subjects,
    guard_objects,
    logins,
    neutral_tables,
    no_tables,
    policy_objects,
    publications,
    refreshes,
    role_makers,
    settling,
    slow_indexes,
    subject_indexes,
    subject_types,
    table_triggers,
    tables_as_listed,
    trees_and_views,
    unlisted,
)

CHECKS: tuple[Check, ...] = (
    guard_objects.CHECK,
    policy_objects.CHECK,
    logins.CHECK,
    role_makers.CHECK,
    tables_as_listed.CHECK,
    columns_as_listed.CHECK,
    no_tables.CHECK,
    subject_types.CHECK,
    generated_subjects.CHECK,
    computed_columns.CHECK,
    application_policies.CHECK,
    trees_and_views.CHECK,
    definers.CHECK,
    table_triggers.CHECK,
    publications.CHECK,
    refreshes.CHECK,
    neutral_tables.CHECK,
    unlisted.CHECK,
    settling.CHECK,
    subject_indexes.CHECK,
    slow_indexes.CHECK,
)
"""A test holds it complete against the files in ``checks``."""
