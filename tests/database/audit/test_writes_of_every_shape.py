"""Writes to tables of every shape: children, partitions, several subjects, odd types and names, many columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from tests.database.audit.writes import recorded, wrote
from tests.session.shop import Shop, new_shop

MORE = """
[schema.odd]
collected_for = ["contract"]

[schema.odd.parent]
subject = "person"
columns = { id = "key", person = "key" }

[schema.odd.child]
subject = "parent_id -> odd.parent"
columns = { id = "key", parent_id = "key", note = "none" }

[schema.odd.gift]
subject = ["giver", "taker"]
columns = { id = "key", giver = "key", taker = "key" }

[schema.odd.visit]
subject = "person"
columns = { id = "key", person = "key", day = "none" }

[schema.odd.typed]
subject = "person"
columns = { person = "key" }

[schema.odd."no key"]
subject = "per%son"
columns = { "per%son" = "key" }

[schema.odd.wide]
subject = "id"
columns = { id = "key" }

[schema.odd.cascaded]
subject = "person"
columns = { person = "key" }
"""
TABLES = f"""
CREATE SCHEMA odd;
CREATE TABLE odd.parent (id bigint PRIMARY KEY, person bigint);
CREATE TABLE odd.child (id bigint PRIMARY KEY, parent_id bigint, note text);
CREATE INDEX ON odd.child (parent_id);
CREATE TABLE odd.gift (id bigint PRIMARY KEY, giver bigint, taker bigint);
CREATE TABLE odd.visit (id bigint, person bigint, day int) PARTITION BY RANGE (id);
CREATE TABLE odd.visit_low PARTITION OF odd.visit FOR VALUES FROM (0) TO (100);
CREATE TABLE odd.visit_high (day int, dropped int, person bigint, id bigint);
ALTER TABLE odd.visit_high DROP dropped;
ALTER TABLE odd.visit ATTACH PARTITION odd.visit_high FOR VALUES FROM (100) TO (200);
CREATE TYPE odd.mood AS ENUM ('glad', 'sad');
CREATE TYPE odd.pair AS (a int, b json);
CREATE DOMAIN odd.short AS text CHECK (length(VALUE) < 9);
CREATE TABLE odd.typed (
  person bigint, gone int, j json, x xml, p point, m odd.mood, r odd.pair, s odd.short, a json[], b bytea, n numeric,
  big text, twice bigint GENERATED ALWAYS AS (person * 2) STORED, place int,
  "OLD" int, "columns" int, counted int, o int);
ALTER TABLE odd.typed DROP gone;
CREATE TABLE odd."no key" ("per%son" bigint, "a""b$sminion$ $body$ %1$s '''" int, "line
break" int);
CREATE TABLE odd.wide (id bigint PRIMARY KEY, {", ".join(f"c{n} int" for n in range(1, 1599))});
CREATE TABLE odd.unprotected (id bigint PRIMARY KEY);
CREATE TABLE odd.cascaded (person bigint REFERENCES odd.unprotected ON UPDATE CASCADE ON DELETE CASCADE);
"""


@pytest.fixture(scope="module")
def odd(server: Server) -> Iterator[Shop]:
    with new_shop(server, more=MORE, tables=TABLES) as shop:
        yield shop


def test_a_child_is_recorded_with_the_subject_of_its_parent(odd: Shop) -> None:
    assert wrote(
        odd.database,
        "INSERT INTO odd.parent VALUES (1, 71), (2, 72)", "INSERT INTO odd.child VALUES (1, 1, 'a'), (2, 2, 'b')",
        "UPDATE odd.child SET note = 'c' WHERE id = 1", "DELETE FROM odd.child WHERE id = 2",
    ) == [
        ("collect", "odd.parent", "id person", 2, "71 72"), ("collect", "odd.child", "id parent_id note", 2, "71 72"),
        ("clarify", "odd.child", "note", 1, "71"), ("delete", "odd.child", "", 1, "72"),
    ]


def test_a_child_that_moves_is_recorded_with_both_subjects_and_so_is_a_parent(odd: Shop) -> None:
    odd.database.execute("INSERT INTO odd.parent VALUES (3, 73), (4, 74)")
    odd.database.execute("INSERT INTO odd.child VALUES (3, 3, 'a')")
    assert wrote(
        odd.database,
        "UPDATE odd.child SET parent_id = 4 WHERE id = 3", "UPDATE odd.parent SET person = 75 WHERE id = 4",
        "DELETE FROM odd.child WHERE id = 3",
    ) == [
        ("clarify", "odd.child", "parent_id", 1, "73 74"), ("clarify", "odd.parent", "person", 1, "74 75"),
        ("delete", "odd.child", "", 1, "75"),
    ]


def test_every_subject_of_a_row_is_recorded_and_nobody_is_no_subject(odd: Shop) -> None:
    assert wrote(
        odd.database,
        "INSERT INTO odd.gift VALUES (1, 81, 82), (2, 82, NULL)", "UPDATE odd.gift SET taker = 83 WHERE id = 1",
        "DELETE FROM odd.gift WHERE id = 2",
    ) == [
        ("collect", "odd.gift", "id giver taker", 2, "81 82"), ("clarify", "odd.gift", "taker", 1, "81 82 83"),
        ("delete", "odd.gift", "", 1, "82"),
    ]


def test_a_partitioned_table_is_recorded_under_the_name_that_was_written(odd: Shop) -> None:
    assert wrote(
        odd.database,
        "INSERT INTO odd.visit VALUES (1, 91, 1), (101, 92, 1)", "UPDATE odd.visit SET day = 2",
        "UPDATE odd.visit_high SET day = 3", "UPDATE odd.visit SET id = id + 100 WHERE id = 1",
        "INSERT INTO odd.visit_low VALUES (5, 93, 5)", "DELETE FROM odd.visit",
    ) == [
        ("collect", "odd.visit", "id person day", 2, "91 92"), ("clarify", "odd.visit", "day", 2, "91 92"),
        ("clarify", "odd.visit_high", "day", 1, "92"), ("clarify", "odd.visit", "id", 1, "91"),
        ("collect", "odd.visit_low", "id person day", 1, "93"), ("delete", "odd.visit", "", 3, "91 92 93"),
    ]


def test_a_partition_made_later_is_recorded_through_its_parent_and_by_its_name_after_the_next_apply(odd: Shop) -> None:
    database = odd.database
    database.execute("CREATE TABLE odd.visit_later PARTITION OF odd.visit FOR VALUES FROM (200) TO (300)")
    assert wrote(
        database, "INSERT INTO odd.visit VALUES (201, 94, 1)", "UPDATE odd.visit_later SET day = 2",
    ) == [("collect", "odd.visit", "id person day", 1, "94")]
    with database.connect() as connection:
        altered = {change.key for change in migrate.plan(connection, odd.policy).changes if change.state == "ALTERED"}
        assert "write_triggers:odd.visit" in altered
        migrate.apply(connection, odd.policy)
    assert wrote(database, "UPDATE odd.visit_later SET day = 3") == [("clarify", "odd.visit_later", "day", 1, "94")]


def test_values_of_types_without_equality_are_compared_as_they_are_stored(odd: Shop) -> None:
    odd.database.execute("INSERT INTO odd.typed (person) VALUES (61)")
    odd.database.execute("INSERT INTO odd.typed (person) VALUES (62)")
    # The wheel of 18 has no libxml: there the column stays empty.
    xml = "x = '<a/>'" if odd.database.server.binaries.major == 15 else "x = NULL"
    everything = (
        f"j = '{{}}', {xml}, p = '(1,2)', m = 'sad', r = ROW(1, '{{}}'), s = 'sh', a = ARRAY['1']::json[], b = 'b',"
        " n = 1.0, big = repeat(md5('x'), 9000), place = 1, \"OLD\" = 2, \"columns\" = 3, counted = 4, o = 5"
    )
    names = f"j {'x ' if 'NULL' not in xml else ''}p m r s a b n big place OLD columns counted o"
    assert wrote(
        odd.database, f"UPDATE odd.typed SET {everything}", f"UPDATE odd.typed SET {everything}",
        "UPDATE odd.typed SET j = '{ }' WHERE person = 61", "UPDATE odd.typed SET n = 1.00, big = big || 'y'",
        "UPDATE odd.typed SET person = 63 WHERE person = 62",
    ) == [
        ("clarify", "odd.typed", names, 2, "61 62"), ("clarify", "odd.typed", "", 2, "61 62"),
        ("clarify", "odd.typed", "j", 1, "61"), ("clarify", "odd.typed", "n big", 2, "61 62"),
        ("clarify", "odd.typed", "person twice", 1, "62 63"),
    ]


@pytest.mark.postgres(15)  # the wheel of 18 has no ICU
def test_a_collation_that_calls_texts_equal_hides_no_change(odd: Shop) -> None:
    odd.database.execute(
        "CREATE COLLATION odd.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        " ALTER TABLE odd.typed ADD blind text COLLATE odd.blind"
    )
    assert odd.database.execute("SELECT 'MEIER' = 'Meier' COLLATE odd.blind") == [(True,)]
    assert wrote(
        odd.database, "INSERT INTO odd.typed (person, blind) VALUES (64, 'MEIER')",
        "UPDATE odd.typed SET blind = 'Meier' WHERE person = 64",
        "UPDATE odd.typed SET blind = 'Meier' WHERE person = 64",
    ) == [
        ("collect", "odd.typed", "person twice blind", 1, "64"), ("clarify", "odd.typed", "blind", 1, "64"),
        ("clarify", "odd.typed", "", 1, "64"),
    ]


def test_names_that_would_end_a_text_are_names(odd: Shop) -> None:
    column = "a\"b$sminion$ $body$ %1$s '''"
    quoted = '"' + column.replace('"', '""') + '"'
    assert wrote(
        odd.database, 'INSERT INTO odd."no key" VALUES (51, 1, 1), (51, 1, 1), (52, 1, 1)',
        f'UPDATE odd."no key" SET {quoted} = 2 WHERE "per%son" = 51', 'UPDATE odd."no key" SET "line\nbreak" = 2',
    ) == [
        ("collect", "odd.no key", f"per%son {column} line break", 3, "51 52"),
        ("clarify", "odd.no key", column, 2, "51"),
        ("clarify", "odd.no key", "line break", 3, "51 52"),
    ]


def test_as_many_columns_as_a_table_can_have(odd: Shop) -> None:
    assert wrote(
        odd.database, "INSERT INTO odd.wide (id, c1, c1598) VALUES (41, 1, 1), (42, 1, 1)",
        "UPDATE odd.wide SET c1 = 2, c799 = 3, c800 = 4, c1598 = 5",
        "UPDATE odd.wide SET c798 = 1, c1597 = 3 WHERE id = 41",
    ) == [
        ("collect", "odd.wide", "id c1 c1598", 2, "41 42"), ("clarify", "odd.wide", "c1 c799 c800 c1598", 2, "41 42"),
        ("clarify", "odd.wide", "c798 c1597", 1, "41"),
    ]


def test_what_a_key_carries_along_is_recorded(odd: Shop) -> None:
    """`apply` refuses such keys between protected tables only."""
    odd.database.execute("INSERT INTO odd.unprotected VALUES (31), (32)")
    odd.database.execute("INSERT INTO odd.cascaded VALUES (31), (31), (32)")
    assert wrote(
        odd.database, "UPDATE odd.unprotected SET id = 33 WHERE id = 31", "DELETE FROM odd.unprotected",
    ) == [("clarify", "odd.cascaded", "person", 2, "31 33"), ("delete", "odd.cascaded", "", 3, "32 33")]


def test_what_a_trigger_of_the_table_writes_in_turn_is_recorded(odd: Shop) -> None:
    database = odd.database
    database.execute("""
        CREATE FUNCTION odd.echo() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF pg_trigger_depth() < 3 THEN
            UPDATE odd.gift SET taker = taker + 1 WHERE id = NEW.id;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER echo AFTER INSERT OR UPDATE ON odd.gift FOR EACH ROW EXECUTE FUNCTION odd.echo()""")
    try:
        with recorded(database) as found:
            database.execute("INSERT INTO odd.gift VALUES (9, 21, 22)")
    finally:
        database.execute("DROP TRIGGER echo ON odd.gift")
    assert sorted(write.brief for write in found) == [
        ("clarify", "odd.gift", "taker", 1, "21 22 23"), ("clarify", "odd.gift", "taker", 1, "21 23 24"),
        ("collect", "odd.gift", "id giver taker", 1, "21 22"),
    ]


def test_a_row_that_a_partition_does_not_take_is_recorded_as_changed(odd: Shop) -> None:
    """A trigger that drops the row on its way to another partition leaves an old row without a new one."""
    database = odd.database
    database.execute("""
        CREATE FUNCTION odd.drop_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER drop_it BEFORE INSERT ON odd.visit_high FOR EACH ROW EXECUTE FUNCTION odd.drop_it();
        INSERT INTO odd.visit VALUES (11, 95, 1), (12, 96, 1)""")
    try:
        assert wrote(database, "UPDATE odd.visit SET id = id + 100 WHERE id IN (11, 12)") == [
            ("clarify", "odd.visit", "id person day", 2, "95 96")
        ]
    finally:
        database.execute("DROP TRIGGER drop_it ON odd.visit_high")


def test_removing_the_policy_takes_the_triggers_along_even_of_a_partition_that_was_detached(server: Server) -> None:
    with new_shop(server, more=MORE, tables=TABLES) as shop:
        shop.database.execute("ALTER TABLE odd.visit DETACH PARTITION odd.visit_high")
        with shop.database.connect() as connection:
            migrate.remove(connection)
        assert shop.database.execute("SELECT tgname FROM pg_trigger WHERE tgname ~ '^~guard_'") == []
        assert shop.database.execute("SELECT proname FROM pg_proc WHERE proname ~ '^write_(odd|crm)'") == []
