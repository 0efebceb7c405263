# ruff: noqa: E501 - a case stands on one line
"""Values of tickets before they are sent: one form for each, and refused where the server would refuse them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from sminion_guard.errors import TicketRefused
from sminion_guard.policy import loads
from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.policy.conditions.text import condition
from sminion_guard.policy.conditions.truth import UNTOLD, truth
from sminion_guard.session.values import check_values, encoded, typed
from tests.policies import SHOP

DECLARED = {"n": Kind.INTEGER, "b": Kind.BIGINT, "t": Kind.TEXT, "d": Kind.DATE, "u": Kind.UUID, "f": Kind.BOOLEAN}
POLICY = replace(loads(SHOP), ticket_values=MappingProxyType(DECLARED))
WHOLE: dict[str, Any] = {"n": 17, "b": 2**40, "t": "ä", "d": date(2026, 2, 28), "u": UUID(int=1), "f": False}


def test_values_have_one_form_whatever_their_order() -> None:
    assert encoded(WHOLE) == encoded(dict(reversed(WHOLE.items())))
    assert len({encoded({"n": value}) for value in (1, True, "1", 2)}) == 4
    assert encoded({}) is encoded(None) is None


def test_whole_values_are_taken_and_come_back_as_rows_have_them() -> None:
    check_values(encoded(WHOLE), POLICY, "contract")
    assert typed(encoded(WHOLE), POLICY) == WHOLE
    check_values(None, loads(SHOP), "contract")
    check_values(encoded({"any": 1}), None, "contract")  # no policy known yet: the server says more


@pytest.mark.parametrize("name, value", [
    ("n", 2**31), ("n", -2**31 - 1), ("n", True), ("n", "1"), ("b", 2**63), ("b", False), ("t", ""), ("t", "  "), ("t", "x" * 201),
    ("t", 5), ("t", "a\0b"), ("d", "today"), ("d", "2026-02-30"), ("d", "20260228"), ("u", "no"), ("u", 5), ("f", 0), ("f", "true"),
])
def test_a_value_of_another_type_is_refused_with_a_way_out(name: str, value: Any) -> None:
    with pytest.raises(TicketRefused) as caught:
        check_values(encoded(WHOLE | {name: value}), POLICY, "contract")
    assert (caught.value.code, caught.value.message.split("`")[1]) == ("SG227", name)
    assert caught.value.hint


def test_what_is_missing_and_what_nobody_declared_is_named() -> None:
    with pytest.raises(TicketRefused, match="without `n` and `d`") as caught:
        check_values(encoded({name: WHOLE[name] for name in "btuf"}), POLICY, "contract")
    assert '"n": ...' in str(caught.value.hint)
    with pytest.raises(TicketRefused, match="no value `other`"):
        check_values(encoded(WHOLE | {"other": 1}), POLICY, "contract")
    with pytest.raises(TicketRefused, match="no value `tenant`") as caught:
        check_values(encoded({"tenant": 1}), loads(SHOP), "contract")
    assert caught.value.hint == "leave `values` out"


@pytest.mark.parametrize("rule, row, told", [
    ("n = :n", {"n": 17}, True), ("n = :n", {"n": 5}, False), ("n = :n", {"n": None}, None), ("n = :n", {}, UNTOLD),
    ("n = :n OR t = 'x'", {"n": 5}, UNTOLD), ("n = :n OR t = 'x'", {"n": 17}, True), ("n = :n AND t = 'x'", {"n": 5}, False),
    ("t = :t", {"t": "ä"}, True), ("t = :t", {"t": "Ä"}, UNTOLD),  # which may be the same under the column's collation
    ("t < :t", {"t": "a"}, UNTOLD), ("NOT (n = :n)", {"n": None}, None), ("n IN (1, :n)", {"n": None}, None),
    ("f IS NOT TRUE", {"f": None}, True), ("d < :d", {"d": date(2026, 1, 1)}, True), ("u = :u", {"u": UUID(int=2)}, False),
    ("n = :n", {"n": object()}, UNTOLD), ("n = :n", {"n": True}, UNTOLD), ("d = :d", {"d": "2026-02-28"}, UNTOLD),
])
def test_what_is_told_of_a_row_is_what_the_server_would_say(rule: str, row: dict[str, object], told: object) -> None:
    assert truth(condition(rule), row, WHOLE) is told
