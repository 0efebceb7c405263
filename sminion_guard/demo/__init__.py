"""The demo: a guarded shop on a PostgreSQL of its own, told as a story. Every answer is the server's, and is judged."""

from __future__ import annotations

from sminion_guard.demo.run import Outcome, run

__all__ = ["Outcome", "run"]
