"""The server's log: statements with their values in it are personal data in a file that no policy protects."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.errors import InstallError

_OFF = {
    "log_statement": {"none", "ddl"}, "log_min_duration_statement": {"-1"}, "log_min_duration_sample": {"-1"},
    "log_transaction_sample_rate": {"0"}, "log_parameter_max_length_on_error": {"0"},
    "auto_explain.log_min_duration": {"-1"},
    "debug_print_parse": {"off"}, "debug_print_rewritten": {"off"}, "debug_print_plan": {"off"},
}
"""Setting to values with which no statement is written that succeeds. What fails is written by default."""
_NEEDED = frozenset({"log_statement", "log_min_duration_statement", "log_min_duration_sample"})


def find(look: Look) -> Iterator[Finding]:
    """Each setting, for the server, a database or a role, by which statements are written with their values."""
    found = look.ask("server_settings", names=sorted(_OFF))
    missing = _NEEDED - {name for name, _, where in found if where is None}
    if missing:
        raise InstallError("SG413", f"`{min(missing)}` cannot be seen")
    for name, value, where in found:
        if value not in _OFF[name]:
            yield Finding(
                "SG925", f"setting {name}", f"`{name}` is `{value}`" + (f" for {where}" if where else ""),
                detail="statements and their values are written to a log of the server: no purpose, no block and no"
                " destruction reaches it",
                hint="switch it off for the logins of the policy, or keep that log as the data themselves",
                sql=None if where else f"ALTER SYSTEM RESET {name}", level=Level.WARNING, facet=where or "",
            )


CHECK = Check("server_log", ("SG925",), find)
