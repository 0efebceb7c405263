"""SQL text to verdict: parsed, resolved against a catalog, judged against a policy.

The server is the wall, this the guide.

``analyze`` opens no connection: it needs a snapshot of the catalog (:mod:`sminion_guard.analyzer.catalog_read`).
"""

from __future__ import annotations

from sminion_guard.analyzer.access import Access, Manner, Output
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.entry import analyze, clear_cache
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Judged, Verdict

__all__ = [
    "Access", "Catalog", "Judged", "Manner", "Output", "Reason", "Statement", "Verdict", "analyze", "clear_cache",
]
