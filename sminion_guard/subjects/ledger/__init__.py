"""The ledger: a file outside of the database with every decision that a restore would undo."""

from __future__ import annotations

from sminion_guard.subjects.ledger.entry import Entry, commitment
from sminion_guard.subjects.ledger.export import Exported, export
from sminion_guard.subjects.ledger.file import Ledger
from sminion_guard.subjects.ledger.replay import Failure, Replayed, replay

__all__ = ["Entry", "Exported", "Failure", "Ledger", "Replayed", "commitment", "export", "replay"]
