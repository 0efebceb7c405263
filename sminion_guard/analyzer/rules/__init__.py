"""The rules, in the order in which their reasons are given. Each is a pure function in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.category_not_needed import category_not_needed
from sminion_guard.analyzer.rules.data_definition import data_definition
from sminion_guard.analyzer.rules.disagreement import disagreement
from sminion_guard.analyzer.rules.incompatible_merge import incompatible_merge
from sminion_guard.analyzer.rules.leaky_catalog import leaky_catalog
from sminion_guard.analyzer.rules.leaves_context import leaves_context
from sminion_guard.analyzer.rules.opaque import opaque
from sminion_guard.analyzer.rules.operation_not_allowed import operation_not_allowed
from sminion_guard.analyzer.rules.out_of_reach import out_of_reach
from sminion_guard.analyzer.rules.over_limits import over_limits
from sminion_guard.analyzer.rules.unknown_name import unknown_name
from sminion_guard.analyzer.rules.unparsed import unparsed
from sminion_guard.analyzer.statements import Statement

Rule = Callable[[Statement, Frame], Iterator[Reason]]

RULES: tuple[Rule, ...] = (
    unparsed,
    over_limits,
    disagreement,
    incompatible_merge,
    out_of_reach,
    category_not_needed,
    operation_not_allowed,
    leaves_context,
    data_definition,
    leaky_catalog,
    opaque,
    unknown_name,
)
"""SG111, SG112, SG113, SG101, SG102, SG103, SG104, SG106, SG108, SG109, SG105, SG107."""
