"""A small shop, its policy, and the guard installed in its database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from psycopg import sql

from sminion_guard import migrate
from sminion_guard.policy import Policy, loads
from tests.servers import Database

SCHEMA = """
CREATE SCHEMA crm;
CREATE SCHEMA sales;
CREATE SCHEMA news;
CREATE TABLE crm.customer (id bigint PRIMARY KEY, full_name text, email text, last_seen_at timestamptz DEFAULT now());
CREATE TABLE sales.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES crm.customer, total numeric);
CREATE TABLE sales.item (id bigserial PRIMARY KEY, order_id bigint REFERENCES sales.orders, what text);
CREATE TABLE news.subscriber (customer_id bigint PRIMARY KEY, email text);
CREATE INDEX ON sales.orders (customer_id);
CREATE INDEX ON sales.item (order_id);
INSERT INTO crm.customer SELECT i, 'n' || i, 'e' || i FROM generate_series(1, 300) i;
INSERT INTO sales.orders SELECT i, 1 + i % 300, i FROM generate_series(1, 600) i;
INSERT INTO sales.item (order_id, what) SELECT 1 + i % 600, 'w' || i FROM generate_series(1, 900) i;
INSERT INTO news.subscriber SELECT i, 'e' || i FROM generate_series(1, 300) i;
"""

POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = true

[login.{name}_app]
purposes = ["contract"]
[login.{name}_news]
purposes = ["marketing"]

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["identity", "contact", "payment"]
may = ["collect", "use", "delete"]
views = "{name}_contract_views"
[purpose.rectification]
title = "Correct contested data"
basis = "legal_obligation"
needs = "*"
may = ["use", "clarify"]
sees_blocked = true
[purpose.marketing]
title = "Newsletter"
basis = "consent"
needs = ["contact"]
may = ["use"]

[schema.crm]
collected_for = ["contract", "rectification"]
[schema.crm.customer]
subject = "id"
retention = {{ after = "last_seen_at", keep = "3 years", then = "destroy" }}
columns = {{ id = "key", full_name = "identity", email = "contact", last_seen_at = "none" }}
[schema.sales]
collected_for = ["contract"]
[schema.sales.orders]
subject = "customer_id"
columns = {{ id = "key", customer_id = "key", total = "payment" }}
[schema.sales.item]
subject = "order_id -> sales.orders"
columns = {{ id = "key", order_id = "key", what = "none" }}
[schema.news]
collected_for = ["marketing"]
[schema.news.subscriber]
subject = "customer_id"
columns = {{ customer_id = "key", email = "contact" }}
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A database with the shop's tables, the guard installed, and no policy yet.

    :param text: its policy file.
    """

    database: Database
    name: str
    text: str

    @property
    def policy(self) -> Policy:
        return loads(self.text)

    def changed(self, old: str, new: str) -> Policy:
        """The policy with ``old`` replaced; a test that changes nothing must not pass."""
        assert old in self.text
        return loads(self.text.replace(old, new))

    def apply(self, policy: Policy | None = None, *, fill: bool = True) -> migrate.Report:
        with self.database.connect(autocommit=False) as connection:
            return migrate.apply(connection, policy or self.policy, fill=fill)

    def plan(self, policy: Policy | None = None) -> migrate.Plan:
        with self.database.connect(autocommit=False) as connection:
            return migrate.plan(connection, policy or self.policy)

    def remove(self) -> migrate.Report:
        with self.database.connect(autocommit=False) as connection:
            return migrate.remove(connection)

    def unfilled(self) -> int:
        """Rows without a mask."""
        ((count,),) = self.database.execute(
            "SELECT (SELECT count(*) FROM crm.customer WHERE guard_mask IS NULL)"
            " + (SELECT count(*) FROM sales.orders WHERE guard_mask IS NULL)"
            " + (SELECT count(*) FROM sales.item WHERE guard_mask IS NULL)"
            " + (SELECT count(*) FROM news.subscriber WHERE guard_mask IS NULL)"
        )
        return int(count)


def make_shop(database: Database, name: str) -> Shop:
    with database.connect() as admin:
        admin.execute(SCHEMA)
        for login in ("app", "news"):
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (f"{name}_{login}",)).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(f"{name}_{login}")))
    return Shop(database, name, POLICY.format(name=name))


@pytest.fixture
def bare_shop(fresh_database: Database, unique: Callable[[str], str]) -> Shop:
    """The shop before the guard is installed."""
    return make_shop(fresh_database, unique("shop"))


@pytest.fixture
def shop(guarded_database: Database, unique: Callable[[str], str]) -> Shop:
    """The shop with the guard installed and no policy."""
    return make_shop(guarded_database, unique("shop"))
