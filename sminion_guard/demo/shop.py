"""Builds the shop of the demo: a server, the shop's database with its people, and the guard installed in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from sminion_guard import migrate, resources
from sminion_guard.demo.actors import Actor
from sminion_guard.demo.filling import fill
from sminion_guard.demo.printer import Printer
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, load

DATABASE = "shop"
OWNER = "shop_owner"
OFFICES = {"olga": "shop_privacy_officer", "amir": "shop_auditor", "night_job": "shop_maintenance"}
"""Logins of people and jobs that hold an office of the policy; the policy file does not know them."""
HEROINE = 221
"""The customer whom the story is about: she orders, asks, subscribes, and gives and gets presents."""
LEAVING = 201
"""The customer who leaves at the end: there are rows about her in every table about customers."""
CONSENTING = 3
"""Everybody whose number is no multiple of this consented to the newsletter, in the old newsletter tool."""


@dataclass(slots=True)
class Shop:
    """A running shop, as the chapters of the demo use it.

    :param server: the running server.
    :param policy: the shop's policy.
    :param people: the number of customers.
    :param printer: prints.
    """

    server: Server
    policy: Policy
    people: int
    printer: Printer
    actors: dict[str, Actor]

    @classmethod
    def on(cls, server: Server, people: int, printer: Printer) -> Self:
        """The shop on a server that has its database already."""
        actors = {login: Actor(login, who, server.dsn(user=login, dbname=DATABASE)) for login, who in ACTORS.items()}
        return cls(server, shop_policy(), people, printer, actors)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:
            for actor in self.actors.values():
                stack.callback(actor.close)

    def login(self, name: str) -> Actor:
        """The actor who connects as ``name``."""
        return self.actors[name]

    def url(self, login: str) -> str:
        """Where SQLAlchemy connects as ``login``."""
        return self.server.dsn(user=login, dbname=DATABASE, scheme="postgresql+psycopg")

    def truth(self, statement: str, parameters: Sequence[object] | None = None) -> int:
        """A number as the superuser sees it, past every guard: what answers are measured against."""
        answer = self.login(Server.superuser).say(statement, parameters)
        if answer.refusal:
            raise RuntimeError(f"the superuser's own count failed: {answer.refusal}")
        return int(answer.value)

    def settle(self) -> None:
        """Let the night's maintenance move state changes into the masks, to the end."""
        while True:
            answer = self.login("night_job").say("SELECT sminion.settle()")
            if answer.refusal:
                raise RuntimeError(f"settling failed: {answer.refusal}")
            if answer.value == 0:
                return


ACTORS = {
    "shop_app": "web shop", "shop_support": "agent:17", "shop_newsletter": "mailer", "shop_logger": "web server",
    "shop_hr": "payroll run", "shop_analyst": "analyst:3", "shop_counter": "census",
    "shop_parcels": "parcel job", "shop_console": "operator:1",
    "olga": "Olga, privacy officer", "amir": "Amir, auditor", "night_job": "maintenance", Server.superuser: "superuser",
}
"""Login to what its tickets name as the actor."""


def shop_policy() -> Policy:
    """The policy of the example."""
    return load(resources.examples() / "shop" / "privacy.toml")


def build(server: Server, people: int, printer: Printer) -> Shop:
    """Create the shop's database on a running server, fill it, and put it under the guard.

    :param people: how many customers to generate.
    :raises GuardError: when installing fails.
    """
    policy = shop_policy()
    dsn = server.dsn(dbname=DATABASE)
    with printer.work("roles, database and seven schemas, as they were before the guard"):
        _create(server, policy)
    with psycopg.connect(dsn) as conn:
        with printer.work(f"{people} customers, their orders, questions and clicks:") as notes:
            written = fill(conn, people)
            conn.execute("ANALYZE")
            conn.commit()
            notes.append(f"{written} rows")
        with printer.work("the guard's own schema, by its migrations"):
            migrate.upgrade(dsn)
        with printer.work("the policy, as roles and row security:") as notes:
            notes.append(_apply(conn, policy))
    with psycopg.connect(dsn, autocommit=True) as admin:
        for login, office in OFFICES.items():
            admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(office), sql.Identifier(login)))
    shop = Shop.on(server, people, printer)
    try:
        _permit(shop)
    except BaseException:
        shop.__exit__(None, None, None)
        raise
    return shop


def _create(server: Server, policy: Policy) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(OWNER)))
        for login in (*policy.logins, *OFFICES):
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    script = (resources.examples() / "shop" / "schema.sql").read_text(encoding="utf-8")
    with psycopg.connect(server.dsn(dbname=DATABASE)) as conn:
        conn.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {0}; SET LOCAL ROLE {0}").format(sql.Identifier(OWNER)))
        conn.execute(script)


def _apply(conn: psycopg.Connection, policy: Policy) -> str:
    migrate.apply(conn, policy, fill=False)
    return f"{len(policy.tables())} tables, {len(policy.purposes)} purposes"


def _permit(shop: Shop) -> None:
    printer, olga = shop.printer, shop.login("olga")
    consents = (
        ("marketing", "customer", "from the old newsletter tool",
         [str(number) for number in range(1, shop.people + 1, 2) if number % CONSENTING]),
        ("door", "employee", "signed form in the personnel file",
         [str(1_000_001 + number) for number in range(0, 120, 2)]),
    )
    with printer.work("consents given before, taken over by the privacy officer:") as notes:
        given = 0
        for purpose, kind, reason, subjects in consents:
            row = olga.conn.execute(
                "SELECT sminion.give_consents(%s, %s, %s, 'import', %s)", [subjects, purpose, reason, kind]
            ).fetchone()
            assert row is not None  # a function that returns a scalar always gives a row
            given += row[0]
        notes.append(str(given))
    with (
        printer.work("the mask of every row, in short transactions beside the running shop"),
        psycopg.connect(shop.server.dsn(dbname=DATABASE)) as conn,
    ):
        migrate.fill_masks(conn)
        migrate.settle_all(conn)
