"""The promises to people, clause by clause: each holds, and no longer holds where its mechanism is taken away.

What holds is a function of the world that returns what somebody sees or is told, beside what the promise says. What
takes the mechanism away is SQL of the superuser, who alone can do it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from sminion_guard.cli.policy_page import render
from sminion_guard.errors import GuardError, PolicyError
from sminion_guard.migrate import plan
from sminion_guard.migrate.installed_page import installed_page
from sminion_guard.policy import loads
from sminion_guard.policy.page.notice import notice
from sminion_guard.policy.page.words import words
from sminion_guard.subjects import Destructions, certificate, keep
from sminion_guard.subjects.report import open_report
from sminion_guard.subjects.verification import verify
from tests.database.subjects.destroying import asked
from tests.world import World, acting, rows, ticket

Found = tuple[object, object]
"""What is, and what the promise says."""


def seen(world: World, purpose: str, table: str, who: int) -> object:
    """How many rows about a person a purpose sees, or the SQLSTATE of its refusal."""
    with world.connect() as connection:
        try:
            with acting(connection, ticket(connection, purpose)):
                return rows(connection, f"SELECT count(*) FROM {table} WHERE id = {who}")[0][0]
        except psycopg.Error as error:
            return error.sqlstate


def written(world: World, purpose: str, statement: str, **named: str) -> object:
    """How many rows a purpose writes, committed, or the SQLSTATE of its refusal."""
    with world.connect() as connection:
        token = ticket(connection, purpose, **named)
        try:
            with connection.transaction():
                connection.execute("SELECT sminion.enter(%s)", [token])
                return connection.execute(statement.encode()).rowcount
        except psycopg.Error as error:
            return error.sqlstate


def during(world: World, purpose: str, table: str, who: int, change: str) -> tuple[object, ...]:
    """What a transaction sees before and after an officer changed a state, and left the rows to be settled."""
    with world.connect() as connection, acting(connection, ticket(connection, purpose)):
        count = f"SELECT count(*) FROM {table} WHERE id = {who}"
        before = rows(connection, count)[0][0]
        world.super_unsettled(change)
        return before, rows(connection, count)[0][0]


def consent_is_tested_for_each_row(world: World) -> Found:
    """Clause 7."""
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent('3', 'marketing', 'form')")
    world.settle()
    return [seen(world, "marketing", "marketing.subscriber", who) for who in (3, 4)], [1, 0]


def withdrawal_hides_at_the_next_statement(world: World) -> Found:
    """Clause 8. A second withdrawal must work as the first one did, so it is of another person."""
    ((who,),) = world.super("SELECT 10 + count(*) FROM sminion.subject_event WHERE event = 'withdraw_consent'")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent(%s, 'marketing', 'form')", [str(who)])
    world.settle()
    change = f"SELECT sminion.withdraw_consent('{who}', 'marketing', 'letter')"
    return during(world, "marketing", "marketing.subscriber", who, change), (1, 0)


def objection_hides_at_the_next_statement(world: World) -> Found:
    """Clause 9."""
    ((who,),) = world.super("SELECT 20 + count(*) FROM sminion.subject_event WHERE event = 'object'")
    change = f"SELECT sminion.object('{who}', 'interest', 'call')"
    return during(world, "interest", "marketing.subscriber", who, change), (1, 0)


def contested_data_is_blocked_until_it_is_decided(world: World) -> Found:
    """Clause 10: nobody reads or adds, who corrects writes for the request only, which is on record, and
    the answer has a day."""
    ((who,),) = world.super("SELECT 30 + count(*) FROM sminion.request")
    with world.connect("officer") as officer:
        ((number,),) = rows(officer, "SELECT sminion.open_request(%s, 'clarify', 'letter')", str(who))
    insert = f"INSERT INTO sales.orders (customer_id, email) VALUES ({who}, 'new')"
    correction = f"UPDATE crm.customer SET email = 'right' WHERE id = {who}"
    during_it = (
        seen(world, "contract", "crm.customer", who), written(world, "contract", insert),
        seen(world, "rectification", "crm.customer", who),
        written(world, "rectification", correction, subject=str(who)),
        written(world, "rectification", correction, subject=str(who), basis_ref=f"request:{number}"),
        world.super("SELECT relation, columns FROM sminion.clarifications WHERE request = %s", number),
        world.super("SELECT due_on > current_date FROM sminion.request_status WHERE id = %s", number),
    )
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.identify_request(%s, 'passport')", [number])
        officer.execute("SELECT sminion.close_request(%s, 'granted', 'corrected')", [number])
    world.settle()
    return (*during_it, seen(world, "contract", "crm.customer", who)), (
        0, "42501", "SG214", "SG543", 1, [("crm.customer", ["email"])], [(True,)], 1)


def misconduct_is_stopped_at_once(world: World) -> Found:
    """Clause 11, first half."""
    ((who,),) = world.super("SELECT 35 + count(*) FROM sminion.request")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.open_request(%s, 'misconduct', 'call')", [str(who)])
    return seen(world, "contract", "crm.customer", who), 0


def each_change_of_her_data_is_in_the_report(world: World) -> Found:
    """Clause 11, second half: who changed what, and for which purpose."""
    before = accesses(world, 6)
    written(world, "contract", "INSERT INTO sales.orders (customer_id, email) VALUES (6, 'new')")
    found = [entry for entry in accesses(world, 6)[len(before):] if entry[0] != ("report",)]
    return found, [(("collect",), "attacker", "contract", ("sales.orders",))]


def accesses(world: World, who: int) -> list[Any]:
    with world.connect("officer") as officer, open_report(officer, who, reason="asked") as report:
        return [(entry.operations, entry.who, entry.purpose, entry.relations)
                for entry in report.accesses()]


def the_page_says_what_is_in_force(world: World) -> Found:
    """Clause 15: each purpose that opens rows is on the page that is made from what is installed."""
    with world.connect("officer") as officer:
        policy, installed = installed_page(officer)
        page = render(notice(policy), "policy.html.j2", words("en"), installed)
    titles = world.super("SELECT title FROM sminion.purpose WHERE retired_at IS NULL ORDER BY bit")
    return [title for (title,) in titles if title not in page], []


def a_consent_stays_bound_to_its_version(world: World) -> Found:
    """Clause 22: a new version says what it changes, and changes nothing of what was consented to before."""
    ((number, version),) = world.super("SELECT epoch + 50, version FROM sminion.policy")
    text = world.text().replace('version = "1"', f'version = "{number}"')
    new = loads(text.replace('may = ["use", "collect"]', 'may = ["use"]') if version == "1" else text)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent('8', 'marketing', 'form')")
    try:  # before `apply`, which would make a trigger anew that is gone
        world.super("UPDATE sminion.subject_event SET epoch = epoch WHERE subject = '8'")
        refused = None
    except psycopg.Error as error:
        refused = error.sqlstate
    with world.database.connect() as admin:
        found = plan(admin, new).difference
    assert found is not None and any("marketing" in sentence.text for sentence in found.sentences)
    world.apply(new)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent('9', 'marketing', 'form')")
    register = "SELECT policy_version FROM sminion.consent_register WHERE subject = %s"
    before = [world.super(register, key) for key in ("8", "9")]
    return (before, refused), ([[(version,)], [(str(number),)]], "SG505")


def what_has_expired_is_hidden_and_purged(world: World) -> Found:
    """Clause 19: nobody sees it at once, maintenance deletes it, and that is on record."""
    ((who,),) = world.super("SELECT 30 + count(*) FROM sminion.act WHERE act = 'retention'")
    world.super("UPDATE crm.customer SET last_seen_at = now() - interval '4 years' WHERE id = %s", who)
    before = seen(world, "contract", "crm.customer", who)
    world.super("UPDATE sminion.retention_rule SET since = since - interval '2 days', retry_at = now()")
    with world.connect("app") as app:
        while rows(app, "CALL sminion.maintain()")[0][0]:
            pass
    left = world.super("SELECT count(*) FROM crm.customer WHERE id = %s", who)
    recorded = world.super("SELECT detail -> 'rows' FROM sminion.act WHERE act = 'retention' ORDER BY id DESC LIMIT 1")
    return (before, left, recorded), (0, [(0,)], [(1,)])


def what_is_destroyed_is_gone_and_certified(world: World) -> Found:
    """Clause 10: a look that does not go by the policy finds nothing, and the certificate is kept."""
    ((who,),) = world.super("SELECT 20 + count(*) FROM sminion.destruction")
    with world.connect("officer") as officer, world.database.connect() as admin:
        request = asked(officer, who)
        Destructions(officer).destroy(request, "letter", patience=0)
        try:
            commitment = certificate(officer, request).commitment
            keep(officer, request, json.dumps({"subject": None, "commitment": commitment}))
            kept = "kept"
        except GuardError as error:
            kept = error.code
        places = [place.name for place in verify(admin, str(who), only=["crm.customer"]).left]
    return (kept, places), ("kept", [])


@dataclass(frozen=True)
class Clause:
    """A promise, and what takes its mechanism away."""

    number: int
    holds: Callable[[World], Found]
    without: str


SKIP = "CREATE FUNCTION public.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
CLAUSES = {
    "consent": Clause(7, consent_is_tested_for_each_row,
                      "ALTER TABLE marketing.subscriber DISABLE ROW LEVEL SECURITY"),
    "withdrawal": Clause(8, withdrawal_hides_at_the_next_statement,
                         f"{SKIP} CREATE TRIGGER skip BEFORE INSERT ON sminion.withheld"
                         " FOR EACH ROW EXECUTE FUNCTION public.skip()"),
    "objection": Clause(9, objection_hides_at_the_next_statement, "UPDATE sminion.policy SET objection_bits = 0"),
    "block": Clause(10, contested_data_is_blocked_until_it_is_decided, "UPDATE sminion.policy SET blocked_bits = -1"),
    "one blocked person a ticket": Clause(
        10, contested_data_is_blocked_until_it_is_decided, "UPDATE sminion.compartment SET sees_blocked = false;"
        # The floor asks for the name again: both say so.
        "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"),
    "end of the block": Clause(
        10, contested_data_is_blocked_until_it_is_decided, "UPDATE sminion.request SET interim = false;"
        f"{SKIP} CREATE TRIGGER skip BEFORE UPDATE ON sminion.subject_state"
        " FOR EACH ROW WHEN (OLD.blocked AND NOT NEW.blocked) EXECUTE FUNCTION public.skip()"),
    "destruction": Clause(
        10, what_is_destroyed_is_gone_and_certified, f"{SKIP} CREATE TRIGGER skip BEFORE DELETE ON crm.customer"
        " FOR EACH ROW EXECUTE FUNCTION public.skip(); ALTER TABLE crm.customer ENABLE ALWAYS TRIGGER skip"),
    "misconduct": Clause(
        11, misconduct_is_stopped_at_once, "UPDATE sminion.policy SET request_terms ="
        " jsonb_set(request_terms, '{terms,misconduct,request,interim}', 'false')"),
    "her own report": Clause(11, each_change_of_her_data_is_in_the_report,
                             'ALTER TABLE sales.orders DISABLE TRIGGER "~guard_collected"'),
    "the page": Clause(15, the_page_says_what_is_in_force,
                       "ALTER TABLE sminion.policy_version DISABLE TRIGGER append_only; UPDATE sminion.policy_version"
                       " SET document = replace(document::text, 'Treat patients', 'Nothing')::jsonb"),
    "retention, hidden": Clause(
        19, what_has_expired_is_hidden_and_purged, "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"),
    "retention, purged": Clause(
        19, what_has_expired_is_hidden_and_purged, f"{SKIP} CREATE TRIGGER skip BEFORE DELETE ON crm.customer"
        " FOR EACH ROW EXECUTE FUNCTION public.skip(); ALTER TABLE crm.customer ENABLE ALWAYS TRIGGER skip"),
    "the version": Clause(22, a_consent_stays_bound_to_its_version,
                          "DROP TRIGGER append_only ON sminion.subject_event"),
}


@pytest.mark.parametrize("name", CLAUSES)
def test_a_clause_is_kept_by_its_mechanism(world: World, name: str) -> None:
    clause = CLAUSES[name]
    is_, promised = clause.holds(world)
    assert is_ == promised, clause.number
    world.super(clause.without)
    is_, promised = clause.holds(world)
    assert is_ != promised, f"clause {clause.number} has another mechanism than the one that was taken away"


def test_a_purpose_without_a_legal_condition_is_no_policy(world: World) -> None:
    """Clause 7, the other half: the same policy with its basis is one."""
    assert loads(world.text())
    with pytest.raises(PolicyError) as refused:
        loads(world.text().replace('basis = "contract"\n', "", 1))
    assert "SG313" in str([finding.code for finding in refused.value.findings])


def test_each_clause_about_rights_has_a_test() -> None:
    assert {clause.number for clause in CLAUSES.values()} == {7, 8, 9, 10, 11, 15, 19, 22}
