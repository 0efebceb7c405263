"""Depersonalized views: what is left of each value, and which groups of people are shown."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from sminion_guard.disclosure.export import transfer
from sminion_guard.embedded import Server
from tests.database.views.viewing import put, seen, view, viewed
from tests.world import World

OPERATORS = (
    'city = "city", start = "prefix(city, 2)", region = "hierarchy(city, region)",'
    ' born_year = "year(born)", born_month = "month(born)",'
    ' decade = "decade(born)", band = "bucket(income, 1000)", exact = "income",'
    ' old = "top(age, 90)", young = "bottom(age, 18)",'
    ' seen = "month(moment)", wed = "wed"'
)


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[World]:
    with viewed(server) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    shared.super("TRUNCATE study.person, study.visit, study.call")
    yield shared


def version() -> Iterator[str]:
    number = 3
    while True:
        yield str(number)
        number += 1


VERSIONS = version()


def show(world: World, *views: str) -> None:
    put(world, *views, version=next(VERSIONS))


def people(world: World, *rows: tuple[object, ...], columns: str = "id, city, ill") -> None:
    marks = ", ".join(["%s"] * len(columns.split(",")))
    for row in rows:
        world.super(f"INSERT INTO study.person ({columns}) VALUES ({marks})", *row)
    world.settle()


def cities(world: World) -> list[str | None]:
    return [city for (city,) in seen(world, "SELECT city FROM for_research.people")]


def test_each_operator_leaves_what_is_said_of_it(world: World) -> None:
    show(world, view(OPERATORS))
    moment = datetime(2021, 12, 31, 23, 30, tzinfo=UTC)
    people(
        world,
        *((number, "Oslo", date(1987, 6, 5), Decimal("1999.90"), 95, moment, True) for number in (1, 2, 3)),
        *((number, "Bern", date(2011, 1, 31), Decimal("-1999.9"), 7, moment, None) for number in (4, 5, 6)),
        columns="id, city, born, income, age, moment, wed",
    )
    names = "city, start, region, born_year, born_month, decade, band, exact, old, young, seen, wed"
    rows = seen(world, f"SELECT DISTINCT {names} FROM for_research.people ORDER BY city DESC")
    assert rows == [
        (
            "Oslo",
            "Os",
            "North",
            date(1987, 1, 1),
            date(1987, 6, 1),
            date(1980, 1, 1),
            Decimal(1000),
            Decimal("1999.9"),
            90,
            95,
            datetime(2021, 12, 1, tzinfo=UTC),
            True,
        ),
        (
            "Bern",
            "Be",
            "elsewhere",
            date(2011, 1, 1),
            date(2011, 1, 1),
            date(2010, 1, 1),
            Decimal(-1000),
            Decimal("-1999.9"),
            7,
            18,
            datetime(2021, 12, 1, tzinfo=UTC),
            None,
        ),
    ]


def test_a_group_that_is_too_small_is_left_out(world: World) -> None:
    show(world, view('city = "city"'))
    people(world, *((number, "Oslo", None) for number in (1, 2, 3)), (4, "Rome", None), (5, "Rome", None))
    assert cities(world) == ["Oslo"] * 3


def test_people_are_counted_and_not_rows(world: World) -> None:
    show(world, view('place = "place"', source="study.visit"))
    for number, person, place in (
        (1, 1, "inn"),
        (2, 1, "inn"),
        (3, 1, "inn"),
        (4, 1, "zoo"),
        (5, 2, "zoo"),
        (6, 3, "zoo"),
        (7, 3, "zoo"),
    ):
        world.super("INSERT INTO study.visit VALUES (%s, %s, %s)", number, person, place)
    world.settle()
    assert seen(world, "SELECT place FROM for_research.people") == [("zoo",)] * 4


def test_keys_of_one_person_count_once(world: World) -> None:
    show(world, view('city = "city"'))
    people(world, *((number, "Oslo", None) for number in (11, 12, 13)))
    assert cities(world) == ["Oslo"] * 3
    world.super("SELECT sminion.merge_subjects('11', '12', 'x', 'test')")
    assert cities(world) == []
    people(world, (14, "Oslo", None))
    assert cities(world) == ["Oslo"] * 4
    world.super("SELECT sminion.merge_subjects('12', '14', 'x', 'test')")
    assert cities(world) == []


def test_who_objects_is_not_there_and_a_group_that_becomes_too_small_goes_at_once(world: World) -> None:
    show(world, view('city = "city"'))
    people(world, *((number, "Oslo", None) for number in (21, 22, 23, 24)))
    world.super("SELECT sminion.object('21', 'research', 'x', 'test')")
    assert cities(world) == ["Oslo"] * 3
    world.super_unsettled("SELECT sminion.block('22', 'x', 'test')")
    assert cities(world) == []


def test_null_is_a_value_like_others(world: World) -> None:
    show(world, view('city = "city", age = "age"'))
    people(
        world, (31, None, 1), (32, None, 1), (33, None, 1), (34, "Oslo", 1), (35, "Oslo", None), columns="id, city, age"
    )
    assert seen(world, "SELECT city, age FROM for_research.people") == [(None, 1)] * 3


def test_a_sensitive_value_varies_within_a_group_and_null_is_none(world: World) -> None:
    show(world, view('city = "city", ill = "ill"', more='sensitive = ["ill"]\nl = 2'))
    people(
        world,
        (41, "Oslo", "flu"),
        (42, "Oslo", "cold"),
        (43, "Oslo", "flu"),
        (44, "Rome", "flu"),
        (45, "Rome", None),
        (46, "Rome", "flu"),
    )
    assert seen(world, "SELECT city, ill FROM for_research.people") == [
        ("Oslo", "cold"),
        ("Oslo", "flu"),
        ("Oslo", "flu"),
    ]


def test_in_rows_about_several_people_each_place_must_have_enough(world: World) -> None:
    show(world, view('place = "place"', source="study.call"))
    for one, other, place in ((1, 9, "inn"), (2, 9, "inn"), (3, 9, "inn"), (1, 4, "zoo"), (2, 5, "zoo"), (3, 6, "zoo")):
        world.super("INSERT INTO study.call VALUES (%s, %s, %s)", one, other, place)
    world.settle()
    assert seen(world, "SELECT place FROM for_research.people") == [("zoo",)] * 3


def test_pseudonyms_are_of_one_view_until_its_secret_is_changed(world: World) -> None:
    show(
        world,
        view('city = "city", who = "pseudonym(id)"'),
        view('city = "city", who = "pseudonym(id)"', purpose="second"),
    )
    people(world, *((number, "Oslo", None) for number in (51, 52, 53)))
    first = {who for (who,) in seen(world, "SELECT who FROM for_research.people")}
    other = {who for (who,) in seen(world, "SELECT who FROM for_second.people", login="rival", purpose="second")}
    assert len(first) == 3 and len(other) == 3 and first.isdisjoint(other)
    assert first == {who for (who,) in seen(world, "SELECT who FROM for_research.people")}
    ((inner, outer),) = world.super(
        "SELECT inner_pad, outer_pad FROM sminion.view_key WHERE view = 'for_research.people'"
    )
    secret = bytes(byte ^ 0x36 for byte in inner)
    assert secret == bytes(byte ^ 0x5C for byte in outer)
    assert first == {hmac.new(secret, str(number).encode(), hashlib.sha256).hexdigest()[:32] for number in (51, 52, 53)}
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.rotate_pseudonyms('for_research.people', 'a year is over')")
    assert first.isdisjoint(who for (who,) in seen(world, "SELECT who FROM for_research.people"))
    assert other == {
        who for (who,) in seen(world, "SELECT who FROM for_second.people", login="rival", purpose="second")
    }
    assert world.super("SELECT reason FROM sminion.act WHERE act = 'rotate_pseudonyms'") == [("a year is over",)]


def test_two_recipients_get_pseudonyms_that_do_not_meet(world: World, tmp_path: Path) -> None:
    """Together they would know more of each person than either may."""
    show(world, view('city = "city", who = "pseudonym(id)"'))
    people(world, *((number, "Oslo", None) for number in (51, 52, 53)))
    query = "SELECT who, city FROM for_research.people"

    def sent(recipient: str, name: str) -> set[str]:
        made = transfer(world.database.dsn(f"{world.name}_sender"), recipient, purpose="research", query=query,
                        out=tmp_path / name, reason="a study")
        assert (made.persons, made.at_most) == (3, True)  # a pseudonym stands for a person
        return {line.split(",")[0] for line in made.path.read_text().splitlines()[1:]}

    university, institute = sent("university", "a.csv"), sent("institute", "b.csv")
    own = {f'"{who}"' for (who,) in seen(world, "SELECT who FROM for_research.people")}
    assert len(university) == len(institute) == len(own) == 3
    assert university.isdisjoint(institute) and own.isdisjoint(university | institute)
    assert sent("university", "again.csv") == university


def test_linked_rows_look_alike_only_if_all_of_them_do(world: World) -> None:
    show(world, view('place = "place", who = "pseudonym(person_id)"', source="study.visit"))
    visits = [
        (1, "inn"),
        (1, "zoo"),
        (2, "inn"),
        (2, "zoo"),
        (3, "zoo"),
        (3, "inn"),
        (4, "inn"),
        (4, "zoo"),
        (4, "zoo"),
        (5, "inn"),
    ]
    for number, (person, place) in enumerate(visits):
        world.super("INSERT INTO study.visit VALUES (%s, %s, %s)", number, person, place)
    world.settle()
    rows = seen(
        world, "SELECT place, count(*), count(DISTINCT who) FROM for_research.people GROUP BY place ORDER BY place"
    )
    assert rows == [("inn", 3, 3), ("zoo", 3, 3)]  # 4 was there twice, and 5 once: nobody else


def test_numbers_that_are_equal_look_alike(world: World) -> None:
    show(world, view('city = "city", exact = "income"'))
    people(world, (64, "Rome", "2.0"), (65, "Rome", "2.00"), (66, "Rome", "2"), columns="id, city, income")
    assert seen(world, "SELECT city, exact::text FROM for_research.people") == [("Rome", "2")] * 3


def test_texts_that_a_collation_holds_for_one_are_several(world: World) -> None:
    try:
        world.super("CREATE COLLATION study.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this server has no ICU")
    show(world)
    world.super("ALTER TABLE study.person ALTER city TYPE text COLLATE study.folded")
    show(world, view('city = "city"'))
    people(
        world,
        (61, "Oslo", None),
        (62, "OSLO", None),
        (63, "oslo", None),
        *((number, "Rome", None) for number in (64, 65, 66)),
    )
    assert world.super("SELECT count(DISTINCT city) FROM study.person") == [(2,)]
    assert cities(world) == ["Rome"] * 3
    show(world)
    world.super("ALTER TABLE study.person ALTER city TYPE text")


def test_the_order_of_rows_does_not_follow_the_keys(world: World) -> None:
    show(world, view('city = "city", who = "pseudonym(id)"'))
    people(world, *((number, "Oslo", None) for number in range(70, 90)))
    whose = [who for (who,) in seen(world, "SELECT who FROM for_research.people")]
    assert whose == sorted(whose) and len(whose) == 20


COUNTED = 'city = "city", people = "count()", everywhere = "total()"'


def test_groups_are_counted_and_the_total_tells_of_no_hidden_group(world: World) -> None:
    show(world, view(COUNTED))
    people(
        world, *((number, "Oslo", None) for number in (1, 2, 3)), *((number, "Rome", None) for number in (4, 5, 6, 7))
    )
    query = "SELECT city, people, everywhere FROM for_research.people ORDER BY everywhere, city"
    groups = [("Oslo", 3, False), ("Rome", 4, False)]
    assert seen(world, query) == [*groups, (None, 7, True)]
    people(world, (8, "Bern", None), (9, "Bern", None))
    assert seen(world, query) == groups  # 9 would say that two are elsewhere
    people(world, (10, "Kyiv", None))
    assert seen(world, query) == [*groups, (None, 10, True)]


def test_a_total_hides_who_is_in_no_other_group(world: World) -> None:
    show(world, view('place = "place", people = "count()", everywhere = "total()"', source="study.visit"))
    visits = [(1, "zoo"), (2, "zoo"), (3, "zoo"), (1, "inn"), (2, "inn"), (4, "bar"), (1, "bar"), (3, "spa")]
    for number, (person, place) in enumerate(visits):
        world.super("INSERT INTO study.visit VALUES (%s, %s, %s)", number, person, place)
    world.settle()
    # Four people are in hidden groups. But three of them are in the zoo, so the total would tell of the fourth.
    assert seen(world, "SELECT place, people FROM for_research.people") == [("zoo", 3)]
