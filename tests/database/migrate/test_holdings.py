# ruff: noqa: E501 - a damage stands on one line, as it is sent
"""A compartment holds what its policy gives it, and nothing beside it: seen, named and taken away, wherever it is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sminion_guard.errors import InstallError
from sminion_guard.migrate import State
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop

# damage, what the plan says of compartment `{name}_contract`; everything is run as the superuser
LENT = [
    ("CREATE SCHEMA other; CREATE TABLE other.salary (id int, amount numeric); CREATE SEQUENCE other.seq; "
     "GRANT SELECT ON other.salary TO {name}_contract", "SELECT on other.salary"),
    ("GRANT UPDATE (amount) ON other.salary TO {name}_contract", "UPDATE (amount) on other.salary"),
    ("GRANT USAGE ON SCHEMA other TO {name}_contract", "USAGE on schema other"),
    ("GRANT USAGE ON SEQUENCE other.seq TO {name}_contract", "USAGE on sequence other.seq"),
    ("GRANT USAGE ON SCHEMA news TO {name}_contract", "USAGE on schema news"),
    ("GRANT SELECT (email) ON news.subscriber TO {name}_contract", "SELECT (email) on news.subscriber"),
    ("GRANT SELECT (guard_mask) ON crm.customer TO {name}_contract", "SELECT (guard_mask) on crm.customer"),
    ("GRANT SELECT (email) ON crm.customer TO {name}_contract WITH GRANT OPTION",
     "SELECT (email) on crm.customer, with the right to grant it"),
    ("GRANT CREATE ON SCHEMA crm TO {name}_contract", "CREATE on schema crm"),
    ("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {name}_contract", "EXECUTE on routine pg_read_file(text)"),
    ("GRANT EXECUTE ON FUNCTION sminion.settle(int, int) TO {name}_contract",
     "EXECUTE on routine sminion.settle(integer,integer)"),
    ("CREATE TYPE public.mood AS ENUM ('a'); GRANT USAGE ON TYPE public.mood TO {name}_contract", "USAGE on type public.mood"),
    ("GRANT USAGE ON LANGUAGE sql TO {name}_contract", "USAGE on language sql"),
    ("DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {name}_contract', current_database()); END $$",
     "TEMPORARY on database "),
    ("GRANT CREATE ON TABLESPACE pg_default TO {name}_contract", "CREATE on tablespace pg_default"),
    ("SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO {name}_contract", "SELECT on large object 4711"),
    ("CREATE FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN DATA WRAPPER w TO {name}_contract",
     "USAGE on foreign data wrapper w"),
    ("CREATE SERVER s FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN SERVER s TO {name}_contract",
     "USAGE on foreign server s"),
    ("GRANT SET ON PARAMETER session_replication_role TO {name}_contract", "SET on parameter session_replication_role"),
    ("ALTER DEFAULT PRIVILEGES IN SCHEMA news GRANT SELECT ON TABLES TO {name}_contract",
     "SELECT on all new tables of postgres in schema news"),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON SEQUENCES TO {name}_contract", "SELECT on all new sequences of postgres"),
    ("GRANT {name}_marketing TO {name}_contract", "membership in role {name}_marketing"),
    ("CREATE ROLE {name}_team; GRANT {name}_team TO {name}_contract", "membership in role {name}_team"),
    ("CREATE ROLE {name}_stranger LOGIN; GRANT {name}_contract TO {name}_stranger", "member {name}_stranger"),
    ("GRANT {name}_contract TO {name}_news", "member {name}_news"),
    ("ALTER ROLE {name}_contract SET search_path = news", "the setting search_path=news"),
]


def test_what_a_compartment_was_lent_is_named_and_taken_away(shop: Shop) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    lent = []
    for damage, _ in LENT:
        # Objects are made before the picture is taken: they stay.
        *made, last = damage.format(name=shop.name).split("; ") if "$$" not in damage else [damage.format(name=shop.name)]
        for statement in made:
            shop.database.execute(statement)
        lent.append(last)
    before = _plain(snapshot(shop.database))
    for statement in lent:
        shop.database.execute(statement)

    key, beside = f"holdings:{shop.name}_contract", f"compartment `{shop.name}_contract` also holds "
    plan = shop.plan()
    excess = next(change for change in plan.of(State.ALTERED) if change.key == key).excess
    for _, item in LENT:
        assert any(text.startswith(beside + item.format(name=shop.name)) for text in excess), item
        assert any(beside + item.format(name=shop.name) in line for line in plan.lines()), item
    assert len(excess) == len(LENT)

    report = shop.apply()
    assert key in report.repaired
    assert report.epoch is None, "a repair ends nobody's ticket"
    assert shop.plan().clean
    assert _plain(snapshot(shop.database)) == before


def test_what_others_gave_with_grant_option_is_taken_away_as_they(shop: Shop) -> None:
    """A REVOKE by the table's owner leaves what another gave."""
    lender = f"{shop.name}_lender"
    shop.apply()
    shop.database.suspend_ddl_guard()
    shop.database.execute(f"CREATE ROLE {lender}; GRANT USAGE ON SCHEMA news TO {lender};"
                          f"GRANT SELECT ON news.subscriber TO {lender} WITH GRANT OPTION;"
                          f"SET ROLE {lender}; GRANT SELECT ON news.subscriber TO {shop.name}_contract; RESET ROLE")
    assert any("SELECT on news.subscriber" in line for line in shop.plan().lines())
    shop.apply()
    assert shop.plan().clean
    assert shop.database.execute(
        "SELECT has_table_privilege(%s, 'news.subscriber', 'SELECT')", f"{shop.name}_contract") == [(False,)]


def test_what_a_compartment_owns_is_named_and_refused(shop: Shop) -> None:
    shop.apply()
    shop.database.execute(f"CREATE TABLE public.mine (); ALTER TABLE public.mine OWNER TO {shop.name}_contract")
    assert any("ownership of table mine" in line or "ownership of table public.mine" in line for line in shop.plan().lines())
    with pytest.raises(InstallError) as caught:
        shop.apply()
    assert caught.value.code == "SG442"
    assert "public.mine" in str(caught.value.detail)
    shop.database.execute("ALTER TABLE public.mine OWNER TO postgres")
    assert shop.plan().clean


def test_the_first_apply_takes_away_what_a_role_of_another_database_was_lent(shop: Shop) -> None:
    """Roles are the cluster's: what was granted before this database had a policy counts too."""
    shop.apply()
    shop.remove()
    shop.database.execute(f"CREATE ROLE {shop.name}_contract NOLOGIN NOINHERIT;"
                          f"COMMENT ON ROLE {shop.name}_contract IS 'sminion_guard: role of policy {shop.name}';"
                          f"GRANT USAGE ON SCHEMA news TO {shop.name}_contract")
    report = shop.apply()
    assert any("also held USAGE on schema news" in notice for notice in report.notices)
    assert shop.plan().clean


STRANGERS = [
    ("GRANT EXECUTE ON FUNCTION sminion.settle(int, int) TO {name}_app",
     "{name}_app has EXECUTE on routine sminion.settle(integer,integer)"),
    ("GRANT EXECUTE ON FUNCTION sminion.record_policy(jsonb) TO PUBLIC",
     "everybody has EXECUTE on routine sminion.record_policy(jsonb)"),
    ("GRANT SELECT ON sminion.ticket TO {name}_app", "{name}_app has SELECT on table sminion.ticket"),
    ("GRANT UPDATE (expires_at) ON sminion.ticket TO {name}_app", "{name}_app has UPDATE (expires_at) on table sminion.ticket"),
    ("GRANT CREATE ON SCHEMA sminion TO PUBLIC", "everybody has CREATE on schema sminion"),
    ("GRANT USAGE ON SCHEMA sminion TO {name}_spy", "{name}_spy has USAGE on schema sminion"),
    ("GRANT EXECUTE ON FUNCTION sminion.enter(text) TO {name}_app WITH GRANT OPTION",
     "{name}_app has EXECUTE on routine sminion.enter(text), with the right to grant it"),
    ("ALTER DEFAULT PRIVILEGES IN SCHEMA sminion GRANT SELECT ON TABLES TO PUBLIC",
     "everybody has SELECT on all new tables of postgres in schema sminion"),
]


def test_what_strangers_may_do_in_the_guards_schema_is_named_and_taken_away(shop: Shop) -> None:
    shop.apply()
    shop.database.execute(f"CREATE ROLE {shop.name}_spy LOGIN")
    before = _plain(snapshot(shop.database))
    for damage, _ in STRANGERS:
        shop.database.execute(damage.format(name=shop.name))
    change = next(change for change in shop.plan().of(State.ALTERED) if change.key == f"guard_closed:{shop.name}")
    assert sorted(change.excess) == sorted(item.format(name=shop.name) for _, item in STRANGERS)
    shop.apply()
    assert shop.plan().clean
    assert _plain(snapshot(shop.database)) == before


def test_a_member_of_the_guards_owner_is_named_and_removed(shop: Shop) -> None:
    """Of a role that the policy does not know: a login that is one is refused by the preflight."""
    shop.apply()
    shop.database.execute(f"CREATE ROLE {shop.name}_spy LOGIN; GRANT sminion_owner TO {shop.name}_spy")
    assert any(f"{shop.name}_spy is a member of sminion_owner" in line for line in shop.plan().lines())
    shop.apply()
    assert shop.plan().clean
    assert shop.database.execute("SELECT pg_has_role(%s, 'sminion_owner', 'MEMBER')", f"{shop.name}_spy") == [(False,)]


def test_who_keeps_a_log_here_keeps_what_he_was_given(shop: Shop) -> None:
    shop.apply()
    shop.database.execute(f"CREATE ROLE {shop.name}_elsewhere LOGIN")
    shop.database.execute("SELECT sminion.keep_log_of(%s, 'shop', 4711)", f"{shop.name}_elsewhere")
    assert shop.plan().clean
    shop.apply()
    assert shop.database.execute("SELECT has_function_privilege(%s, 'sminion.open_log()', 'EXECUTE')",
                                 f"{shop.name}_elsewhere") == [(True,)]


def test_what_the_next_object_of_a_protected_schema_would_lend_is_closed_and_given_back(shop: Shop) -> None:
    for what, objects in (("SELECT", "TABLES"), ("USAGE", "SEQUENCES"), ("EXECUTE", "FUNCTIONS")):
        shop.database.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT {what} ON {objects} TO {shop.name}_app")
    before = [row for row in snapshot(shop.database)["defaults"] if row[0] != "sminion_owner"]
    shop.apply()
    shop.database.execute("CREATE TABLE crm.later (); CREATE SEQUENCE crm.later_seq;"
                          "CREATE FUNCTION crm.later_f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert shop.plan().clean
    shop.remove()
    left = [row for row in snapshot(shop.database)["defaults"] if row[0] != "sminion_owner"]
    assert left == before


def _plain(taken: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Privilege lists in one order and without the owner's entry, which PostgreSQL writes out at the first GRANT."""
    def plain(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(r"\{.*=.*/.*\}", value):
            value = value[1:-1].split(",")
        if isinstance(value, list):
            return sorted(entry for entry in value if not entry.startswith(("postgres=", "sminion_owner="))) or None
        return value

    # What everybody may do with a type is written out then, too.
    types = [(*row[:3], row[3] or f"{{=U/{row[2]}}}", *row[4:]) for row in taken["types"]]
    return {
        kind: sorted((tuple(plain(value) for value in row) for row in rows), key=repr)
        for kind, rows in (taken | {"types": types}).items()
    }
