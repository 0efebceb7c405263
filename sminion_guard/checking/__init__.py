"""Judging SQL before it ever reaches a server: files in CI, statements in a user's own tests."""

from __future__ import annotations

from sminion_guard.checking.check import Finding, check_file, check_text
from sminion_guard.checking.source import Piece, pieces

__all__ = ["Finding", "Piece", "check_file", "check_text", "pieces"]
