"""Discovery: a first privacy.toml from an unprotected database, each decision with its reason."""

from __future__ import annotations

from sminion_guard.discovery.draft import discover
from sminion_guard.discovery.model import Draft
from sminion_guard.discovery.values import as_values, summary
from sminion_guard.discovery.write import write

__all__ = ["Draft", "as_values", "discover", "summary", "write"]
