"""The columns of what is sent, as the server describes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.errors import TransferRefused

_NUMBERS = frozenset({20, 21, 23, 26, 700, 701, 1700})
"""int8, int2, int4, oid, float4, float8, numeric."""
_MOMENTS = frozenset({1083, 1114, 1184, 1266})
"""time, timestamp, timestamptz, timetz."""
_BOOLEAN, _DATE = 16, 1082


@dataclass(frozen=True, slots=True)
class Field:
    """A column of what is sent.

    :param oid: of its type; of a domain that of the type below it.
    :param modifier: of its type, such as the places of a number; -1 for none.
    """

    name: str
    oid: int
    modifier: int = -1

    @property
    def is_text(self) -> bool:
        """Whether its values may be any text. The text of a number, a date, a time or a truth value is not."""
        return self.oid not in _NUMBERS and self.oid not in _MOMENTS and self.oid not in (_BOOLEAN, _DATE)

    @property
    def is_moment(self) -> bool:
        """Whether its values tell a time of day."""
        return self.oid in _MOMENTS


def checked(fields: Sequence[Field]) -> tuple[Field, ...]:
    """``fields``, each with a name of its own.

    :raises TransferRefused: SG721.
    """
    if not fields:
        raise TransferRefused("SG721", "the query has no columns", hint="select at least one column")
    name, count = Counter(field.name for field in fields).most_common(1)[0]
    if count > 1:
        raise TransferRefused("SG721", f"{count} columns are named `{name}`",
                              detail="in a file nobody could tell one from the other",
                              hint="give each column a name of its own: `SELECT count(*) AS orders`")
    return tuple(fields)
