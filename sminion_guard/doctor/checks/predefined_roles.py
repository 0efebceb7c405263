"""Accounts outside of the policy with predefined roles that read, write or copy past all grants."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import ident
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level

_FILES = "with the server's files, or its programs, it reads the data below every table"
_MEANING = {
    "pg_read_all_data": "it reads every table that is not protected, the access log included, and what is given to all",
    "pg_write_all_data": "it writes to every table that is not protected, those of schema `sminion` included",
    "pg_read_server_files": _FILES,
    "pg_write_server_files": _FILES,
    "pg_execute_server_program": _FILES,
    "pg_create_subscription": "it can let rows of other databases flow into tables here",
    "pg_maintain": "it can run code of tables, such as index expressions, and refresh what keeps copies",
}


def find(look: Look) -> Iterator[Finding]:
    """Memberships that no grant of the policy knows."""
    for login, role in look.ask("predefined_roles"):
        yield Finding(
            "SG913", f"login {login}", f"login `{login}` is a member of `{role}`", detail=_MEANING[role],
            hint="give it privileges on what it needs instead; or name it in the baseline",
            sql=f"REVOKE {role} FROM {ident(login)}", level=Level.WARNING, facet=role,
        )


CHECK = Check("predefined_roles", ("SG913",), find)
