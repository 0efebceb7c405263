"""The generated people and rows: the same each time, nobody's real data, and in their own tables' order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sminion_guard.demo import rows
from sminion_guard.demo.people import BORN, people
from sminion_guard.demo.shop import CONSENTING, HEROINE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = rows.CUSTOMER_TABLES | rows.EMPLOYEE_TABLES | rows.BOUGHT_TABLES


def test_the_same_number_gives_the_same_people() -> None:
    assert list(people(50)) == list(people(50)) == list(people(60))[:50]


def test_another_seed_gives_other_people() -> None:
    assert [one.full_name for one in people(50)] != [one.full_name for one in people(50, seed=2)]


def test_nobody_can_be_written_to_or_called() -> None:
    for one in people(500):
        assert one.email.endswith(("@example.com", "@example.org"))
        assert one.phone.startswith("555-01")
        assert BORN[0] <= one.born_on.year <= BORN[1]


def test_numbers_follow_the_first_one() -> None:
    assert [one.id for one in people(3, first_id=7)] == [7, 8, 9]


@pytest.mark.parametrize("table", TABLES)
def test_a_tables_rows_are_the_same_each_time(table: str) -> None:
    known = tuple(people(200))
    first, second = (list(TABLES[table](known, NOW, rows.dice_for(table))) for _ in range(2))
    assert first == second
    assert first


@pytest.mark.parametrize("table", TABLES)
def test_no_row_passes_the_end_of_a_retention_while_the_story_is_told(table: str) -> None:
    known = tuple(people(400))
    for row in TABLES[table](known, NOW, rows.dice_for(table)):
        for moment in row:
            if isinstance(moment, datetime):
                assert moment <= NOW
                assert moment == NOW or (NOW - moment) % timedelta(hours=1) == timedelta(minutes=30)


def test_the_heroine_orders_asks_subscribes_consents_and_gets_presents() -> None:
    known = tuple(people(1000))

    def about(table: str, *columns: int) -> list[rows.Row]:
        found = TABLES[table](known, NOW, rows.dice_for(table))
        return [row for row in found if HEROINE in [row[column] for column in columns]]

    assert HEROINE % CONSENTING
    assert about("marketing.subscriber", 0)
    assert len(about("sales.gift", 2, 3)) == 2
    (request,) = about("support.request", 1)
    closed = request[3]
    assert closed is None or (isinstance(closed, datetime) and closed > NOW - timedelta(days=360))
