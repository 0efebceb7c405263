"""Groups for a recipient with ``k``: which queries make groups that can be followed, and whose rows are in each.

The server remembers the groups of each export and compares them: ``sql/functions/disclosure/isolated_by.sql``.
"""

from __future__ import annotations

from sminion_guard.disclosure.differencing.grouping import Grouping, grouping

__all__ = ["Grouping", "grouping"]
