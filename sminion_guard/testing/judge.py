"""Asserts what the guard allows and refuses, without a database."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.policy import Policy


@dataclass(frozen=True, slots=True)
class Judge:
    """Asserts what is allowed or refused; a failure shows the reasons."""

    catalog: Catalog
    policy: Policy

    def verdict(self, sql: str, *, purpose: str) -> Verdict:
        """The verdict itself, for anything that the two assertions do not say."""
        return analyze(sql, catalog=self.catalog, policy=self.policy, purpose=purpose)

    def allowed(self, sql: str, *, purpose: str) -> Verdict:
        """Assert that the statement is allowed.

        :raises AssertionError: with every reason to refuse it.
        """
        verdict = self.verdict(sql, purpose=purpose)
        if not verdict.allowed:
            raise AssertionError(f"refused for `{purpose}`: {_reasons(verdict)}")
        return verdict

    def refused(self, sql: str, *, purpose: str, code: str | None = None) -> Verdict:
        """Assert that the statement is refused, and for the reason ``code`` if one is given.

        :raises AssertionError: when it is allowed, or refused for other reasons.
        """
        verdict = self.verdict(sql, purpose=purpose)
        if verdict.allowed:
            raise AssertionError(f"allowed for `{purpose}`")
        if code is not None and code not in {reason.code for reason in verdict.reasons}:
            raise AssertionError(f"refused for `{purpose}`, but not with {code}: {_reasons(verdict)}")
        return verdict


def _reasons(verdict: Verdict) -> str:
    return "; ".join(f"{reason.code}: {reason.message}" for reason in verdict.reasons)
