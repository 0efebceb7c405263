"""Whatever an application does to its tables: no purpose sees what a state forbids, and what stays hidden is named."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sminion_guard.embedded import Server
from sminion_guard.migrate import UnfitDatabase
from sminion_guard.resources import sql
from tests.properties.hindered import HINDRANCES, OLD_ENOUGH, Application, new_application
from tests.world import Connection, rows, ticket

PEOPLE = 3
PURPOSES = ("work", "news", "study")
KINDS = ("person", "staff")
TABLES = ("person", "staff", "orders", "item", "gift", "visit")
OTHER_BASIS = {"legitimate_interest": "consent", "consent": "legitimate_interest"}
OWN_REFUSALS = {"P0001", "23514", "SG249", "SG513"}
"""SQLSTATE of what a write of the application itself may end with: its own trigger or check, or children that stay."""

person = st.integers(0, PEOPLE - 1)
anybody = st.none() | person
kinds = st.sampled_from(KINDS)
anything = st.sampled_from([(kind, table) for kind in sorted(HINDRANCES) for table in HINDRANCES[kind].only])
_runs = itertools.count(1)

Subject = tuple[str, int]
"""Kind and number: both kinds have the same numbers."""


@dataclass
class State:
    """The state of one person."""

    blocked: bool = False
    news: bool = False
    study: bool = False
    objects: bool = False


@dataclass
class Row:
    """A row of the application, and whom it is about.

    :param expired: past its retention.
    :param loaded: written while the guard's triggers were off: without a mask until it is touched.
    """

    table: str
    key: int
    people: tuple[Subject | None, ...]
    parent: Row | None = None
    expired: bool = False
    loaded: bool = False

    def subjects(self) -> tuple[Subject | None, ...]:
        return self.people if self.parent is None else self.parent.people


@dataclass(frozen=True)
class Made:
    """A hindrance that stands."""

    kind: str
    table: str
    name: str
    condition: str

    def sql(self, text: str) -> bytes:
        return text.format(t=f"app.{self.table}", n=self.name, w=self.condition).encode()

    @property
    def tree(self) -> str:
        return self.table.partition("_")[0]

    def concerns(self, row: Row) -> bool:
        """Whether it may keep this row from being brought up to date."""
        hindrance = HINDRANCES[self.kind]
        if hindrance.harmless or row.table != self.tree:
            return False
        return not hindrance.rows or "true" in self.condition or row.key % 2 == 0


class Hindered(RuleBasedStateMachine):
    """People of this run alone, their rows, and an application that stands in the guard's way."""

    application: Application
    policies = True
    """Whether the policy changes too."""
    first: tuple[tuple[str, str], ...] = ()
    """Hindrances that each run begins with, beside others."""

    def __init__(self) -> None:
        super().__init__()
        self.base = next(_runs) * 10_000
        self.numbers = itertools.count(self.base)
        self.states = {(kind, one): State() for kind in KINDS for one in range(PEOPLE)}
        self.rows: list[Row] = []
        self.made: list[Made] = []
        self.changed = False
        self.cleanup = ExitStack()
        self.admin = self.cleanup.enter_context(self.application.database.connect())
        self.reader: Connection = self.cleanup.enter_context(self.application.reader())
        self.admin.execute("DELETE FROM public.copied")
        ((self.basis,),) = rows(
            self.admin, "SELECT basis FROM sminion.purpose WHERE name = 'study' AND retired_at IS NULL")
        self.open_tickets()

    @initialize(hindrances=st.lists(st.tuples(anything, st.booleans()), min_size=1, max_size=3))
    def begin(self, hindrances: list[tuple[tuple[str, str], bool]]) -> None:
        for one in range(PEOPLE):
            self.insert("person", one, None, expired=False)
            self.insert("staff", one, None, expired=False)
            self.insert("orders", one, None, expired=False)
            self.insert("item", None, None, expired=False)
            self.insert("visit", one, None, expired=one == 0)
        self.decide("person", 1, "block", True, True)
        self.decide("person", 2, "news", True, True)
        for place, even in [*((place, False) for place in self.first), *hindrances]:
            self.hinder(place, even)

    def open_tickets(self) -> None:
        self.tokens = {purpose: ticket(self.reader, purpose) for purpose in PURPOSES}

    def teardown(self) -> None:
        try:
            self.clear()
        finally:
            self.cleanup.close()

    # the model

    def permits(self, purpose: str, one: Subject) -> bool:
        state = self.states[one]
        wanted = {"work": True, "news": state.news,
                  "study": state.study if self.basis == "consent" else not state.objects}[purpose]
        return wanted and not state.blocked

    def permitted(self, purpose: str, row: Row) -> bool:
        subjects = row.subjects()
        return not row.expired and None not in subjects and all(
            self.permits(purpose, one) for one in subjects if one is not None)

    def key(self, one: Subject | None) -> int | None:
        return None if one is None else self.base + one[1]

    def text(self, one: Subject) -> str:
        """As schema `sminion` names the subject."""
        return f"{one[0]}:{self.key(one)}"

    # what people decide

    @rule(kind=kinds, one=person, event=st.sampled_from(["block", "unblock", "news", "study"]), given=st.booleans(),
          settled=st.booleans())
    def decide(self, kind: str, one: int, event: str, given: bool, settled: bool) -> None:
        """In one step with settling: hypothesis leaves whole rules out of most of its runs."""
        state, key = self.states[kind, one], str(self.key((kind, one)))
        if event in {"block", "unblock"}:
            state.blocked = event == "block"
            rows(self.admin, f"SELECT sminion.{event}(%s, 'test', kind => %s)", key, kind)
        elif event == "study" and self.basis != "consent":
            state.objects = not given
            call = "withdraw_objection" if given else "object"
            rows(self.admin, f"SELECT sminion.{call}(%s, 'study', 'test', kind => %s)", key, kind)
        else:
            setattr(state, event, given)
            call = "give_consent" if given else "withdraw_consent"
            rows(self.admin, f"SELECT sminion.{call}(%s, %s, 'test', kind => %s)", key, event, kind)
        if settled:
            self.no_purpose_sees_what_a_state_forbids()
            self.settle()

    # what the application does

    @rule(table=st.sampled_from(TABLES), one=anybody, two=anybody, expired=st.booleans())
    def insert(self, table: str, one: int | None, two: int | None, expired: bool) -> None:
        """A row; an item belongs to the last order."""
        first = None if one is None else ("staff" if table == "staff" else "person", one)
        taken = {row.people for row in self.rows if row.table == table}
        if table in KINDS and (first is None or (first,) in taken):
            return
        number = self.base + one if table in KINDS and one is not None else next(self.numbers) + PEOPLE
        people = (first, None if two is None else ("staff", two)) if table == "gift" else (first,)
        parent = [row for row in self.rows if row.table == "orders"][-1] if table == "item" else None
        row = Row(table, number, people, parent, expired and table in OLD_ENOUGH)
        row.loaded = any(made.kind == "disabled" and made.tree == table for made in self.made)
        self.write(row)

    def write(self, row: Row) -> None:
        values: dict[str, object] = {"id": row.key}
        if row.table in {"orders", "visit"}:
            values["person"] = self.key(row.people[0])
        elif row.table == "gift":
            values |= {"giver": self.key(row.people[0]), "taker": self.key(row.people[1])}
        elif row.parent is not None:
            values["orders"] = row.parent.key
        if row.table == "visit":
            values["part"] = row.key // 2 % 2
        if row.expired:
            values["seen"] = "2001-01-01"
        named, places = ", ".join(values), ", ".join(["%s"] * len(values))
        try:
            rows(self.admin, f"INSERT INTO app.{row.table} ({named}) VALUES ({places}) RETURNING 1", *values.values())
        except psycopg.Error as error:
            assert error.sqlstate in OWN_REFUSALS, error
        else:
            self.rows.append(row)

    @rule(one=anybody)
    def write_a_child_before_its_parent(self, one: int | None) -> None:
        if not any(made.tree in {"orders", "item"} for made in self.made):
            parent = Row("orders", next(self.numbers) + PEOPLE, (None if one is None else ("person", one),))
            self.write(Row("item", next(self.numbers) + PEOPLE, (), parent))
            self.write(parent)

    @rule(data=st.data(), one=anybody)
    def move_a_parent(self, data: st.DataObject, one: int | None) -> None:
        if any(made.kind == "disabled" and made.tree == "orders" for made in self.made):
            return  # only the triggers know that a row moves
        order = data.draw(st.sampled_from([row for row in self.rows if row.table == "orders"]))
        whom = None if one is None else ("person", one)
        try:
            moved = rows(
                self.admin, "UPDATE app.orders SET person = %s WHERE id = %s RETURNING 1", self.key(whom), order.key)
        except psycopg.Error as error:
            assert error.sqlstate in OWN_REFUSALS, error
        else:
            if moved:
                order.people = (whom,)

    @rule(place=anything, even=st.booleans())
    def hinder(self, place: tuple[str, str], even: bool) -> None:
        if len(self.made) < 4:
            kind, table = place
            made = Made(kind, table, f"h{next(self.numbers)}", "OLD.id % 2 = 0" if even else "true")
            self.admin.execute(made.sql(HINDRANCES[kind].make))
            self.made.append(made)

    @rule(data=st.data())
    def give_way(self, data: st.DataObject) -> None:
        if self.made:
            made = data.draw(st.sampled_from(self.made))
            self.made.remove(made)
            self.admin.execute(made.sql(HINDRANCES[made.kind].undo))
            self.touch_what_was_loaded()

    def touch_what_was_loaded(self) -> None:
        """As docs/SECURITY.md asks for it; not while somebody stands in the way."""
        for table in {row.table for row in self.rows if row.loaded}:
            if not any(made.tree == table for made in self.made):
                self.admin.execute(f"UPDATE app.{table} SET guard_mask = NULL WHERE guard_mask IS NULL".encode())
                for row in self.rows:
                    row.loaded = row.loaded and row.table != table

    # what the guard does

    @rule(often=st.integers(0, 3))
    def change_the_policy(self, often: int) -> None:
        """Once a run at most: it takes a second. What cannot stay is refused, and then nothing has changed."""
        if often or self.changed or not self.policies:
            return
        self.changed = True
        policies = any("policy" in HINDRANCES[made.kind].undo.lower() for made in self.made)
        ((heard,),) = rows(self.admin, "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^h' AND tgenabled = 'A'")
        try:
            self.application.apply(OTHER_BASIS[self.basis])
        except UnfitDatabase as error:
            assert {problem.code for problem in error.problems} <= {"SG447", "SG514"}, error
            assert policies or heard
        else:
            assert not policies and not heard
            self.basis = OTHER_BASIS[self.basis]
            self.open_tickets()

    @rule()
    def settle(self) -> None:
        for _ in range(2):
            rows(self.admin, "SELECT sminion.settle()")
        concerned = {self.text(one) for row in self.rows for made in self.made if made.concerns(row)
                     for one in row.subjects() if one is not None}
        blind = [made for made in self.made if not HINDRANCES[made.kind].rows and not HINDRANCES[made.kind].harmless]
        tables = {f"app.{made.tree}" for made in self.made}
        tables |= {"app.item"} if "app.orders" in tables else set()
        for subject, table, cause in rows(
            self.admin, "SELECT subject, stuck_in, cause FROM sminion.unsettled WHERE subject = ANY (%s)",
            [self.text(one) for one in self.states],
        ):
            assert blind or subject in concerned, f"{subject} waits, though nothing stands in the way: {table}, {cause}"
            assert cause and table in tables, f"{subject} is hidden, and nobody is told why: {table}, {cause}"
        assert rows(self.admin, "SELECT * FROM public.copied") == [], "a mask was published"

    def clear(self) -> None:
        """Nobody stands in the way any more: what is permitted is seen, once it is settled."""
        for made in self.made:
            self.admin.execute(made.sql(HINDRANCES[made.kind].undo))
        self.made.clear()
        self.touch_what_was_loaded()
        self.settle()
        for purpose in PURPOSES:
            may = {(row.table, row.key) for row in self.rows if self.permitted(purpose, row)}
            seen = self.seen(purpose)
            assert seen == may, f"{purpose} sees {seen - may} and does not see {may - seen}"

    # what must hold

    @invariant()
    def no_purpose_sees_what_a_state_forbids(self) -> None:
        for purpose in PURPOSES:
            may = {(row.table, row.key) for row in self.rows if self.permitted(purpose, row)}
            assert (seen := self.seen(purpose)) <= may, f"{purpose} sees {seen - may}"

    def seen(self, purpose: str) -> set[tuple[str, int]]:
        parts = [f"SELECT '{table}', id FROM app.{table} WHERE id BETWEEN {self.base} AND {self.base + 9_999}"
                 for table in TABLES]
        with self.reader.transaction():
            rows(self.reader, "SELECT sminion.enter(%s)", self.tokens[purpose])
            return set(rows(self.reader, " UNION ALL ".join(parts)))


def look_on(
    application: Application, *, policies: bool, first: tuple[tuple[str, str], ...] = (), **more: Any
) -> None:
    Hindered.application, Hindered.policies, Hindered.first = application, policies, first
    run_state_machine_as_test(Hindered, settings=settings(
        stateful_step_count=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False, **more,
    ))


def test_no_purpose_sees_what_a_state_forbids_whatever_an_application_does(server: Server) -> None:
    with new_application(server) as application:
        look_on(application, policies=True, max_examples=15)


@pytest.fixture(scope="module")
def broken(server: Server) -> Iterator[Application]:
    """For tests that take a mend out of the guard, and put it back."""
    with new_application(server) as application:
        yield application


MENDS: dict[str, tuple[str, str, str, tuple[tuple[str, str], ...]]] = {
    "settle looks again": (
        "stale_subjects", r"RETURN QUERY EXECUTE.*?;", "RETURN;", (("skip", "person"), ("skip", "visit"))),
    "settle knows that it may be blind": (
        "blindness", r"\nBEGIN\n", "\nBEGIN\n  RETURN NULL;\n", (("restrictive", "person"),)),
    "a parent moves with its children only": (
        "require_followed", r"\n  IF cause .*? THEN", "\n  IF false THEN", (("skip", "item"),)),
    "triggers do not hear of masks": (
        "begin_replica_role", r"IF before <> 'replica' AND", "IF false AND", (("copy", "person"),)),
    "kinds that are numbered alike are told apart": ("subject_key", r"RETURN prefix", "RETURN 'person:'", ()),
    "a child finds its parent later": ("adopt_orphans", r"\nBEGIN\n", "\nBEGIN\n  RETURN 0;\n", ()),
}
"""Functions, what makes the mend in them, what stands there without it, and what then leads to a violation."""


@pytest.mark.postgres(18)
@pytest.mark.parametrize("name", MENDS)
def test_the_machine_finds_a_guard_without_one_of_its_mends(name: str, broken: Application) -> None:
    function, mend, without, first = MENDS[name]
    (path,) = (sql() / "functions").rglob(f"{function}.sql")
    text = path.read_text(encoding="utf-8")
    text = text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    less, count = re.subn(mend, lambda _: without, text, count=1, flags=re.DOTALL)
    assert count == 1
    broken.database.execute(less)
    try:
        with pytest.raises(AssertionError):
            look_on(broken, policies=False, first=first, max_examples=30, phases=[Phase.generate])
    finally:
        broken.database.execute(text)
