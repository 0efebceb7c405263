"""Exports: rows for a recipient of the policy, on record, as a file that is whole or not there."""

from __future__ import annotations

from sminion_guard.disclosure.export.formats import FileFormat
from sminion_guard.disclosure.export.sending import Transfer, transfer

__all__ = ["FileFormat", "Transfer", "transfer"]
