"""A small application that hinders the guard, for the machine beside it: its tables, its policy, and what it may do.

Its people are of two kinds that are numbered alike: what is said of person 5 must not be believed of member of staff 5.
"""

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

SCHEMA = """
CREATE SCHEMA app;
CREATE TABLE app.person (id bigint PRIMARY KEY, seen timestamptz NOT NULL DEFAULT now());
CREATE TABLE app.staff (id bigint PRIMARY KEY);
CREATE TABLE app.orders (id bigint PRIMARY KEY, person bigint);
CREATE TABLE app.item (id bigint PRIMARY KEY, orders bigint);
CREATE TABLE app.gift (id bigint PRIMARY KEY, giver bigint, taker bigint);
CREATE TABLE app.visit (id bigint, person bigint, part int, seen timestamptz NOT NULL DEFAULT now())
  PARTITION BY LIST (part);
CREATE TABLE app.visit_0 PARTITION OF app.visit FOR VALUES IN (0);
CREATE TABLE app.visit_1 PARTITION OF app.visit FOR VALUES IN (1);
CREATE INDEX ON app.orders (person); CREATE INDEX ON app.item (orders); CREATE INDEX ON app.gift (giver);
CREATE INDEX ON app.gift (taker); CREATE INDEX ON app.visit (person); CREATE INDEX ON app.visit (id);
CREATE TABLE public.copied (id bigint);
CREATE FUNCTION public.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''rows are immutable''; END';
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.seen := now(); RETURN NEW; END';
CREATE FUNCTION public.copy() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.copied VALUES (NEW.id); RETURN NULL; END';
GRANT INSERT ON public.copied TO PUBLIC;
"""
POLICY = """
[policy]
name = "NAME"
version = "BASIS"
ticket_lifetime = "1 hour"
require_tls = false
[subject.person]
key = "bigint"
[subject.staff]
key = "bigint"
[login.NAME_app]
purposes = ["work", "news", "study"]
[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["use"]
[purpose.news]
title = "News"
basis = "consent"
needs = "*"
may = ["use"]
[purpose.study]
title = "Study"
basis = "BASIS"
needs = "*"
may = ["use"]
[schema.app]
collected_for = ["work", "news", "study"]
[schema.app.person]
subject = "id"
kind = "person"
retention = { after = "seen", keep = "3 years", then = "destroy" }
columns = { id = "key", seen = "none" }
[schema.app.staff]
subject = "id"
kind = "staff"
columns = { id = "key" }
[schema.app.orders]
subject = "person"
kind = "person"
anonymous = "hidden"
columns = { id = "key", person = "key" }
[schema.app.item]
subject = "orders -> app.orders"
anonymous = "hidden"
columns = { id = "key", orders = "key" }
[schema.app.gift]
subject = { giver = "person", taker = "staff" }
anonymous = "hidden"
columns = { id = "key", giver = "key", taker = "key" }
[schema.app.visit]
subject = "person"
kind = "person"
anonymous = "hidden"
retention = { after = "seen", keep = "3 years", then = "destroy" }
columns = { id = "key", person = "key", part = "none", seen = "none" }
"""
OLD_ENOUGH = ("person", "visit")
"""Tables with a retention: `seen` is what it counts from."""
TENANT = "coalesce(current_setting('app.tenant', true), '') = '1'"


@dataclass(frozen=True)
class Hindrance:
    """What an application does to a table.

    :param make: with ``{t}`` for the table, ``{n}`` for a name of its own and ``{w}`` for a condition on ``id``.
    :param undo: repeated, or undone by others already, it does no harm.
    :param rows: it concerns the rows of the condition only; else the guard may take nobody of the table for settled.
    :param harmless: it keeps nobody from being settled.
    :param only: the tables it is for.
    """

    make: str
    undo: str
    rows: bool = False
    harmless: bool = False
    only: tuple[str, ...] = ("person", "staff", "orders", "item", "gift", "visit", "visit_0")


def _trigger(what: str, call: str, *, always: bool = True, condition: str = " WHEN ({w})") -> str:
    made = f"CREATE TRIGGER {{n}} {what} ON {{t}} FOR EACH ROW{condition} EXECUTE FUNCTION {call}()"
    return made + ("; ALTER TABLE {t} ENABLE ALWAYS TRIGGER {n}" if always else "")


_TREES = ("person", "staff", "orders", "item", "gift", "visit")
_NO_TRIGGER = "DROP TRIGGER IF EXISTS {n} ON {t}"
_NO_POLICY = "DROP POLICY IF EXISTS {n} ON {t}"
HINDRANCES = {
    "skip": Hindrance(_trigger("BEFORE UPDATE", "public.skip"), _NO_TRIGGER, rows=True),
    "raise": Hindrance(_trigger("BEFORE UPDATE", "public.refuse"), _NO_TRIGGER, rows=True),
    "raise afterwards": Hindrance(_trigger("AFTER UPDATE", "public.refuse"), _NO_TRIGGER, rows=True),
    "usual ledger": Hindrance(_trigger("BEFORE UPDATE", "public.refuse", always=False), _NO_TRIGGER, harmless=True,
                              only=("person", "staff", "item", "gift", "visit")),
    "touch": Hindrance(_trigger("BEFORE UPDATE", "public.touch", always=False, condition=""), _NO_TRIGGER,
                       harmless=True, only=OLD_ENOUGH),
    "copy": Hindrance(_trigger("AFTER UPDATE", "public.copy", always=False, condition=""), _NO_TRIGGER, harmless=True,
                      only=("person", "staff", "gift", "visit")),
    "suppress": Hindrance(_trigger("BEFORE UPDATE", "pg_catalog.suppress_redundant_updates_trigger", condition=""),
                          _NO_TRIGGER, harmless=True),
    "check": Hindrance("ALTER TABLE {t} ADD CONSTRAINT {n} CHECK (id % 2 <> 0) NOT VALID",
                       "ALTER TABLE {t} DROP CONSTRAINT IF EXISTS {n}", rows=True, only=_TREES),
    "restrictive": Hindrance(f"CREATE POLICY {{n}} ON {{t}} AS RESTRICTIVE USING ({TENANT})", _NO_POLICY, only=_TREES),
    "restrictive to the guard": Hindrance("CREATE POLICY {n} ON {t} AS RESTRICTIVE TO sminion_owner USING (false)",
                                          _NO_POLICY, only=_TREES),
    "restrictive to others": Hindrance("CREATE POLICY {n} ON {t} AS RESTRICTIVE TO pg_monitor USING (false)",
                                       _NO_POLICY, harmless=True, only=_TREES),
    "permissive": Hindrance("CREATE POLICY {n} ON {t} USING (true)", _NO_POLICY, harmless=True, only=_TREES),
    "disabled": Hindrance("ALTER TABLE {t} DISABLE TRIGGER ALL",
                          "ALTER TABLE {t} ENABLE TRIGGER ALL; SELECT public.always()"),
}
ALWAYS = """
CREATE FUNCTION public.always() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record;
BEGIN
  FOR t IN SELECT g.tgrelid::regclass AS place, g.tgname FROM pg_trigger g
    WHERE g.tgname ~ '^~guard' AND g.tgenabled <> 'A' AND g.tgrelid::regclass::text ~ '^app\\.'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.place, t.tgname);
  END LOOP;
END $$;
"""


@dataclass(frozen=True)
class Application:
    """The application with the guard installed and its policy in force."""

    database: servers.Database
    name: str

    def policy(self, basis: str) -> Policy:
        return loads(POLICY.replace("NAME", self.name).replace("BASIS", basis))

    def apply(self, basis: str) -> migrate.Report:
        """:raises UnfitDatabase: what the application did cannot stay under a policy."""
        with self.database.connect() as admin:
            return migrate.apply(admin, self.policy(basis))

    def reader(self) -> psycopg.Connection[Any]:
        """The login of the application, as the tenant that it is."""
        connection = self.database.connect(f"{self.name}_app", prepare_threshold=None)
        connection.execute("SET app.tenant = '1'")
        return connection


@contextmanager
def new_application(server: Server) -> Iterator[Application]:
    """An application in a database of its own, in which the purpose `study` rests on a legitimate interest."""
    with servers.new_guarded_database(server) as database:
        made = Application(database, servers.unique_name("hin"))
        with database.connect() as admin:
            admin.execute(f"CREATE ROLE {made.name}_app LOGIN NOINHERIT".encode())
            admin.execute((SCHEMA + ALWAYS).encode())
        made.apply("legitimate_interest")
        database.suspend_ddl_guard()
        yield made
