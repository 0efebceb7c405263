"""Accesses that nothing in the policy explains, the rarest first."""

from __future__ import annotations

from sminion_guard.audit.unexplained.access import Access, Explanation
from sminion_guard.audit.unexplained.found import Found, Ranked, Unit, find, rank
from sminion_guard.audit.unexplained.score import Feature, Peers

__all__ = ["Access", "Explanation", "Feature", "Found", "Peers", "Ranked", "Unit", "find", "rank"]
