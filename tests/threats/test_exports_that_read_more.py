"""Attack: read under the ticket of an export what its recipient never gets, with a client of one's own.

The client begins an export of harmless columns, which goes on record, and then reads others: by COPY, conditions,
views, functions, cursors, another role or another ticket. Or it takes the ticket of a recipient without an export.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
timezone = "Europe/Berlin"
require_tls = false
accept_upsert_leak = "the tests run on older servers too"

[login.{name}_app]
purposes = ["delivery", "research"]
transfers_to = ["carrier"]
[login.{name}_job]
transfers_to = ["carrier", "institute"]
[login.{name}_press]
transfers_to = ["press"]
[login.{name}_clerk]
purposes = ["delivery"]

[purpose.delivery]
title = "Deliver"
basis = "contract"
needs = ["contact", "behaviour", "birth"]
may = ["collect", "use", "clarify", "delete", "transfer"]
views = "seen"
[purpose.research]
title = "Learn"
basis = "contract"
needs = []
may = ["use", "transfer"]

[[compatible]]
purposes = ["delivery", "research"]
why = "one login of the tests does both"
merge_only = true

[schema.shop]
collected_for = ["delivery"]
[schema.shop.person]
subject = "id"
columns = {{ id = "key", mail = "contact", word = "behaviour", born_on = "birth" }}
[schema.shop.mail_only]
subject = "id"
columns = {{ id = "key", mail = "contact" }}
[schema.study]
collected_for = ["research"]
[schema.study.patient]
subject = "id"
columns = {{ id = "key", city = "address", born_on = "birth" }}
[view.groups.patient]
from = "study.patient"
for = ["research"]
columns = {{ place = "prefix(city, 3)", decade = "decade(born_on)", people = "count()" }}
k = 2

[recipient.carrier]
title = "Carrier"
contract = "DPA-1"
purposes = ["delivery"]
gives = ["contact"]
never = ["birth"]
until = 2099-12-31
[recipient.press]
title = "Press"
contract = "DPA-2"
purposes = ["delivery"]
gives = ["behaviour"]
never = ["key"]
[recipient.institute]
title = "Institute"
contract = "DPA-3"
purposes = ["research"]
never = ["birth"]
"""
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (id bigserial PRIMARY KEY, mail text, word text, born_on date);
CREATE TABLE shop.mail_only (id bigint PRIMARY KEY, mail text);
INSERT INTO shop.person (mail, word, born_on)
  SELECT 'p' || n || '@example.org', 'shoes', '1990-01-01' FROM generate_series(1, 9) n;
INSERT INTO shop.mail_only SELECT n, 'p' || n || '@example.org' FROM generate_series(1, 9) n;
CREATE VIEW shop.everyone WITH (security_invoker) AS SELECT id, born_on FROM shop.person;
CREATE FUNCTION shop.births() RETURNS SETOF date LANGUAGE sql STABLE AS 'SELECT born_on FROM shop.person';
GRANT SELECT ON shop.everyone TO PUBLIC;
CREATE SCHEMA study;
CREATE TABLE study.patient (id bigint PRIMARY KEY, city text, born_on date);
INSERT INTO study.patient SELECT n, 'Berlin', '1990-01-01' FROM generate_series(1, 4) n;
"""
LOGINS = ("app", "job", "press", "clerk")
OPEN = ("SELECT disclosure, token FROM sminion.open_transfer(%s, %s, 'actor', 'reason', 'SELECT ?', sha256('q'),"
        " ARRAY['mail'], %s)")
OWN = "SELECT sminion.open_ticket('delivery', 'actor', 'reason', disclosure => %s)"


@dataclass(frozen=True, slots=True)
class Firm:
    database: servers.Database
    name: str

    def connect(self, login: str) -> psycopg.Connection:
        return self.database.connect(f"{self.name}_{login}", prepare_threshold=None)

    def apply(self, text: str) -> None:
        with self.database.connect(autocommit=False) as connection:
            migrate.apply(connection, loads(text))

    def text(self) -> str:
        return POLICY.format(name=self.name)


def _make(database: servers.Database, name: str) -> None:
    for login in LOGINS:
        database.execute(f"CREATE ROLE {name}_{login} LOGIN")
    database.execute(TABLES)
    with database.connect(autocommit=False) as connection:
        servers.apply_unrehearsed(connection, loads(POLICY.format(name=name)))
    with database.ddl_guard_suspended():
        database.execute(f"GRANT SELECT ON shop.everyone TO {name}_delivery, {name}_delivery_to_carrier")


@pytest.fixture(scope="module")
def standing(server: Server) -> Iterator[Firm]:
    """One whose policy no test changes."""
    with servers.cloned(server, "recipients", "r", _make) as (database, name):
        yield Firm(database, name)


@pytest.fixture
def firm(server: Server) -> Iterator[Firm]:
    with servers.new_guarded_database(server) as database:
        found = Firm(database, servers.unique_name("r"))
        _make(database, found.name)
        yield found


def export(connection: psycopg.Connection, to: str = "carrier", purpose: str = "delivery",
           categories: tuple[str, ...] = ("contact",)) -> tuple[int, str]:
    row = connection.execute(OPEN, [to, purpose, [*categories]]).fetchone()
    assert row is not None
    return row


def ticket(connection: psycopg.Connection, purpose: str = "delivery") -> str:
    row = connection.execute("SELECT sminion.open_ticket(%s, 'actor', 'reason')", [purpose]).fetchone()
    assert row is not None
    return row[0]


def under(connection: psycopg.Connection, token: str | None, *statements: str) -> str | None:
    """The SQLSTATE of what is refused in one transaction; None for what is not."""
    try:
        with connection.transaction():
            if token is not None:
                connection.execute("SELECT sminion.enter(%s)", [token])
            for statement in statements:
                if statement.startswith("COPY"):
                    with connection.cursor().copy(statement.encode()) as copy:
                        assert list(copy)
                else:
                    connection.execute(statement.encode())
    except psycopg.Error as error:
        return error.sqlstate
    return None


READS = [
    "COPY (SELECT born_on FROM shop.person) TO STDOUT",
    "COPY (SELECT word FROM shop.person) TO STDOUT",
    "SELECT * FROM shop.person",
    "TABLE shop.person",
    "SELECT p FROM shop.person p",
    "SELECT to_jsonb(p) FROM shop.person p",
    "SELECT count(born_on) FROM shop.person",
    "SELECT count(p) FROM shop.person p",
    "SELECT mail FROM shop.person WHERE born_on > '1980-01-01'",
    "SELECT mail FROM shop.person ORDER BY born_on",
    "SELECT mail FROM shop.person WHERE word LIKE 's%'",
    "SELECT born_on FROM shop.everyone",
    "SELECT id FROM shop.everyone",
    "SELECT mail FROM seen.person",
    "SELECT shop.births()",
    "EXPLAIN SELECT born_on FROM shop.person",
    "EXPLAIN (ANALYZE) SELECT mail FROM shop.person WHERE born_on > '1980-01-01'",
    "DECLARE c CURSOR FOR SELECT born_on FROM shop.person",
    "PREPARE p AS SELECT born_on FROM shop.person; EXECUTE p",
    "CREATE TEMP TABLE t AS SELECT born_on FROM shop.person",
    "DO 'BEGIN PERFORM born_on FROM shop.person; END'",
    "SELECT query_to_xml('SELECT born_on FROM shop.person', true, true, '')",
    "SELECT guard_mask FROM shop.person",
]
WRITES = [
    "INSERT INTO shop.person (mail) VALUES ('x')",
    "INSERT INTO shop.person (id, mail) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET mail = 'x' RETURNING born_on",
    "UPDATE shop.person SET mail = 'x'",
    "UPDATE shop.person SET mail = mail RETURNING born_on",
    "DELETE FROM shop.person",
    "DELETE FROM shop.person RETURNING mail",
    "MERGE INTO shop.person p USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE shop.person",
    "SELECT mail FROM shop.person FOR UPDATE",
    "SELECT nextval('shop.person_id_seq')",
    "SELECT lo_export(1, '/tmp/x')",
]
ALLOWED = [
    "COPY (SELECT mail FROM shop.person) TO STDOUT", "SELECT id, mail FROM shop.person WHERE id = 1",
    "SELECT count(*) FROM shop.person", "SELECT tableoid, ctid FROM shop.person",
    "SELECT p.mail FROM shop.person p JOIN shop.mail_only m USING (id)", "SELECT * FROM seen.mail_only",
    "EXPLAIN SELECT mail FROM shop.person",
]


@pytest.mark.parametrize("login", ["job", "app"])
def test_what_the_recipient_gets_is_read(standing: Firm, login: str) -> None:
    """The control: the ticket opens what is sent, also for a client of one's own."""
    with standing.connect(login) as mine:
        _, token = export(mine)
        assert {statement: under(mine, token, statement) for statement in ALLOWED} == dict.fromkeys(ALLOWED)


@pytest.mark.parametrize("login", ["job", "app"])
def test_nothing_else_is_read(standing: Firm, login: str) -> None:
    with standing.connect(login) as mine:
        _, token = export(mine)
        assert {statement: under(mine, token, statement) for statement in READS} == dict.fromkeys(READS, "42501")


def test_the_purpose_itself_reads_it(standing: Firm) -> None:
    """The control: it is the recipient that is in the way, and not the statements."""
    without = {"SELECT * FROM shop.person", "TABLE shop.person", "SELECT p FROM shop.person p",
               "SELECT to_jsonb(p) FROM shop.person p", "SELECT count(p) FROM shop.person p",
               "SELECT guard_mask FROM shop.person", "CREATE TEMP TABLE t AS SELECT born_on FROM shop.person",
               "SELECT query_to_xml('SELECT born_on FROM shop.person', true, true, '')"}
    reads = [statement for statement in READS if statement not in without]
    with standing.connect("app") as mine:
        token = ticket(mine)
        assert {statement: under(mine, token, statement) for statement in reads} == dict.fromkeys(reads)


def test_nothing_is_written(standing: Firm) -> None:
    with standing.connect("app") as mine:
        _, token = export(mine)
        assert {statement: under(mine, token, statement) for statement in WRITES} == dict.fromkeys(WRITES, "42501")
        own = ticket(mine)
        assert under(mine, own, "UPDATE shop.person SET word = 'boots' WHERE id = 1") is None


def test_each_recipient_gets_its_own(standing: Firm) -> None:
    with standing.connect("press") as mine:
        _, token = export(mine, "press", categories=("behaviour",))
        assert under(mine, token, "COPY (SELECT word FROM shop.person) TO STDOUT") is None
        for column in ("mail", "id", "born_on"):
            assert under(mine, token, f"COPY (SELECT {column} FROM shop.person) TO STDOUT") == "42501"


def test_another_role_opens_nothing_under_the_ticket(standing: Firm) -> None:
    with standing.connect("job") as job, standing.connect("app") as app:
        for mine, codes in ((job, {"42501"}), (app, {"SG207", "SG203"})):
            _, token = export(mine)
            found = under(mine, token, f"SET ROLE {standing.name}_delivery", "SELECT born_on FROM shop.person")
            assert found in codes
            assert under(mine, token, "RESET ROLE", "SELECT mail FROM shop.person") == "42501"
        # the token of another login opens nothing either
        own = ticket(app)
        _, token = export(job)
        assert under(job, token, f"SELECT sminion.enter('{own}')") in {"SG202", "SG203", "SG205", "SG206", "42501"}
        assert under(job, None, f"SET ROLE {standing.name}_delivery_to_carrier", "SELECT mail FROM shop.person") \
            in {"SG201", "SG202"}


def test_a_login_that_only_exports_reads_nothing_by_itself(standing: Firm) -> None:
    with standing.connect("job") as job:
        for call in ("SELECT sminion.open_ticket('delivery', 'actor', 'reason')",
                     "SELECT sminion.open_ticket('delivery', 'actor', 'reason', ARRAY['shop'])"):
            assert under(job, None, call) == "SG212"
        assert under(job, None, "SELECT mail FROM shop.person") == "42501"


def test_only_logins_that_the_policy_names_export(standing: Firm) -> None:
    with standing.connect("clerk") as clerk, standing.connect("app") as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            export(clerk)
        with pytest.raises(psycopg.Error) as caught:
            export(app, "press", categories=("behaviour",))
        assert caught.value.sqlstate == "SG734"
        export(app)


def test_a_ticket_of_a_recipient_needs_an_export_that_begins(standing: Firm) -> None:
    """A finished, an old and a foreign one, one that was rolled back, and one that nobody made."""
    with standing.connect("app") as mine, standing.connect("job") as job:
        finished, _ = export(mine)
        mine.execute("SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))", [finished])
        old, _ = export(mine)
        foreign, _ = export(job)
        for number in (finished, old, foreign, 0, 999_999):
            assert under(mine, None, OWN.replace("%s", str(number))) == "SG733"
        with pytest.raises(psycopg.Error) as caught, mine.transaction():
            fresh, _ = export(mine)
            mine.execute(OWN, [fresh])
        assert caught.value.sqlstate == "SG733"
        with pytest.raises(psycopg.Error) as caught, mine.transaction():
            with mine.transaction(force_rollback=True):
                undone, _ = export(mine)
            mine.execute(OWN, [undone])
        assert caught.value.sqlstate == "SG733"


def test_what_was_recorded_by_hand_is_no_export_that_begins(firm: Firm) -> None:
    firm.database.execute(f"GRANT {firm.name}_privacy_officer TO {firm.name}_app")
    record = "SELECT sminion.record_disclosure('carrier', 'delivery', ARRAY['contact'], ARRAY['1'], 'by letter')"
    with firm.connect("app") as mine:
        def recorded() -> int:
            # one that inherits the office need not take it on; on PostgreSQL 15 no login of a policy inherits
            mine.execute(f"SET ROLE {firm.name}_privacy_officer".encode())
            number = mine.execute(record).fetchone()[0]
            mine.execute("RESET ROLE")
            return int(number)

        assert under(mine, None, OWN.replace("%s", str(recorded()))) == "SG733"
        with pytest.raises(psycopg.Error) as caught, mine.transaction():
            mine.execute(OWN, [recorded()])
        assert caught.value.sqlstate == "SG733"


def test_a_ticket_ends_with_the_contract(firm: Firm) -> None:
    """The day is that of the policy's time zone: here one in which it ends within two hours."""
    now = datetime.now(UTC)
    west = (now.hour - 22 + 14) % 24 - 14
    here = now - timedelta(hours=west)
    zone = f"Etc/GMT{west:+d}" if west else "UTC"
    text = firm.text().replace("Europe/Berlin", zone).replace("15 minutes", "5 hours")
    firm.apply(text.replace("2099-12-31", here.date().isoformat()))
    with firm.connect("job") as job:
        number, _ = export(job)
    ((ends, same),) = firm.database.execute(
        "SELECT k.expires_at, k.expires_at = t.expires_at"
        " FROM sminion.transfer t JOIN sminion.ticket k ON k.id = t.ticket WHERE t.disclosure = %s", number)
    midnight = datetime(here.year, here.month, here.day, tzinfo=UTC) + timedelta(days=1, hours=west)
    assert (ends, same) == (midnight, True)
    with firm.connect("app") as app:
        token = ticket(app)
    ((lasts,),) = firm.database.execute(
        "SELECT expires_at - opened_at > interval '4 hours' FROM sminion.ticket WHERE id = %s",
        int(token.partition(".")[0]))
    assert lasts


@pytest.mark.parametrize(("old", "new", "code"), [
    ('gives = ["contact"]\nnever = ["birth"]\n', 'gives = []\nnever = ["birth"]\n', "SG208"),
    ("until = 2099-12-31", "until = 2098-12-31", "SG208"),
    ('transfers_to = ["carrier", "institute"]', 'transfers_to = ["institute"]', "SG208"),
    ('gives = ["contact"]\n', 'gives = ["contact", "behaviour"]\n', None),
])
def test_a_policy_that_gives_less_ends_the_ticket(firm: Firm, old: str, new: str, code: str | None) -> None:
    with firm.connect("job") as job:
        _, token = export(job)
        assert old in firm.text()
        firm.apply(firm.text().replace(old, new))
        assert under(job, token, "SELECT id FROM shop.mail_only") == code


def test_who_may_no_longer_send_ends_no_export(firm: Firm) -> None:
    with firm.connect("job") as job:
        first, _ = export(job)
        number, _ = export(job)
        job.execute("SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))", [first])
        firm.apply(firm.text().replace('transfers_to = ["carrier", "institute"]', 'transfers_to = ["institute"]'))
        with pytest.raises(psycopg.Error) as caught:
            job.execute("SELECT sminion.finish_transfer(%s, 1, 1, sha256('file'))", [number])
        assert caught.value.sqlstate == "SG734"
        job.execute("SELECT sminion.fail_transfer(%s, 'not permitted')", [number])


def test_groups_are_read_but_for_what_the_recipient_never_gets(standing: Firm) -> None:
    with standing.connect("job") as job, standing.connect("app") as app:
        number, token = export(job, "institute", "research", ("address",))
        assert under(job, token, "SELECT place, people FROM groups.patient") is None
        for query in ("SELECT decade FROM groups.patient", "SELECT * FROM groups.patient",
                      "SELECT place FROM groups.patient WHERE decade IS NOT NULL", "SELECT city FROM study.patient"):
            assert under(job, token, query) == "42501"
        assert under(app, ticket(app, "research"), "SELECT decade FROM groups.patient") is None
        assert under(job, token, f"SELECT sminion.name_table({number}, 'study.patient')") is None
    assert standing.database.execute(
        "SELECT array_agg(subject ORDER BY subject) FROM sminion.disclosure_subject WHERE disclosure = %s", number
    ) == [(["1", "2", "3", "4"],)]
