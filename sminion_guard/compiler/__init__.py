"""Policy -> ordered SQL statements, each with its reverse. No connection; same policy, same bytes."""

from __future__ import annotations

from sminion_guard.compiler.bits import InstalledPurpose, assign_bits
from sminion_guard.compiler.compiled import Compiled, compile_policy
from sminion_guard.compiler.statement import Statement

__all__ = ["Compiled", "InstalledPurpose", "Statement", "assign_bits", "compile_policy"]
