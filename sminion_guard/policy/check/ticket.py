"""What tickets carry, and which settings a session may set: names that can be meant, and none that would free it."""

from __future__ import annotations

import re

from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy
from sminion_guard.policy.names import PURPOSE_NAME

MOST_VALUES = 16
"""Values of one ticket: each is stored with every ticket and shown with every line of the log."""

MAY_CALL = frozenset({"currval", "nextval", "pg_notify", "setseed"})
"""Functions of PostgreSQL that a policy may permit. The analyzer has the same table, and a test compares them."""

_SETTING = re.compile(r"[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)+")
_OF_OTHERS = re.compile(
    r"(sminion|pg|pg_\w*|pgaudit|pgsodium|pgtle|auto_explain|plpgsql|plperl|plpython\w*|pltcl|plv8|pljava|plr|plprofiler|"
    r"plpgsql_check|anon|citus|timescaledb|supautils|rds|cron|passwordcheck|basic_archive|basebackup_to_shell|sepgsql|"
    r"postgres_fdw|dblink|isn|tcn)"
)
"""First parts of settings that belong to the guard, to PostgreSQL's modules, or to known extensions."""
_OPERATOR = re.compile(r"(=|<>|<=|>=|<|>)\([a-z][a-z0-9 ]*,[a-z][a-z0-9 ]*\)")


def ticket(policy: Policy, report: Report) -> None:
    """Report values, settings and operators that are malformed or not to be had."""
    if len(policy.ticket_values) > MOST_VALUES:
        report.add("SG304", ("ticket", "values"), f"`values` must have at most {MOST_VALUES} entries",
                   "let one value name what the others follow from")
    for name in policy.ticket_values:
        if not PURPOSE_NAME.fullmatch(name):
            report.add("SG306", ("ticket", "values", name), f"malformed value name `{name}`",
                       "use lower-case letters, digits and `_`, a letter first, at most 40 characters")
    for setting in sorted(policy.may_set):
        if not _SETTING.fullmatch(setting) or len(setting.encode()) > 63:
            report.add("SG345", ("ticket", "may_set"), f"`{setting}` is no setting of the application's own",
                       "name one with a prefix of your own, such as `app.locale`: those without a dot are PostgreSQL's")
        elif _OF_OTHERS.fullmatch(setting.split(".")[0]):
            report.add("SG345", ("ticket", "may_set"),
                       f"`{setting}` is a setting of the guard, the server or an extension",
                       "choose a prefix that only the application uses, such as `app`")
    for name in sorted(policy.may_call - MAY_CALL):
        report.add("SG346", ("ticket", "may_call"), f"`{name}` cannot be permitted",
                   f"`may_call` takes {', '.join(f'`{entry}`' for entry in sorted(MAY_CALL))}")
    for operator in sorted(policy.trusted_operators):
        if not _OPERATOR.fullmatch(operator):
            report.add("SG306", ("ticket", "trusted_operators"), f"malformed operator `{operator}`",
                       "write it with the types that it compares, such as `<(numeric,numeric)`")
