"""What the names of a table's columns have in common."""

from __future__ import annotations

from sminion_guard.discovery.model import Relation

_COLUMNS = 3
_LETTERS = 4


def common_prefix(relation: Relation) -> str:
    """What all columns begin with, such as `c_` of `c_name` and `c_phone`: it says nothing."""
    heads = {name.partition("_")[0] for name in relation.columns if "_" in name}
    alike = len(heads) == 1 and all("_" in name for name in relation.columns)
    if not alike or len(relation.columns) < _COLUMNS:
        return ""
    (head,) = heads
    return f"{head}_" if len(head) <= _LETTERS else ""
