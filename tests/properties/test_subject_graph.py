"""A table that a policy adds, whatever path leads from it to people, is reached by everything that works on people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from sminion_guard.subjects.report import open_report
from tests.properties.graphs import KEYS, PEOPLE, WORLD, Drawn, Graph, Node, graphs, quoted
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket

PURPOSES = ["contract", "marketing", "interest", "rectification"]


@dataclass
class Person:
    """What a state permits."""

    blocked: bool = False
    consents: bool = False
    objects: bool = False

    def permits(self, purpose: str) -> bool:
        wanted = {"contract": True, "marketing": self.consents, "interest": not self.objects}[purpose]
        return wanted and not self.blocked


STEPS: dict[str, tuple[str, dict[str, bool]]] = {
    "give_consent": ("SELECT sminion.give_consent(KEY, 'marketing', 'form')", {"consents": True}),
    "refuse_consent": ("SELECT sminion.refuse_consent(KEY, 'marketing', 'call')", {"consents": False}),
    "give_consents": ("SELECT sminion.give_consents(ARRAY[KEY], 'marketing', 'list')", {"consents": True}),
    "withdraw_consent": ("SELECT sminion.withdraw_consent(KEY, 'marketing', 'letter')", {"consents": False}),
    "import_consents": (
        "SELECT sminion.import_consents(ARRAY[KEY], '{marketing}', '{given}', ARRAY[clock_timestamp()], NULL,"
        " '{paper}', NULL, NULL, 'archive')", {"consents": True}),
    "withdraw_consents": ("SELECT sminion.withdraw_consents(ARRAY[KEY], 'marketing', 'campaign')", {"consents": False}),
    "object": ("SELECT sminion.object(KEY, 'interest', 'call')", {"objects": True}),
    "withdraw_objection": ("SELECT sminion.withdraw_objection(KEY, 'interest', 'call')", {"objects": False}),
    "object_all": ("SELECT sminion.object_all(ARRAY[KEY], 'interest', 'list')", {"objects": True}),
    "block": ("SELECT sminion.block(KEY, 'contests')", {"blocked": True}),
    "unblock": ("SELECT sminion.unblock(KEY, 'corrected')", {"blocked": False}),
    "block_all": ("SELECT sminion.block_all(ARRAY[KEY], 'court')", {"blocked": True}),
    "unblock again": ("SELECT sminion.unblock(KEY, 'over')", {"blocked": False}),
    "block_and_wait": ("CALL sminion.block_and_wait(KEY, 'court')", {"blocked": True}),
    "unblock at last": ("SELECT sminion.unblock(KEY, 'over')", {"blocked": False}),
    "block of another key": ("SELECT sminion.block('900001', 'court')", {}),
    "merge_subjects": ("SELECT sminion.merge_subjects(KEY, '900001', 'one person')", {"blocked": True}),
    "unmerge_subjects": ("SELECT sminion.unmerge_subjects(KEY, '900001', 'two people')", {"blocked": False}),
    "open_request": ("SELECT sminion.open_request(KEY, 'clarify', 'letter')", {"blocked": True}),
    "close_request": (
        "SELECT sminion.close_request(max(id), 'refused', 'it is right') FROM sminion.request_status",
        {"blocked": False}),
}
"""What an officer does to one person, one after the other, and what it makes of the state."""
ELSEWHERE = {
    "begin_report", "report_rows", "report_tables",  # the report
    "erase_from_log", "explained_accesses",  # the log
    "consent_differences", "plan_destruction",  # at the end
    "destroy_batch", "hold_data",  # reach what the plan names: tests/database/subjects
    "accesses_of", "other_keys",  # of the log
    "retention_status",  # counts rows by date, whoever they are about: tests/database/retention
    "ledger_events", "ledger_people", "replay_decision",  # calls the others: tests/database/subjects/test_ledger.py
    "record_disclosure", "record_reading", "unfolded_entries", "unfolded_writes", "blind_tables",  # no rows of people
}


@dataclass
class Case:
    """A world with the tables of a graph."""

    world: World
    graph: Graph
    readers: dict[str, tuple[Connection, str]]
    people: dict[int, Person]

    def seen(self, purpose: str, table: Drawn) -> set[int]:
        connection, token = self.readers[purpose]
        with acting(connection, token):
            return {int(note) for (note,) in rows(connection, f"SELECT note FROM {table.node.sql}")}

    def allowed(self, purpose: str, table: Drawn) -> set[int]:
        return {one for one in PEOPLE if all(self.people[whom].permits(purpose) for whom in table.people(one))}

    def check(self, after: str) -> None:
        for settled in (False, True):
            if settled:
                self.world.settle()
                assert self.world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]
            for purpose in ("contract", "marketing", "interest"):
                for table in self.graph.tables:
                    seen, allowed = self.seen(purpose, table), self.allowed(purpose, table)
                    # Before rows are settled, what a person permits may be hidden; what she denies is never seen.
                    assert seen == allowed if settled else seen <= allowed, (after, purpose, table)


def everything_reaches(case: Case, who: int) -> None:
    for one in PEOPLE:
        case.people[one] = Person()
    with case.world.connect("officer") as officer:
        others = [str(one) for one in PEOPLE if one != who]
        officer.execute("SELECT sminion.give_consents(%s, 'marketing', 'all others')", [others])
        for one in PEOPLE:
            case.people[one].consents = one != who
        case.check("nothing")
        written(case, who)
        for step, (statement, change) in STEPS.items():
            officer.execute(statement.replace("KEY", f"'{who}'").encode())
            for name, value in change.items():
                setattr(case.people[who], name, value)
            case.check(step)
            if case.people[who].blocked:
                no_new_rows(case, who)
                sight_of_blocked(case, who)
        report(case, officer, who)
        destruction(case, officer, who)
        assert case.world.super("SELECT * FROM sminion.consent_differences()") == []
        officer.execute("SELECT sminion.erase_from_log(%s, 'destroyed')", [str(who)])
        assert not any(who in in_log(case, table) for table in case.graph.tables)


def no_new_rows(case: Case, who: int) -> None:
    connection, token = case.readers["contract"]
    for table in case.graph.tables:
        with acting(connection, token):
            statement = table.insert([table.row(who, table.node.key(who + 40), "new")])
            assert refusal(connection, statement) in ("SG216", PRIVILEGE), table


def sight_of_blocked(case: Case, who: int) -> None:
    """Who corrects the data of a person sees this person, and nobody else."""
    with case.world.connect() as connection:
        token = ticket(connection, "rectification", subject=str(who))
        with acting(connection, token):
            for table in case.graph.tables:
                found = {int(note) for (note,) in rows(connection, f"SELECT note FROM {table.node.sql}")}
                assert found == table.about(who), table


def written(case: Case, who: int) -> None:
    """The log of writes names the person, the sentence explains her, and she can be taken out."""
    other = who % len(PEOPLE) + 1
    connection, token = case.readers["contract"]
    for table in case.graph.tables:
        # In a transaction of its own: a row below one that this transaction wrote would be no test of the path.
        connection.execute("BEGIN")
        connection.execute("SELECT sminion.enter(%s)", [token])
        for one in (who, other):
            connection.execute(table.insert([table.row(one, table.node.key(one + 60), "new")]).encode())
        connection.execute("COMMIT")
        assert {who, other} <= in_log(case, table), table
    with case.world.connect("reader") as reader:
        ((act,),) = rows(reader, "SELECT act FROM sminion.record_reading('unexplained', reason => 'test')")
        explained = {subject: place is not None for subject, place in rows(
            reader, "SELECT subject, explained_by FROM sminion.explained_accesses(%s)", act)}
    last = case.graph.tables[-1]
    assert explained[str(who)] is True
    assert explained[str(other)] is (other in last.people(who))
    for table in reversed(case.graph.tables):
        case.world.super(f"DELETE FROM {table.node.sql} WHERE handler = 'new'")


def in_log(case: Case, table: Drawn) -> set[int]:
    """Whom the log of writes to the table names."""
    return {int(key) for (key,) in case.world.super(
        "SELECT DISTINCT subject FROM sminion.subject_access WHERE relations = ARRAY[%s]",
        f"{table.node.schema}.{table.node.name}")}


def report(case: Case, officer: psycopg.Connection[Any], who: int) -> None:
    with open_report(officer, who, reason="asked") as opened:
        found = {(table.schema, table.name): list(table.rows) for table in opened.tables}
        assert opened.incomplete == ()
    for table in case.graph.tables:
        said = found[table.node.schema, table.node.name]
        assert len(said) == len(table.about(who)) * (2 if table.kept else 1), table
        assert sum(bool(row.past) for row in said) == (len(table.about(who)) if table.kept else 0), table


def destruction(case: Case, officer: psycopg.Connection[Any], who: int) -> None:
    """The plan to destroy the data of a person names each row."""
    ((number,),) = rows(officer, "SELECT sminion.open_request(%s, 'destroy', 'letter')", str(who))
    officer.execute("SELECT sminion.identify_request(%s, 'passport')", [number])
    planned = {(schema, name): count for schema, name, count in rows(
        officer, "SELECT schema_name, table_name, rows FROM sminion.plan_destruction(%s, slow => true)", number)}
    for table in case.graph.tables:
        assert planned[table.node.schema, table.node.name] == len(table.about(who)) * (2 if table.kept else 1), table
    officer.execute("SELECT sminion.close_request(%s, 'withdrawn', 'changed her mind')", [number])


@contextmanager
def cases(server: Server, graph: Graph, who: int) -> Iterator[Case]:
    with new_world(server, shared_roles=True) as world:
        with world.database.connect() as admin:
            for statement in graph.sql(who):
                admin.execute(statement.encode())
        node = graph.tables[-1].node
        said = f"the subject's own row in {quoted(node.schema)}.{quoted(node.name)} has handler = ticket.actor"
        title = 'title = "Fulfil orders"\n'
        text = world.text().replace(title, f"{title}explains = {json.dumps(said)}\n")
        world.apply(loads(text + graph.policy(PURPOSES)))
        with world.connect() as connection:
            yield Case(world, graph, {name: (connection, ticket(connection, name)) for name in PURPOSES[:-1]}, {})


@given(graphs(), st.sampled_from(PEOPLE[:-1]))
@settings(max_examples=5, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_table_that_a_policy_adds_is_reached_by_everything_that_works_on_people(
    server: Server, graph: Graph, who: int
) -> None:
    with cases(server, graph, who) as case:
        everything_reaches(case, who)


CHAIN = Drawn(Node("far", "away", "no", "text", KEYS["text"]), WORLD[2], pair=False, kept=True, divided=False)
LOST = {
    "row security": "ALTER TABLE far.away NO FORCE ROW LEVEL SECURITY; ALTER TABLE far.away DISABLE ROW LEVEL SECURITY",
    "settling": "DELETE FROM sminion.protected_table WHERE table_name = 'away'",
    "the log of writes": 'ALTER TABLE far.away DISABLE TRIGGER "~guard_collected"',
    "the path": "UPDATE sales.item SET order_id = order_id % 40 + 1",
}
"""What takes the new table out of the reach of one thing."""


@pytest.mark.postgres(18)
@pytest.mark.parametrize("what", LOST)
def test_a_table_that_something_no_longer_reaches_is_noticed(server: Server, what: str) -> None:
    with cases(server, Graph((CHAIN,)), 3) as case:
        case.world.database.suspend_ddl_guard()
        case.world.super(LOST[what])
        with pytest.raises(AssertionError):
            everything_reaches(case, 3)


@pytest.mark.postgres(18)
def test_each_function_that_takes_people_is_tried(server: Server) -> None:
    with new_world(server, shared_roles=True) as world:
        found = world.super(
            "SELECT DISTINCT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'sminion'::regnamespace"
            " AND p.proargnames && '{subject,subjects,schema_name}' AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            world.role("privacy_officer"))
    called = {name for statement, _ in STEPS.values() for name in re.findall(r"sminion\.(\w+)\(", statement)}
    assert {name for (name,) in found} - called == ELSEWHERE
