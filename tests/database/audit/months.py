# ruff: noqa: E501 - expected values and calls stand on one line
"""October 2025 of a shop whose days are those of Tallinn: a log with known figures, and what a plain count says of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import journal
from tests.database.audit.readings import ticket
from tests.database.audit.test_journal import shape
from tests.session.shop import Shop, new_shop

ZONE = ZoneInfo("Europe/Tallinn")
SINCE = datetime(2025, 9, 30, 21, tzinfo=UTC)
UNTIL = datetime(2025, 10, 31, 22, tzinfo=UTC)  # the clocks were put back on 26 October
KEYS = ("7700071", "7700072", "7700073", "7700074")
"""People whose keys stand all over the log."""
ACTORS = ("Ada Planted", "Grace Planted")
SECRETS = (*KEYS, *ACTORS, "planted reason")
"""What no report may print."""
COLUMNS = {
    "contact": ["crm.customer.email", "crm.customer.id"], "payment": ["sales.orders.total"],
    "contact closed": ["crm.customer.email", "crm.customer.shoe_size"],
}
REPLICA = "SET LOCAL session_replication_role = replica"


@dataclass(frozen=True)
class Statement:
    """One statement of the log, as it was meant."""

    at: datetime
    purpose: str
    unit: str
    touched: str
    refused: str | None = None


@dataclass
class Made:
    """The shop, and all that was written to its log."""

    shop: Shop
    statements: list[Statement] = field(default_factory=list)
    writes: list[tuple[datetime, bool]] = field(default_factory=list)
    states: list[tuple[datetime, str, str | None]] = field(default_factory=list)
    blocked: list[tuple[datetime, str]] = field(default_factory=list)
    requests: list[tuple[datetime, str, int | None]] = field(default_factory=list)
    """When each was received, its kind, and the days after which it was closed; each had five."""

    def days(self, moments: Iterable[datetime]) -> tuple[int, ...]:
        """How many there were on each day of October in Tallinn."""
        local = Counter(day.day for moment in moments if (day := moment.astimezone(ZONE)).year == 2025 and day.month == 10)
        return tuple(local[day] for day in range(1, 32))

    def accesses(self, name: Callable[[Statement], str]) -> dict[str, tuple[int, ...]]:
        """Days of the statements that were not refused, by what ``name`` says."""
        allowed = [each for each in self.statements if each.refused is None]
        counted = {key: self.days(each.at for each in allowed if name(each) == key) for key in set(map(name, allowed))}
        return {key: days for key, days in counted.items() if any(days)}


def _moments(chance: random.Random, many: int) -> list[datetime]:
    """Moments from September to November, and those at the borders of the month and of the day with 25 hours."""
    edges = [SINCE, SINCE - timedelta(microseconds=1), UNTIL, UNTIL - timedelta(microseconds=1),
             datetime(2025, 10, 25, 21, tzinfo=UTC), datetime(2025, 10, 26, 21, 59, 59, tzinfo=UTC),
             datetime(2025, 10, 26, 22, tzinfo=UTC)]
    start = datetime(2025, 9, 29, tzinfo=UTC)
    return edges + [start + timedelta(seconds=chance.randrange(35 * 86400)) for _ in range(many)]


@contextmanager
def new_month(server: Server) -> Iterator[Made]:
    """A shop with a policy of the time zone of Tallinn since September 2025, and people who read the log."""
    with new_shop(server) as shop:
        shop.apply(loads(shop.text(version="2").replace("require_tls = true", 'require_tls = true\ntimezone = "Europe/Tallinn"')))
        with shop.database.connect(autocommit=False) as admin:
            admin.execute(REPLICA)
            admin.execute("UPDATE sminion.policy_version SET applied_at = '2025-09-01'::timestamptz + epoch * interval '1 s'")
            for name, office in (("bert", "auditor"), ("olga", "privacy_officer")):
                admin.execute(f"CREATE ROLE {shop.name}_{name} LOGIN IN ROLE {shop.name}_{office}".encode())
            admin.commit()
        yield Made(shop)


def write_statements(made: Made, many: int = 300) -> None:
    """Statements of several purposes and units, each tenth of which is refused."""
    chance = random.Random(7)
    with psycopg.connect(made.shop.dsn("all"), autocommit=True) as app, made.shop.database.connect() as admin:
        own = journal.opened(app)
        tickets = {(purpose, unit): ticket(app, purpose=purpose, unit=unit, actor=chance.choice(ACTORS), reason="planted reason")
                   for purpose in ("contract", "accounting", "marketing") for unit in ("support", "sales", "<b>shop</b>")}
        shapes = {name: shape(app, columns=columns, relations=[columns[0].rpartition(".")[0]])
                  for name, columns in COLUMNS.items()}
        merging = {code: shape(app, codes=[code]) for code in ("SG101", "SG103")}
        came: dict[str, Any] = {"outcome": "done", "codes": [], "microseconds": 7, "rows": 2, "subjects": list(KEYS[:2])}
        place = 0
        for at in _moments(chance, many):
            said = Statement(at, *chance.choice(list(tickets)), chance.choice(list(shapes)),
                             chance.choice(("SG101", "SG103", "SG201")) if chance.random() < 0.1 else None)
            entry = {"ticket": tickets[said.purpose, said.unit], "shape": merging.get(said.refused or "", shapes[said.touched])}
            result = came if said.refused is None else {} if said.refused in merging else {
                "outcome": "refused", "codes": [said.refused], "microseconds": 7}
            place += 1
            _batch(admin, made.shop, own, place, at, [entry | result])
            made.statements.append(said)
        # Under way at the end of the month, and refused after it: no access, and a refusal of November.
        for at, late in ((UNTIL - timedelta(seconds=5), {"ticket": tickets["contract", "sales"], "shape": shapes["contact"]}),
                         (UNTIL + timedelta(days=3), {"of": place + 1, "outcome": "refused", "codes": ["SG201"], "microseconds": 9})):
            place += 1
            _batch(admin, made.shop, own, place, at, [late])
        # A batch that nobody can have written: a fault.
        _batch(admin, made.shop, (own[0], "0" * 32), 1, SINCE + timedelta(days=4), [KEYS[3]])


def _batch(admin: psycopg.Connection[Any], shop: Shop, own: journal.Writer, first: int, at: datetime, entries: list[Any]) -> None:
    sent = json.dumps(entries).encode()
    admin.execute("INSERT INTO sminion.journal (at, login, writer, first, proof, entries) VALUES (%s, %s, %s, %s, %s, %s)",
                  (at, f"{shop.name}_all", own[0], first, journal.proof(own, first, sent), sent))


def write_others(made: Made) -> None:
    """Writes, changes of states, and tickets for a purpose that sees blocked people."""
    chance = random.Random(8)
    shop = made.shop
    events = [("give_consent", "marketing"), ("withdraw_consent", "marketing"), ("object", "contract"), ("block", None)]
    with shop.database.connect(autocommit=False) as admin, psycopg.connect(shop.dsn("all"), autocommit=True) as app:
        admin.execute(REPLICA)
        for at in _moments(chance, 40):
            event, purpose = chance.choice(events)
            admin.execute(
                "INSERT INTO sminion.subject_event (at, subject, event, purpose, reason, actor, epoch) VALUES (%s, %s, %s, %s, %s, %s, 2)",
                (at, chance.choice(KEYS), event, purpose, "planted reason", ACTORS[0]))
            made.states.append((at, event, purpose))
            outside = chance.random() < 0.3
            admin.execute("INSERT INTO sminion.journal (at, login, event) VALUES (%s, %s, %s)", (at, f"{shop.name}_dba", json.dumps({
                "id": chance.randrange(2**60), "ticket": None if outside else 1, "role": f"{shop.name}_dba", "operation": "clarify",
                "relation": "crm.customer", "columns": ["email"], "rows": 1, "subjects": [KEYS[2]]})))
            made.writes.append((at, outside))
        for at in _moments(chance, 10):
            number = ticket(app, purpose="rectification", subject=KEYS[0], unit="office", reason="planted reason")
            admin.execute("UPDATE sminion.ticket SET opened_at = %s WHERE id = %s", (at, number))
            made.blocked.append((at, "office"))
        for at in _moments(chance, 20):
            kind, took = chance.choice(("access", "clarify")), chance.choice((None, 2, 9))
            closed = None if took is None else at + timedelta(days=took)
            admin.execute(
                "INSERT INTO sminion.request (kind, subject, trigger, channel, received_at, term, due_on, unrolled_on, calendar, provisional,"
                " interim, closed_at, outcome, epoch) VALUES (%s, %s, 'request', 'planted reason', %s, '{}', %s, %s, '', false, false, %s, %s, 2)",
                (kind, chance.choice(KEYS), at, *2 * [at.astimezone(ZONE).date() + timedelta(days=5)], closed, closed and "granted"))
            made.requests.append((at, kind, took))
        admin.execute("INSERT INTO sminion.act (at, act, detail, reason) VALUES (%s, 'erase_from_log', '{}', %s)",
                      (SINCE + timedelta(days=9), f"planted reason: {KEYS[1]}"))
        admin.commit()
