"""A small witness for a second machine: it cosigns a log as long as the log only grows (C2SP tlog-witness)."""

from __future__ import annotations

from sminion_guard.audit.witness.judge import Reply, WitnessState
from sminion_guard.audit.witness.server import WitnessServer

__all__ = ["Reply", "WitnessServer", "WitnessState"]
