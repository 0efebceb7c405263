"""What an installation did, and what the server said meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg
from psycopg.errors import Diagnostic

from sminion_guard.checks.problem import Problem


@dataclass(slots=True)
class Report:
    """The outcome of `apply` or `remove`, filled in while they run.

    :param policy: name of the policy.
    :param version: its version.
    :param epoch: the policy's number in the history of this database; None when it was in force already.
    :param counts: state of the plan to number of objects.
    :param repaired: keys of objects that somebody had altered or removed, and privileges of logins that were mended.
    :param skipped: what needs a superuser or owner and was left open, with the statement that closes it.
    :param problems: findings of the preflight that do not refuse.
    :param warnings: other warnings of the server.
    :param notices: what the server said besides.
    :param rows_filled: rows whose mask was filled in.
    """

    policy: str
    version: str
    epoch: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    warnings: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    rows_filled: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was done in the database."""
        return self.epoch is not None or any(state != "INSTALLED" for state in self.counts)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return asdict(self)

    def hear(self, said: Diagnostic) -> None:
        """Sort what the server said: see the warnings of sql/templates."""
        text = said.message_primary or ""
        if said.sqlstate == "SG405":
            self.skipped.append(f"{text} ({said.message_hint})" if said.message_hint else text)
        elif said.sqlstate == "SG455":
            self.repaired.append(text)
        elif said.severity_nonlocalized == "WARNING":
            self.warnings.append(text)
        elif said.source_function == "exec_stmt_raise":
            self.notices.append(text)

    @contextmanager
    def listening(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Within it, notices of the server are collected."""
        connection.add_notice_handler(self.hear)
        try:
            yield
        finally:
            connection.remove_notice_handler(self.hear)
