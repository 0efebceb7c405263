"""Where the curious of a simulated firm stand in the ranking, and what a score is made of."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bench.curiosity import simulate
from sminion_guard.audit.unexplained import Access, Found, rank

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def access(number: int, **said: object) -> Access:
    """An explained access of anna in support at noon, unless said otherwise."""
    values = {"subject": "1", "at": NOON, "times": 1, "actor": "anna", "unit": "support", "purpose": "work",
              "relations": "crm.customer", "judged": True, "explained_by": 1, "deleted": False} | said
    return Access(ticket=number, **values)  # type: ignore[arg-type]


def year(seed: int) -> tuple[float, float, float]:
    """Of 20,000 accesses: the share that is explained, that of the planted in the top 1 %, and that by chance."""
    firm = simulate(20_000, seed, planted=0.002)
    found: Found = rank(
        access(number, subject=str(act.person), at=act.at, actor=act.actor, unit=act.unit, relations=act.relations,
               explained_by=1 if firm.explained(act) else None)
        for number, act in enumerate(firm.acts))
    planted = {number for number, act in enumerate(firm.acts) if act.planted}
    top = {each.access.ticket for each in found.ranked[:len(firm.acts) // 100]}
    assert planted <= {each.access.ticket for each in found.ranked}
    chance = (len(firm.acts) // 100) / len(found.ranked)
    return 1 - len(found.ranked) / len(firm.acts), len(planted & top) / len(planted), chance


def test_the_curious_stand_at_the_top_of_a_small_year() -> None:
    found = [year(seed) for seed in (11, 12, 13)]
    assert min(explained for explained, _, _ in found) > 0.9
    assert sum(caught for _, caught, _ in found) / 3 > 0.7
    assert max(chance for _, _, chance in found) < 0.45


def test_the_score_is_the_sum_of_shares_that_can_be_counted() -> None:
    usual = [access(n, subject=str(n)) for n in range(299)]
    (each,) = rank([*usual, access(300, subject="7", at=NOON.replace(hour=3), explained_by=None)]).ranked
    assert each.score == pytest.approx(sum(-math.log(feature.p) for feature in each.features))
    shares = {feature.name: feature.p for feature in each.features}
    assert shares["hour"] == pytest.approx(1 / 300) and shares["unexplained"] == pytest.approx(1 / 300)
    assert shares["relations"] == 1 and shares["person"] == 1
    assert [feature.p for feature in each.features] == sorted(shares.values())
    assert "0.333 % of its peers' accesses from 03:00 to 03:59 UTC" in [feature.words for feature in each.features]


def test_a_unit_of_ones_own_hides_nobody() -> None:
    usual = [access(n, subject=str(n)) for n in range(1000)]
    night = {"at": NOON.replace(hour=3), "explained_by": None}
    among_peers = rank([*usual, access(1001, **night)]).ranked[0].score
    made_up = rank([*usual, access(1001, unit="made up", **night)]).ranked[0].score
    assert made_up > among_peers / 2 > 2


def test_what_is_repeated_at_night_or_by_many_is_rarer_than_what_is_not() -> None:
    usual = [access(n, subject=str(n % 500), at=NOON.replace(day=1 + n % 28)) for n in range(2000)]
    others = [access(3100 + n, subject=str(100 + n), at=NOON.replace(day=1 + n % 28), explained_by=None)
              for n in range(40)]
    plain = others[20]
    for more in (
        [access(4000, subject="600", at=NOON.replace(hour=2), explained_by=None)],
        [access(4000 + n, subject="8", at=NOON.replace(day=2 + 2 * n), explained_by=None) for n in range(9)],
        [access(4000 + n, subject="9", actor=f"a{n}", explained_by=None) for n in range(9)],
        [access(4000 + n, subject=str(700 + n), actor="bert", explained_by=None) for n in range(30)],
    ):
        ranked = [each.access.ticket for each in rank([*usual, *others, *more]).ranked]
        assert max(map(ranked.index, (each.ticket for each in more))) < ranked.index(plain.ticket)


def test_purposes_that_are_not_judged_are_counted_alone() -> None:
    found = rank([access(1), access(2, purpose="other", judged=False, explained_by=None)])
    assert found.ranked == [] and found.unjudged == {"other": 1} and list(found.units) == [("support", "work")]
    assert found.only(purpose="work").unjudged == {} and found.only(unit="returns").units == {}
