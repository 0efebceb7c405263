"""The sealed log of a database: sealing it, verifying it, and proving single events."""

from __future__ import annotations

from sminion_guard.audit.database.export import export
from sminion_guard.audit.database.finding import Finding, Kind
from sminion_guard.audit.database.log import SealedLog
from sminion_guard.audit.database.prove import prove
from sminion_guard.audit.database.resuming import Resuming
from sminion_guard.audit.database.seal import Sealed, seal
from sminion_guard.audit.database.verify import Verified, verify

__all__ = ["Finding", "Kind", "Resuming", "Sealed", "SealedLog", "Verified", "export", "prove", "seal", "verify"]
