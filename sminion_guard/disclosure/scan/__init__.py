"""Text on its way out: addresses of people and devices, numbers of telephones, cards and accounts, tokens."""

from __future__ import annotations

from sminion_guard.disclosure.scan.files import Finding, scan_file, scan_stream
from sminion_guard.disclosure.scan.patterns import Kind
from sminion_guard.disclosure.scan.text import Hit, hits
from sminion_guard.disclosure.scan.values import Place, Values

__all__ = ["Finding", "Hit", "Kind", "Place", "Values", "hits", "scan_file", "scan_stream"]
