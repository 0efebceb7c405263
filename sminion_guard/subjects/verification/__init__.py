"""Looks for what is left of a person by another way than the policy: by the catalog, in everything that stores rows."""

from __future__ import annotations

from sminion_guard.subjects.verification.found import DeadRows, Found, OutOfSight, Unread, Verification
from sminion_guard.subjects.verification.recording import check_request, record
from sminion_guard.subjects.verification.verify import verify

__all__ = ["DeadRows", "Found", "OutOfSight", "Unread", "Verification", "check_request", "record", "verify"]
