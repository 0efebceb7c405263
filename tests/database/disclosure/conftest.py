"""A shop with recipients: what may leave, and what may not, for tests of exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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
timezone = "Europe/Berlin"
require_tls = false

[login.{name}_analyst]
purposes = ["counting"]
transfers_to = ["counter"]
[login.{name}_carrier]
purposes = ["delivery", "care"]
transfers_to = ["carrier"]
[login.{name}_courier]
transfers_to = ["carrier"]
[login.{name}_clerk]
purposes = ["care"]
[login.{name}_lawyer]
transfers_to = ["court"]

[purpose.counting]
title = "Know what is read"
basis = "legitimate_interest"
needs = ["behaviour"]
may = ["use", "transfer"]
[purpose.delivery]
title = "Deliver"
basis = "contract"
needs = ["contact", "behaviour"]
may = ["use", "transfer"]
[purpose.care]
title = "Answer"
basis = "contract"
needs = ["contact"]
may = ["use"]
[purpose.court]
title = "Obey a court"
basis = "mandatory_disclosure"
needs = ["contact"]
may = ["use", "transfer"]

[schema.shop]
collected_for = ["delivery", "counting", "care", "court"]
[schema.shop.person]
subject = "id"
columns = {{ id = "key", mail = "contact", ip = "device", segment = "behaviour" }}
[schema.shop.orders]
subject = "person_id"
columns = {{ id = "key", person_id = "key", word = "behaviour", ordered_at = "none", total = "none" }}
[schema.shop.item]
subject = "order_id -> shop.orders"
columns = {{ id = "key", order_id = "key", word = "behaviour" }}
[schema.shop.gift]
subject = ["giver_id", "taker_id"]
columns = {{ id = "key", giver_id = "key", taker_id = "key", word = "behaviour" }}
[schema.shop.country]
subject = false
columns = {{ id = "key", name = "none" }}

[schema.web_log]
collected_for = ["care"]
[schema.web_log.view]
subject = "person_id"
columns = {{ person_id = "key", page = "behaviour", ip = "device" }}

[recipient.carrier]
title = "Carrier"
contract = "DPA-1"
purposes = ["delivery"]
never = ["device"]
[recipient.counter]
title = "Web analytics"
contract = "DPA-2"
purposes = ["counting"]
gives = ["behaviour"]
never = []
profile = "web_analytics"
until = {until}
[recipient.court]
title = "Court"
contract = "Code of procedure"
purposes = ["court"]
never = []
"""
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop.person (id bigint PRIMARY KEY, mail text, ip inet, segment text);
CREATE TABLE shop.orders (
  id bigint PRIMARY KEY, person_id bigint, word text, ordered_at timestamptz, total numeric(12, 2));
CREATE TABLE shop.item (id bigint PRIMARY KEY, order_id bigint REFERENCES shop.orders, word text);
CREATE TABLE shop.gift (id bigint PRIMARY KEY, giver_id bigint, taker_id bigint, word text);
CREATE TABLE shop.country (id bigint PRIMARY KEY, name text);
CREATE SCHEMA web_log;
CREATE TABLE web_log.view (person_id bigint, page text, ip inet);
CREATE INDEX ON shop.orders (person_id);
CREATE INDEX ON shop.gift (giver_id);
CREATE INDEX ON shop.gift (taker_id);
CREATE INDEX ON web_log.view (person_id);
CREATE INDEX ON shop.item (order_id);
INSERT INTO shop.person SELECT n, 'p' || n || '@example.org', '192.0.2.1', 'group ' || n % 3
  FROM generate_series(1, 30) n;
INSERT INTO shop.orders
  SELECT n, n % 30 + 1, 'shoes ' || n % 5, '2026-11-01 10:17+00'::timestamptz + n * interval '1 hour', n / 7.0
  FROM generate_series(1, 90) n;
INSERT INTO shop.item SELECT n, n % 90 + 1, 'lace ' || n % 4 FROM generate_series(1, 120) n;
INSERT INTO shop.gift VALUES (1, 1, 2, 'card'), (2, 3, 4, 'card');
INSERT INTO shop.country VALUES (1, 'Latvia');
INSERT INTO web_log.view SELECT n, '/shoes', '192.0.2.1' FROM generate_series(1, 30) n;
"""


@dataclass(frozen=True, slots=True)
class Shop:
    database: servers.Database
    name: str
    directory: Path

    def login(self, name: str) -> str:
        return self.database.dsn(f"{self.name}_{name}")

    def send(self, query: str, to: str = "carrier", purpose: str = "delivery", *, login: str = "carrier",
             out: str = "out.csv", **more: Any) -> Transfer:
        """Export to a file in the test's directory."""
        return transfer(self.login(login), to, purpose=purpose, query=query, out=self.directory / out,
                        reason="a test", **more)

    def super(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.execute(statement, *parameters)

    def people(self, disclosure: int) -> set[str]:
        return {subject for (subject,) in self.super(
            "SELECT subject FROM sminion.disclosure_subject WHERE disclosure = %s", disclosure)}

    def last(self) -> tuple[Any, ...]:
        """State, reason, rows and people of the last export."""
        (row,) = self.super("SELECT state, why, rows, persons FROM sminion.transfers ORDER BY id DESC LIMIT 1")
        return row

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir())


def policy_text(name: str, until: str = "2099-12-31") -> str:
    return POLICY.format(name=name, until=until)


def _make(database: servers.Database, name: str) -> None:
    for login in ("analyst", "carrier", "courier", "clerk", "lawyer"):
        database.execute(f"CREATE ROLE {name}_{login} LOGIN")
    database.execute(TABLES)
    with database.connect(autocommit=False) as connection:
        servers.apply_unrehearsed(connection, loads(policy_text(name)))


@pytest.fixture
def shop(server: Server, tmp_path: Path) -> Iterator[Shop]:
    with servers.cloned(server, "exports", "x", _make) as (database, name):
        yield Shop(database, name, tmp_path)
