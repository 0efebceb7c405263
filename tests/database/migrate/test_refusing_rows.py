"""Rows that refuse an update are found before the policy is in force: afterwards nobody would see them."""

from __future__ import annotations

import sys

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.checks.refusing import probe
from sminion_guard.errors import InstallError
from sminion_guard.migrate import Problem, UnfitDatabase
from sminion_guard.migrate.script import script
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop
from tests.world import rows, ticket

# Unqualified names: they are found by the application's search_path, and not by the guard's.
LOST = "CREATE FUNCTION public.fine(bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN {0}; END';"
IMMUTABLE = LOST.replace(" AS '", " IMMUTABLE AS '")

SOME = {
    "not validated": (
        "ALTER TABLE crm.customer ADD CONSTRAINT better CHECK (id > 10) NOT VALID", "SG337",
        "10 rows of 300 of `crm.customer` violate constraint `better`", "`id` 1, 2, 3", range(1, 11)),
    "valid once, by the function": (
        LOST.format("true") + "ALTER TABLE crm.customer ADD CONSTRAINT better CHECK (public.fine(id));"
        + LOST.format("$1 > 10").replace("CREATE", "CREATE OR REPLACE"), "SG337",
        "10 rows of 300 of `crm.customer` violate constraint `better`", "`id` 1, 2, 3", range(1, 11)),
    "valid once, by the clock": (
        "ALTER TABLE crm.customer ADD until timestamptz; SET session_replication_role = replica;"
        "ALTER TABLE crm.customer ADD CONSTRAINT fresh CHECK (until > now());"
        "UPDATE crm.customer SET until = clock_timestamp() + interval '50 ms' WHERE id <= 10; SELECT pg_sleep(0.06)",
        "SG337", "10 rows of 300 of `crm.customer` violate constraint `fresh`", "`id` ", range(1, 11)),
    "a generated column": (
        IMMUTABLE.format("true") + "ALTER TABLE crm.customer ADD good boolean GENERATED ALWAYS AS"
        " (public.fine(id)) STORED;"
        + IMMUTABLE.format("1 / ($1 / 11) IS NOT NULL").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        "SG338", "10 rows of `crm.customer` refuse an update", "division by zero", range(1, 11)),
    "a domain beneath a generated column": (
        "CREATE DOMAIN public.high AS bigint; ALTER TABLE crm.customer ADD high public.high GENERATED ALWAYS AS"
        " (id::public.high) STORED; ALTER DOMAIN public.high ADD CONSTRAINT ten CHECK (VALUE > 10) NOT VALID",
        "SG338", "10 rows of `crm.customer` refuse an update", "ten", range(1, 11)),
}
ALL = {
    "not validated": (
        "ALTER TABLE crm.customer ADD CONSTRAINT better CHECK (id > 1000) NOT VALID", "SG337",
        "violate constraint `better`: nobody would see any row", "ALTER TABLE crm.customer DROP CONSTRAINT better"),
    "two that leave nothing together": (
        "ALTER TABLE crm.customer ADD CONSTRAINT low CHECK (id > 150) NOT VALID;"
        "ALTER TABLE crm.customer ADD CONSTRAINT high CHECK (id <= 150) NOT VALID", "SG338",
        "tried: nobody would see any row",
        "ALTER TABLE crm.customer DROP CONSTRAINT low, DROP CONSTRAINT high"),
    "a function that finds nothing": (
        "CREATE TABLE public.allowed AS SELECT generate_series(1, 300)::bigint AS id;"
        + LOST.format("EXISTS (SELECT FROM allowed a WHERE a.id = $1)")
        + "ALTER TABLE crm.customer ADD CONSTRAINT better CHECK (public.fine(id));", "SG338",
        "tried: nobody would see any row",
        "ALTER FUNCTION public.fine SET search_path = public; GRANT SELECT ON public.allowed TO PUBLIC"),
    "a function that may not look": (
        "CREATE TABLE public.allowed AS SELECT generate_series(1, 300)::bigint AS id;"
        + LOST.format("EXISTS (SELECT FROM public.allowed a WHERE a.id = $1)")
        + "ALTER TABLE crm.customer ADD CONSTRAINT better CHECK (public.fine(id));", "SG338",
        "tried: nobody would see any row",
        "GRANT SELECT ON public.allowed TO sminion_owner"),
    "published without an identity": (
        "ALTER TABLE crm.customer REPLICA IDENTITY NOTHING; CREATE PUBLICATION out FOR TABLE crm.customer", "SG338",
        "table `crm.customer` refuses every update: nobody would see any row",
        "ALTER TABLE crm.customer REPLICA IDENTITY FULL"),
}


@pytest.fixture(autouse=True)
def all_rows_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts are those of all 300 rows: on a loaded machine the time for trying would end before."""
    monkeypatch.setattr(sys.modules[probe.__module__], "TRYING", 60_000)


def _seen(shop: Shop) -> set[int]:
    with shop.database.connect(f"{shop.name}_app") as connection:
        token = ticket(connection, "contract")
        with connection.transaction():
            connection.execute("SELECT sminion.enter(%s)", [token])
            return {key for (key,) in rows(connection, "SELECT id FROM crm.customer")}


def _of(problems: tuple[Problem, ...], code: str) -> list[Problem]:
    return [problem for problem in problems if problem.code == code]


@pytest.mark.parametrize("name", SOME)
def test_rows_that_refuse_are_counted_and_named_and_all_others_are_seen(name: str, shop: Shop) -> None:
    change, code, message, detail, hidden = SOME[name]
    shop.database.execute(change)
    if code == "SG337":
        (planned,) = _of(shop.plan().problems, code)
        assert message in planned.message and not planned.refuses
    report = shop.apply()
    (found,) = [problem for problem in report.problems if problem.code in {"SG337", "SG338"}]
    assert (found.code, found.refuses) == (code, False)
    assert message in found.message and detail in (found.detail or "") and found.hint
    assert _seen(shop) == set(range(1, 301)) - set(hidden)
    # applied again, with rows that are hidden already, it tells of them and goes on
    assert not shop.apply().changed


@pytest.mark.parametrize("name", ALL)
def test_a_table_of_which_nobody_would_see_a_row_is_refused_before_anything_is_changed(name: str, shop: Shop) -> None:
    change, code, message, mend = ALL[name]
    shop.database.execute(change)
    before = snapshot(shop.database)
    with pytest.raises(UnfitDatabase) as caught:
        shop.apply()
    found = _of(caught.value.problems, code)
    assert any(message in problem.message and problem.hint for problem in found), caught.value
    assert snapshot(shop.database) == before
    shop.database.execute(mend)
    shop.apply()
    assert _seen(shop) == set(range(1, 301))


def test_a_script_tries_the_same(shop: Shop) -> None:
    change, _, _, mend = ALL["a function that finds nothing"]
    shop.database.execute(change)
    text = "\n".join(script(shop.policy))
    with shop.database.connect() as admin:
        with pytest.raises(psycopg.Error) as caught:
            admin.execute(text.encode())
        assert caught.value.sqlstate == "SG338" and "allowed" in (caught.value.diag.message_detail or "")
        admin.execute(b"ROLLBACK")
        admin.execute(mend.encode())
        admin.execute(text.encode())
        migrate.fill_masks(admin)
    assert _seen(shop) == set(range(1, 301))


def test_what_trying_did_is_taken_back(shop: Shop) -> None:
    shop.apply(fill=False)
    assert shop.unfilled() == 2100
    assert shop.database.execute("SELECT count(*) FROM sminion.subject_state") == [(0,)]


@pytest.mark.parametrize("constraint", [
    "CHECK (id > 0)", "CHECK (id > 1000) NOT VALID NOT ENFORCED", "CHECK (lower(email) = email)",
    "FOREIGN KEY (id) REFERENCES news.subscriber (customer_id) NOT VALID",
])
def test_a_constraint_that_refuses_no_update_is_not_asked(constraint: str, shop: Shop) -> None:
    if "ENFORCED" in constraint and shop.database.server.binaries.major < 18:
        constraint = "CHECK (id > 0) NOT VALID"
    shop.database.execute("DELETE FROM news.subscriber WHERE customer_id <= 10")
    shop.database.execute(f"ALTER TABLE crm.customer ADD CONSTRAINT extra {constraint}")
    report = shop.apply()
    assert [problem for problem in report.problems if problem.code in {"SG337", "SG338"}] == []
    assert _seen(shop) == set(range(1, 301))


@pytest.mark.postgres(18)
def test_a_column_that_was_not_to_be_null_hides_rows(shop: Shop) -> None:
    shop.database.execute("UPDATE crm.customer SET full_name = NULL WHERE id <= 10;"
                          "ALTER TABLE crm.customer ADD CONSTRAINT named NOT NULL full_name NOT VALID")
    (found,) = _of(shop.apply().problems, "SG337")
    assert "10 rows of 300" in found.message
    assert _seen(shop) == set(range(11, 301))


def test_a_table_that_is_published_later_holds_up_nobody_else(shop: Shop) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    shop.database.execute("ALTER TABLE sales.orders REPLICA IDENTITY NOTHING;"
                          "CREATE PUBLICATION out FOR TABLE sales.orders;"
                          "SELECT sminion.block('7', 'court')")
    assert shop.database.execute("SELECT sminion.settle()") == [(1,)]
    ((table, cause),) = shop.database.execute('SELECT "table", cause FROM sminion.settle_problems WHERE subjects > 0')
    assert table == "sales.orders" and "replica identity" in cause
    assert 7 not in _seen(shop)
    with shop.database.connect(autocommit=False) as connection:
        # a policy that asks for all masks anew ends all the same, and says what it could not do
        report = migrate.apply(connection, shop.changed('basis = "consent"', 'basis = "legitimate_interest"'))
    assert any("replica identity" in (problem.detail or "") for problem in _of(report.problems, "SG512"))
    shop.database.execute("ALTER TABLE sales.orders REPLICA IDENTITY FULL")
    with shop.database.connect(autocommit=False) as connection:
        migrate.fill_masks(connection)
    assert shop.database.execute("SELECT sminion.settle()") == [(0,)]


def test_a_superuser_is_told_whose_privilege_is_missing(shop: Shop) -> None:
    shop.database.execute("CREATE FUNCTION public.no() RETURNS event_trigger LANGUAGE plpgsql AS"
                          " 'BEGIN RAISE insufficient_privilege; END';"
                          "CREATE EVENT TRIGGER no ON ddl_command_start WHEN TAG IN ('CREATE POLICY')"
                          " EXECUTE FUNCTION public.no()")
    with pytest.raises(InstallError) as caught:
        shop.apply()
    assert caught.value.code == "SG413"
    assert "superuser" not in (caught.value.hint or "") and "function public.no()" in (caught.value.detail or "")
