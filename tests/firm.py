# ruff: noqa: E501 - schemas stand as they are sent
"""A small firm whose customers and employees are numbered apart: number 5 is two people, and both stand in one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests import servers

POLICY = """
[policy]
name = "NAME"
version = "1"
ticket_lifetime = "15 minutes"
accept_upsert_leak = "the tests run on older servers too"

[subject.customer]
key = "bigint"
[subject.employee]
key = "bigint"
[subject.agent]
key = "uuid"
[subject.partner]
key = "text"

[login.NAME_app]
purposes = ["work", "news"]
[login.NAME_desk]
purposes = ["repair"]

[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["collect", "use", "clarify", "delete"]
[purpose.news]
title = "News"
basis = "consent"
needs = "*"
may = ["use"]
[purpose.repair]
title = "Correct contested data"
basis = "legal_obligation"
needs = "*"
may = ["use"]
sees_blocked = true

[schema.firm]
collected_for = ["work", "news", "repair"]
[schema.firm.customer]
subject = "id"
kind = "customer"
columns = { id = "key", name = "identity" }
[schema.firm.orders]
subject = "customer_id -> firm.customer"
columns = { id = "key", customer_id = "key", what = "none" }
[schema.firm.employee]
subject = "id"
kind = "employee"
columns = { id = "key", name = "identity" }
[schema.firm.badge]
subject = "employee_id -> firm.employee"
columns = { id = "key", employee_id = "key", what = "none" }
[schema.firm.agent]
subject = "id"
kind = "agent"
columns = { id = "key", name = "identity" }
[schema.firm.partner]
subject = "id"
kind = "partner"
columns = { id = "key", name = "identity" }
[schema.firm.message]
subject = { customer_id = "customer", employee_id = "employee?", agent_id = "agent?", partner_id = "partner?" }
columns = { id = "key", customer_id = "key", employee_id = "key", agent_id = "key", partner_id = "key", body = "free_text" }
[schema.firm.gift]
subject = ["giver", "taker?"]
kind = "customer"
columns = { id = "key", giver = "key", taker = "key" }
[schema.firm.meeting]
subject = { customer_id = "customer?", employee_id = "employee?" }
columns = { id = "key", customer_id = "key", employee_id = "key" }
"""
AGENT = "0f7c4b88-256c-4d0d-93a6-bcb470be1af0"
TABLES = f"""
CREATE SCHEMA firm;
CREATE TABLE firm.customer (id bigint PRIMARY KEY, name text);
CREATE TABLE firm.orders (id int PRIMARY KEY, customer_id bigint, what text);
CREATE TABLE firm.employee (id bigint PRIMARY KEY, name text);
CREATE TABLE firm.badge (id int PRIMARY KEY, employee_id bigint, what text);
CREATE TABLE firm.agent (id uuid PRIMARY KEY, name text);
CREATE TABLE firm.partner (id text PRIMARY KEY, name text);
CREATE TABLE firm.message (id int PRIMARY KEY, customer_id bigint, employee_id bigint, agent_id uuid, partner_id text, body text);
CREATE TABLE firm.gift (id int PRIMARY KEY, giver bigint, taker bigint);
CREATE TABLE firm.meeting (id int PRIMARY KEY, customer_id bigint, employee_id bigint);
INSERT INTO firm.customer SELECT i, 'customer ' || i FROM generate_series(1, 20) i;
INSERT INTO firm.employee SELECT i, 'employee ' || i FROM generate_series(1, 20) i;
INSERT INTO firm.orders SELECT i, i, 'order ' || i FROM generate_series(1, 20) i;
INSERT INTO firm.badge SELECT i, i, 'badge ' || i FROM generate_series(1, 20) i;
INSERT INTO firm.agent VALUES ('{AGENT}', 'agent');
INSERT INTO firm.partner VALUES ('5', 'partner 5'), ('', 'nobody'), ('customer:6', 'partner with a colon');
INSERT INTO firm.message VALUES
  (1, 5, NULL, NULL, NULL, 'to all'), (2, 5, 6, NULL, NULL, 'to employee 6'), (3, 6, 5, NULL, NULL, 'to employee 5'),
  (4, 7, NULL, '{AGENT}', NULL, 'to an agent'), (5, 7, NULL, NULL, '5', 'to partner 5'), (6, NULL, 7, NULL, NULL, 'of nobody'),
  (7, 7, NULL, NULL, '', 'to an empty key'), (8, 7, NULL, NULL, 'customer:6', 'to a partner with a colon');
INSERT INTO firm.gift VALUES (1, 5, 6), (2, 7, NULL), (3, NULL, 7);
INSERT INTO firm.meeting VALUES (1, 5, NULL), (2, NULL, 5), (3, 6, 7), (4, NULL, NULL);
"""
KINDS = {"customer": "bigint", "employee": "bigint", "agent": "uuid", "partner": "text"}

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm in a database of its own, protected.

    :param name: of the policy, which begins the names of its roles and logins: `app`, `desk`, and the officer `officer`.
    """

    database: servers.Database
    name: str

    def policy(self, **changed: str) -> Policy:
        text = POLICY.replace("NAME", self.name)
        for old, new in changed.items():
            text = text.replace(old, new)
        return loads(text)

    def connect(self, login: str = "app") -> Connection:
        return self.database.connect(f"{self.name}_{login}", prepare_threshold=None)

    def super(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.execute(statement, *parameters)

    def settle(self) -> None:
        for _ in range(20):
            if not self.super("SELECT sminion.settle()")[0][0]:
                return
        raise AssertionError(self.super("SELECT * FROM sminion.settle_problems"))

    def apply(self, policy: Policy | None = None) -> None:
        with self.database.connect() as admin:
            migrate.apply(admin, policy or self.policy())


@contextmanager
def new_firm(server: Server, *, protected: bool = True, shared_roles: bool = False) -> Iterator[Firm]:
    """A firm whose tables hold rows from before the policy; unprotected, with the guard installed all the same.

    :param shared_roles: a clone, much faster, for tests that let policy and roles alone: see ``servers.cloned``.
    """
    if shared_roles:
        with servers.cloned(
            server, f"firm {protected}", "firm", lambda database, name: _make(Firm(database, name), protected)
        ) as (database, name):
            yield Firm(database, name)
        return
    with servers.new_guarded_database(server) as database:
        firm = Firm(database, servers.unique_name("firm"))
        _make(firm, protected)
        yield firm


def _make(firm: Firm, protected: bool) -> None:
    with firm.database.connect() as admin:
        for login in ("app", "desk"):
            admin.execute(f"CREATE ROLE {firm.name}_{login} LOGIN NOINHERIT".encode())
        admin.execute(f"CREATE ROLE {firm.name}_officer LOGIN INHERIT".encode())
        admin.execute(TABLES.encode())
    if protected:
        with firm.database.connect() as admin:
            servers.apply_unrehearsed(admin, firm.policy())
        firm.super(f"GRANT {firm.name}_privacy_officer, {firm.name}_auditor TO {firm.name}_officer")
