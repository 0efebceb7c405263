"""A shop with a recipient that gets groups of five people, for tests of what it may put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.disclosure.export import Transfer, transfer
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = false

[login.{name}_sender]
transfers_to = ["counter", "other", "list"]

[purpose.counting]
title = "Know what is bought"
basis = "legitimate_interest"
needs = ["behaviour", "contact"]
may = ["use", "transfer"]

[schema.shop]
collected_for = ["counting"]
[schema.shop.person]
subject = "id"
[schema.shop.person.columns]
id = "key"
mail = "contact"
city = "behaviour"
team = "behaviour"
age = "behaviour"
score = "behaviour"
bonus = "behaviour"
nearly = "behaviour"
half = "behaviour"
flag = "behaviour"
[schema.shop.orders]
subject = "person_id"
columns = {{ id = "key", person_id = "key", word = "behaviour", total = "behaviour" }}
[schema.shop.item]
subject = "order_id -> shop.orders"
columns = {{ id = "key", order_id = "key" }}
[schema.shop.gift]
subject = ["giver_id", "taker_id"]
columns = {{ id = "key", giver_id = "key", taker_id = "key" }}
[schema.shop.complaint]
subject = "person_id"
columns = {{ person_id = "key" }}
[schema.shop.visit]
subject = "person_id"
columns = {{ person_id = "key", place = "behaviour" }}

[schema.shop.season]
subject = false
columns = {{ number = "none", age = "none", city = "none" }}

[recipient.counter]
title = "Counter"
contract = "DPA-1"
purposes = ["counting"]
never = []
k = 5
[recipient.other]
title = "Other"
contract = "DPA-2"
purposes = ["counting"]
never = []
k = 5
[recipient.list]
title = "List"
contract = "DPA-3"
purposes = ["counting"]
never = []
"""
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (
  id bigint PRIMARY KEY, mail text, city text, team text, age integer, score numeric, bonus integer, nearly integer,
  half integer, flag text);
CREATE TABLE shop.orders (id bigint PRIMARY KEY, person_id bigint, word text, total numeric);
CREATE TABLE shop.item (id bigint PRIMARY KEY, order_id bigint REFERENCES shop.orders);
CREATE TABLE shop.gift (id bigint PRIMARY KEY, giver_id bigint, taker_id bigint);
CREATE TABLE shop.complaint (person_id bigint);
CREATE TABLE shop.visit (person_id bigint, place text) PARTITION BY LIST (place);
CREATE TABLE shop.visit_a PARTITION OF shop.visit FOR VALUES IN ('a');
CREATE TABLE shop.visit_b PARTITION OF shop.visit FOR VALUES IN ('b');
CREATE TABLE shop.season (number integer, age integer, city text);
CREATE INDEX ON shop.orders (person_id);
CREATE INDEX ON shop.item (order_id);
CREATE INDEX ON shop.gift (giver_id);
CREATE INDEX ON shop.gift (taker_id);
CREATE INDEX ON shop.complaint (person_id);
CREATE INDEX ON shop.visit (person_id);
INSERT INTO shop.person
  SELECT n, 'p' || n || '@example.org', (ARRAY['Riga', 'Oslo', 'Rome'])[n % 3 + 1], 'T' || n % 8, n, n * 1.5,
         CASE WHEN n <= 3 THEN n END, CASE WHEN n > 3 THEN n END, CASE WHEN n > 60 THEN n END,
         CASE WHEN n <= 3 THEN 'x' END
  FROM generate_series(1, 120) n;
INSERT INTO shop.orders SELECT n, n, 'shoes ' || n % 5, n / 7.0 FROM generate_series(1, 100) n;
INSERT INTO shop.orders SELECT 100 + n, n, 'lace', n FROM generate_series(1, 50) n;
INSERT INTO shop.item SELECT n, n FROM generate_series(1, 150) n;
INSERT INTO shop.gift SELECT n, n * 2, n * 2 + 1 FROM generate_series(1, 20) n;
INSERT INTO shop.season SELECT n, n, CASE n WHEN 1 THEN 'Riga' WHEN 2 THEN 'Oslo' END FROM generate_series(1, 400) n;
INSERT INTO shop.complaint VALUES (4), (5), (6);
INSERT INTO shop.visit SELECT n, 'a' FROM generate_series(1, 30) n;
INSERT INTO shop.visit SELECT n, 'b' FROM generate_series(20, 50) n;
"""


@dataclass(frozen=True, slots=True)
class Groups:
    database: servers.Database
    name: str
    directory: Path

    @property
    def login(self) -> str:
        return self.database.dsn(f"{self.name}_sender")

    def send(self, query: str, to: str = "counter", out: str = "out.csv") -> Transfer:
        """Export to a file, which goes away again; :raises GuardError: when it is refused, and there is none."""
        path = self.directory / out
        try:
            made = transfer(self.login, to, purpose="counting", query=query, out=path, reason="a test")
            assert path.exists()
            return made
        finally:
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """As if nothing had been sent."""
        self.database.execute("TRUNCATE sminion.sent_group")

    def sizes(self, disclosure: int) -> list[int]:
        """Of the groups that an export has named, each once."""
        return sorted(size for (size,) in self.database.execute(
            "SELECT DISTINCT ON (digest) size FROM sminion.sent_group WHERE disclosure = %s", disclosure))


def _make(database: servers.Database, name: str) -> None:
    database.execute(f"CREATE ROLE {name}_sender LOGIN")
    database.execute(TABLES)
    with database.connect(autocommit=False) as connection:
        servers.apply_unrehearsed(connection, loads(POLICY.format(name=name)))


@contextmanager
def made(server: Server, directory: Path) -> Iterator[Groups]:
    with servers.cloned(server, "groups", "g", _make) as (database, name):
        yield Groups(database, name, directory)
