"""What an aggregate tells of one person in a group, decided by a table; what is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping

ALLOWED = frozenset({"count", "sum", "avg"})
"""They tell of a person only by a difference of two groups, and groups that differ by a few people are refused."""
TOLD: Mapping[str, str] = {
    **dict.fromkeys(("min", "max", "any_value", "mode", "percentile_disc", "first_value", "last_value"),
                    "its result is the value of one person"),
    **dict.fromkeys(("array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg",
                     "xmlagg", "range_agg"), "its result holds the value of each person"),
    **dict.fromkeys(("bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor"),
                    "its result is decided by one person, or tells what everybody has"),
    **dict.fromkeys(("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "corr", "covar_pop",
                     "covar_samp", "regr_slope", "percentile_cont"),
                    "with a sum, it tells more of single values than their number and sum"),
}
"""Why others are refused."""


def why_not(name: str) -> str | None:
    """Why an aggregate may not be sent to a recipient with ``k``; None where it may."""
    if name in ALLOWED:
        return None
    return TOLD.get(name, "nobody knows what it tells of one person")
