"""What leaves for third parties: whether the rows of a query may be sent to a recipient of the policy.

The analyzer's lineage tells which columns reach or decide what is sent; the policy tells what the recipient may get.
"""

from __future__ import annotations

from sminion_guard.disclosure.flows import Reading, Way
from sminion_guard.disclosure.judging import ExportVerdict, SentColumn, judge_export
from sminion_guard.disclosure.permission import Permission, permission

__all__ = ["ExportVerdict", "Permission", "Reading", "SentColumn", "Way", "judge_export", "permission"]
