"""Content matching in the ORM: a purpose loads the columns that it may see, and writes those that it may write.

It refuses early and in words of the policy; it is no barrier: what it does not know, analyzer and server refuse.
"""

from __future__ import annotations

from sminion_guard.session.sqlalchemy.orm.compiled import MatchingCompiler, keep_by_purpose
from sminion_guard.session.sqlalchemy.orm.events import listen

__all__ = ["MatchingCompiler", "keep_by_purpose", "listen"]
