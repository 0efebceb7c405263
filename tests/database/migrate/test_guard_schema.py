# ruff: noqa: E501 - a damage stands on one line, as it is sent
"""Schema `sminion` is what the migrations make: what somebody altered there is named, mended, or refused."""

from __future__ import annotations

import pytest

from sminion_guard import migrate
from sminion_guard.errors import InstallError
from sminion_guard.migrate import State
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop
from tests.database.migrate.test_holdings import _plain

OPEN = "CREATE OR REPLACE FUNCTION sminion.context(own name, acting name) RETURNS text[] LANGUAGE sql AS $$ SELECT '{}'::text[] $$"
MENDED = [
    ("ALTER FUNCTION sminion.context(name, name) SECURITY INVOKER", "function sminion.context(name,name)"),
    ("ALTER FUNCTION sminion.context(name, name) SET search_path = public", "function sminion.context(name,name)"),
    ("ALTER FUNCTION sminion.context(name, name) VOLATILE", "function sminion.context(name,name)"),
    ("ALTER FUNCTION sminion.context(name, name) LEAKPROOF", "function sminion.context(name,name)"),
    ("ALTER FUNCTION sminion.enter(text) OWNER TO postgres", "function sminion.enter(text)"),
    ("CREATE OR REPLACE FUNCTION sminion.permit_delete(permitted bigint, subjects text[]) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$",
     "function sminion.permit_delete(bigint,text[])"),
    ("CREATE OR REPLACE FUNCTION sminion.append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
     "function sminion.append_only()"),
    ("DROP FUNCTION sminion.drop_log(date, text)", "function sminion.drop_log(date,text)"),
    ("ALTER TABLE sminion.ticket DISABLE TRIGGER append_only", "trigger ticket.append_only"),
    ("ALTER TABLE sminion.statement_event DISABLE TRIGGER append_only", "trigger statement_event.append_only"),
    ("ALTER TABLE sminion.journal DISABLE TRIGGER append_only", "trigger journal.append_only"),
    ("ALTER TABLE sminion.log_fault DISABLE TRIGGER append_only", "trigger log_fault.append_only"),
    ("ALTER TABLE sminion.subject_event DISABLE TRIGGER ALL", "trigger subject_event.append_only"),
    ("DROP TRIGGER append_only_truncate ON sminion.write_event", "trigger write_event.append_only_truncate"),
    ("DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sminion.write_event'::regclass"
     " LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', part); END LOOP; END $$", "trigger write_event_"),
    ("DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sminion.write_event'::regclass"
     " LOOP EXECUTE format('DROP TRIGGER append_only_truncate ON %s', part); END LOOP; END $$", "trigger write_event_"),
    ("CREATE TRIGGER spy BEFORE INSERT ON sminion.ticket FOR EACH ROW EXECUTE FUNCTION sminion.append_only()",
     "trigger ticket.spy"),
    ("ALTER TABLE sminion.withheld ENABLE ROW LEVEL SECURITY", "table withheld"),
    ("CREATE POLICY blind ON sminion.withheld USING (false)", "table withheld"),
    ("CREATE RULE lose AS ON INSERT TO sminion.write_subject DO INSTEAD NOTHING", "table write_subject"),
    ("ALTER VIEW sminion.settle_status OWNER TO postgres", "view settle_status"),
    # Last: it is what tells of the others.
    ("CREATE OR REPLACE FUNCTION sminion.guard_states(OUT kind text, OUT name text, OUT state text) RETURNS SETOF record "
     "LANGUAGE sql AS $$ SELECT '', '', '' LIMIT 0 $$", "function sminion.guard_states()"),
]


def test_what_somebody_altered_is_named_and_mended(shop: Shop) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    before = _plain(snapshot(shop.database))
    for damage, name in MENDED:
        shop.database.execute(damage)
        plan = shop.plan()
        assert any(change.key.startswith(f"guard:{name}") for change in plan.guard), (damage, plan.guard)
        assert any(name in line for line in plan.lines())
    report = shop.apply()
    for _, name in MENDED:
        assert any(key.startswith(f"guard:{name}") for key in report.repaired), name
    assert report.epoch is None, "a repair ends nobody's ticket"
    assert shop.plan().clean
    assert _plain(snapshot(shop.database)) == before


REFUSED = [
    ("CREATE TABLE sminion.mine (a int)", "table mine", "DROP TABLE sminion.mine"),
    ("CREATE FUNCTION sminion.context() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function sminion.context()",
     "DROP FUNCTION sminion.context()"),
    ("CREATE VIEW sminion.mine AS SELECT 1 AS a", "view mine", "DROP VIEW sminion.mine"),
    ("ALTER DOMAIN sminion.reason_text DROP CONSTRAINT reason_text_check", "other type sminion.reason_text",
     "ALTER DOMAIN sminion.reason_text ADD CONSTRAINT reason_text_check CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 1000)"),
    ("ALTER DOMAIN sminion.actor_text OWNER TO postgres", "other type sminion.actor_text",
     "ALTER DOMAIN sminion.actor_text OWNER TO sminion_owner"),
    ("CREATE TYPE sminion.mood AS ENUM ('a')", "other type sminion.mood", "DROP TYPE sminion.mood"),
    ("ALTER TABLE sminion.ticket ADD COLUMN more int", "table ticket", "ALTER TABLE sminion.ticket DROP COLUMN more"),
    ("ALTER TABLE sminion.withheld OWNER TO postgres", "table withheld", "ALTER TABLE sminion.withheld OWNER TO sminion_owner"),
    ("CREATE INDEX mine ON sminion.ticket (login)", "table ticket", "DROP INDEX sminion.mine"),
    ("CREATE TABLE public.heir () INHERITS (sminion.withheld)", "table withheld", "DROP TABLE public.heir"),
]


def test_what_cannot_be_mended_is_named_and_refused(shop: Shop) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    for damage, name, undone in REFUSED:
        shop.database.execute(damage)
        assert [change.key for change in shop.plan().guard] == [f"guard:{name}"], damage
        with pytest.raises(InstallError) as caught:
            shop.apply()
        assert caught.value.code == "SG443"
        assert name in str(caught.value.detail)
        shop.database.execute(undone)
        assert shop.plan().clean, undone


@pytest.mark.parametrize("state", [State.NEW, State.STRAY])
def test_nothing_is_altered_after_installing_applying_and_removing(shop: Shop, state: State) -> None:
    if state is State.STRAY:
        shop.apply()
        shop.remove()
    assert shop.plan().guard == ()


def test_months_come_and_go_without_being_altered(shop: Shop) -> None:
    shop.apply()
    shop.database.execute("SELECT sminion.extend_log(24)")
    assert shop.plan().clean
    shop.database.suspend_ddl_guard()
    shop.database.execute("ALTER TABLE sminion.dropped_log DISABLE TRIGGER USER")
    assert [change.key for change in shop.plan().guard] == [
        "guard:trigger dropped_log.append_only", "guard:trigger dropped_log.append_only_truncate"]


def test_a_missing_reader_is_made_anew(shop: Shop) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    shop.database.execute("DROP FUNCTION sminion.role_excess(name, jsonb)")
    shop.apply()
    assert shop.plan().clean


def test_a_script_refuses_what_only_apply_can_mend(shop: Shop) -> None:
    shop.apply()
    text = "\n".join(migrate.script(shop.policy, shop.policy))
    shop.database.execute(text)
    shop.database.suspend_ddl_guard()
    shop.database.execute("ALTER TABLE sminion.ticket DISABLE TRIGGER append_only")
    with pytest.raises(Exception, match="not as the guard made it"):
        shop.database.execute(text)
