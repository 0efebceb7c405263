# ruff: noqa: E501 - what is sent or said stands on one line
"""A shop whose policy says what explains an access, and accesses that are written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.audit.unexplained import Found, find
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import journal
from tests.database.audit.readings import ticket
from tests.database.audit.test_journal import shape
from tests.session.shop import Shop, new_shop

MORE = """
[ticket]
values = { shelf = "int" }

[schema.desk]
collected_for = ["contract"]

[schema.desk.case]
subject = ["caller", "about?"]

[schema.desk.case.columns]
id = "key"
caller = "key"
about = "key"
handler = "none"
unit = "none"
state = "none"
opened_at = "none"
shelf = "none"

[schema.desk.note]
subject = "case_id -> desk.letter"
columns = { id = "key", case_id = "key", author = "none" }

[schema.desk.letter]
subject = "customer_id"
columns = { id = "key", customer_id = "key" }
"""
TABLES = """
CREATE SCHEMA desk;
CREATE TABLE desk.case (id bigint PRIMARY KEY, caller bigint NOT NULL, about bigint, handler text, unit varchar(40), state text,
  opened_at timestamptz DEFAULT now(), shelf int);
CREATE TABLE desk.letter (id bigint PRIMARY KEY, customer_id bigint);
CREATE TABLE desk.note (id bigint PRIMARY KEY, case_id bigint, author text);
INSERT INTO desk.case (id, caller, about, handler, unit, state, shelf) VALUES
  (100, 1, 2, 'anna', 'support', 'open', 7), (101, 3, NULL, 'bert', 'returns', 'it''s OR "shut"', 8);
UPDATE desk.case SET opened_at = now() - interval '60 days' WHERE id = 101;
INSERT INTO desk.letter VALUES (7, 1), (8, 2);
INSERT INTO desk.note VALUES (70, 7, 'anna');
"""
REQUESTS = """
INSERT INTO sminion.request (kind, subject, trigger, channel, unit, received_at, term, due_on, unrolled_on, calendar, provisional, interim,
  epoch, closed_at, outcome)
SELECT 'access', s.subject, 'request', 'other', s.unit, now() - interval '3 days', '{}', '2030-01-01', '2030-01-01', 'weekends', false, false,
  1, s.closed_at, CASE WHEN s.closed_at IS NOT NULL THEN 'granted' END
FROM (VALUES ('6', 'support', NULL), ('7', 'returns', NULL), ('8', 'support', now() - interval '1 day')) AS s (subject, unit, closed_at)
"""
ORDER = "ticket.basis_ref is sales.orders.id of this subject"


@contextmanager
def explained_shop(server: Server) -> Iterator[Shop]:
    """The shop, with an auditor, a privacy officer, and as yet no sentence."""
    with new_shop(server, more=MORE, tables=TABLES) as shop:
        shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")
        shop.database.execute(f"CREATE ROLE {shop.name}_olga LOGIN IN ROLE {shop.name}_privacy_officer")
        shop.database.execute(REQUESTS)
        yield shop


def say(shop: Shop, *sentences: str) -> None:
    """Let the policy say what explains accesses for `contract`."""
    said = ", ".join("'''" + sentence + "'''" for sentence in sentences)
    text = shop.text().replace('title = "Fulfil orders"', f'title = "Fulfil orders"\nexplains = [{said}]')
    shop.apply(loads(text))


def access(shop: Shop, *subjects: str, login: str = "app", bulk: int | None = None, **said: str) -> int:
    """An access of anna in support for `contract`, unless said otherwise; its ticket."""
    with psycopg.connect(shop.dsn(login), autocommit=True) as app:
        own = journal.opened(app)
        number = ticket(app, **{"values": '{"shelf": 7}'} | said)
        came = {"outcome": "done", "codes": [], "microseconds": 7, "rows": 5, "subjects": list(subjects)}
        came |= {} if bulk is None else {"bulk": bulk}
        journal.write(app, own, 1, [{"ticket": number, "shape": shape(app)} | came])
        return number


def look(shop: Shop, since: datetime | None = None, until: datetime | None = None, login: str = "bert") -> Found:
    """What an auditor finds."""
    with psycopg.connect(shop.dsn(login), autocommit=True) as connection, \
            read(connection, Question(Kind.UNEXPLAINED, since, until)) as log:
        return find(log)


def unexplained(shop: Shop, number: int) -> list[str]:
    """The people whom nothing explains under a ticket."""
    return sorted(each.access.subject for each in look(shop).ranked if each.access.ticket == number)


def again(shop: Shop, found: Found, number: int) -> list[tuple[Any, ...]]:
    """What the queries say that come with the first access under a ticket, as a DBA runs them."""
    (each, *_) = [each for each in found.ranked if each.access.ticket == number]
    return [shop.database.execute(said.query(each.access))[0] for said in found.explanations
            if said.purpose == each.access.purpose]
