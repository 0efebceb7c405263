"""docs/OFFICERS.md: every statement runs as the office that it is for, and every function of an office is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.compiler import guard_grants
from sminion_guard.embedded import Server
from tests.docs.readme import ROOT
from tests.world import World, new_world, ticket

PAGE = (ROOT / "docs" / "OFFICERS.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
OFFICES = ("privacy_officer", "maintenance", "auditor")
BELOW_THE_VIEWS = {
    "object_states", "unfolded_entries", "unfolded_writes", "fold_holders", "maintain_step", "policy_in_force",
    "other_keys", "check_partition", "record_drop",
}
"""Only views call them, `maintain`, `drop_expired_partition`, and `policy show --installed`."""


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.super(f"CREATE ROLE {world.name}_anna LOGIN; CREATE ROLE {world.name}_scheduler LOGIN;"
                    f"CREATE ROLE {world.name}_bert LOGIN;"
                    "INSERT INTO crm.customer (id, email) VALUES (42, 'a'), (43, 'b') ON CONFLICT DO NOTHING")
        world.super("INSERT INTO sminion.view_key"
                    " SELECT 'for_statistics.customers', p.* FROM sminion.hmac_pads(NULL) p")
        world.settle()
        yield world


def test_every_statement_of_the_page_runs(world: World) -> None:
    with world.connect() as application:
        token = ticket(application, "contract")
    number = token.split(".")[0]
    grants, *others = BLOCKS
    for person in ("anna", "scheduler", "bert"):
        grants = grants.replace(person, f"{world.name}_{person}")
    world.super(grants.replace("shop_", f"{world.name}_"))
    done = 0
    with world.connect("anna") as officer, world.connect("scheduler") as scheduler, world.connect("bert") as bert:
        for block in others:
            for statement in filter(None, map(str.strip, block.replace("4711", number).split(";"))):
                if "REPORT" in statement:
                    ((report,),) = officer.execute("SELECT max(act)::text FROM sminion.report").fetchall()
                    statement = statement.replace("REPORT", report)
                for word, last in (("REQUEST", "max(id) FROM sminion.request_status"),
                                   ("DESTRUCTION", "max(id) FROM sminion.destruction")):
                    if re.search(rf"\b{word}\b", statement):
                        ((number_of,),) = officer.execute(f"SELECT {last}".encode()).fetchall()
                        statement = re.sub(rf"\b{word}\b", str(number_of), statement)
                called = re.search(r"settle\(|drop_expired|extend_log|remask|backfill|maintain\(", statement)
                audited = re.search(r"leaves\(|stray_rows|silent_tickets|record_checkpoint|report_restore", statement)
                (scheduler if called else bert if audited else officer).execute(statement.encode())
                done += 1
    assert done > 20
    with world.connect("bert") as auditor:
        events = auditor.execute(
            "SELECT event, count(*) FROM sminion.subject_history WHERE subject = '42' GROUP BY event").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            auditor.execute("SELECT sminion.block(42, 'not hers to block')")
    assert dict(events) == {
        "block": 6, "unblock": 2, "give_consent": 2, "withdraw_consent": 2, "object": 2, "withdraw_objection": 1,
        "merge_subjects": 1, "unmerge_subjects": 1}


def test_every_function_of_an_office_is_shown() -> None:
    shown = set(re.findall(r"sminion\.(\w+)\(", "".join(BLOCKS)))
    granted = {signature.partition("(")[0] for office in OFFICES for signature in guard_grants.routines(office)}
    assert granted - BELOW_THE_VIEWS == shown


def test_every_function_that_a_role_may_call_has_a_comment(world: World) -> None:
    signatures = sorted({
        signature for caller in (*OFFICES, "login", "compartment") for signature in guard_grants.routines(caller)})
    rows = world.super(
        "SELECT s FROM unnest(%s::text[]) s WHERE obj_description(('sminion.' || s)::regprocedure, 'pg_proc') IS NULL",
        signatures)
    assert rows == []
