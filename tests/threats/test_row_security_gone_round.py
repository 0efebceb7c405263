# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: reach rows through the owner, a partition, a definer view, ON CONFLICT, a forged mask or a later policy."""

from __future__ import annotations

import pytest

from sminion_guard.embedded import Server
from sminion_guard.migrate import UnfitDatabase
from sminion_guard.policy import loads
from sminion_guard.server_versions import upsert_leaks
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket


def test_the_owner_of_a_table_sees_nothing_and_is_told_so(world: World) -> None:
    with world.connect("owner") as owner:
        assert refusal(owner, "SELECT count(*) FROM crm.customer") == "SG201"
        assert refusal(owner, "SELECT count(*) FROM sales.visit_low") == "SG229"
        assert refusal(owner, "UPDATE sales.visit_low SET id = id") == "SG229"
        with world.database.ddl_guard_suspended():
            owner.execute("BEGIN; ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY")
            assert rows(owner, "SELECT count(*) FROM crm.customer") == [(40,)]  # the positive control: FORCE is what hides them
            owner.execute("ROLLBACK")


@pytest.mark.parametrize("made", [
    "VIEW crm.door AS SELECT * FROM crm.customer",
    "VIEW crm.door WITH (security_barrier) AS SELECT * FROM crm.customer",
    "FUNCTION crm.door() RETURNS SETOF crm.customer LANGUAGE sql SECURITY DEFINER AS 'TABLE crm.customer'",
    "FUNCTION crm.door() RETURNS SETOF crm.customer LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN QUERY TABLE crm.customer; END'",
])
def test_what_the_owner_lends_shows_nothing_and_says_so(made: str, server: Server) -> None:
    with new_world(server) as world, world.connect("owner") as owner, world.connect("all") as attacker:
        world.database.suspend_ddl_guard()
        owner.execute(f"CREATE {made}".encode())
        kind, call = ("", "crm.door") if made.startswith("VIEW") else ("EXECUTE ON FUNCTION ", "crm.door()")
        owner.execute(f"GRANT {'SELECT ON crm.door' if not kind else kind + call} TO PUBLIC".encode())
        token = ticket(attacker, "contract")
        with acting(attacker, token):
            assert refusal(attacker, f"SELECT count(*) FROM {call}") == ("SG201" if kind else "SG229")
        with acting(attacker, token):
            assert rows(attacker, "SELECT count(*) FROM crm.customer") == [(40,)]


def test_an_invoker_view_shows_what_the_purpose_may_see(server: Server) -> None:
    with new_world(server) as world, world.connect("owner") as owner, world.connect("all") as attacker:
        owner.execute("CREATE VIEW crm.door WITH (security_invoker) AS SELECT id, email FROM crm.customer")
        owner.execute("CREATE VIEW crm.both WITH (security_invoker) AS SELECT c.email FROM crm.customer c JOIN hr.employee USING (id)")
        owner.execute(f"GRANT SELECT ON crm.door, crm.both TO {world.role('contract')}".encode())
        with acting(attacker, ticket(attacker, "contract")):
            assert rows(attacker, "SELECT count(*) FROM crm.door") == [(40,)]
            assert refusal(attacker, "SELECT count(*) FROM crm.both") == PRIVILEGE


def test_partitions_are_reached_through_their_table_only(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        assert rows(attacker, "SELECT count(*) FROM sales.visit") == [(40,)]
    for part in ("sales.visit_low", "sales.visit_high"):
        with acting(attacker, tokens["contract"]):
            assert refusal(attacker, f"SELECT id FROM {part}") == "SG229"


@pytest.mark.parametrize("column, value", [("guard_mask", "-1"), ("internal", "'x'")])
@pytest.mark.parametrize("form", [
    "SELECT {column} FROM crm.customer", "SELECT * FROM crm.customer", "SELECT c FROM crm.customer c",
    "INSERT INTO crm.customer (id, {column}) VALUES (9001, {value})", "UPDATE crm.customer SET {column} = {value}",
    "COPY crm.customer (id, {column}) FROM STDIN", "SELECT to_jsonb(c) FROM crm.customer c",
    "DELETE FROM crm.customer WHERE {column} = {value}", "SELECT ctid FROM crm.customer",
    "SELECT 1 FROM crm.customer GROUP BY {column}", "DELETE FROM crm.customer RETURNING {column}",
    "INSERT INTO crm.customer (id) VALUES (9001) ON CONFLICT (id) DO UPDATE SET {column} = {value}",
])
def test_a_closed_column_is_neither_read_nor_written(
    form: str, column: str, value: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    with acting(attacker, tokens["contract"]):
        assert refusal(attacker, form.format(column=column, value=value)) == PRIVILEGE


def test_the_mask_is_computed_whatever_a_trigger_of_the_table_sets(server: Server) -> None:
    with new_world(server) as world, world.connect("owner") as owner, world.connect("news") as news:
        owner.execute("CREATE FUNCTION marketing.cheat() RETURNS trigger LANGUAGE plpgsql AS "
                      "'BEGIN NEW.guard_mask := -1; RETURN NEW; END'")
        owner.execute("CREATE TRIGGER zz_cheat BEFORE INSERT ON marketing.subscriber FOR EACH ROW EXECUTE FUNCTION marketing.cheat()")
        with acting(news, ticket(news, "marketing")):
            assert refusal(news, "INSERT INTO marketing.subscriber VALUES (500, 'x')") == PRIVILEGE  # no consent, no row


def test_a_later_permissive_policy_widens_nothing(server: Server) -> None:
    with new_world(server) as world, world.connect("owner") as owner, world.connect("all") as attacker:
        world.super("SELECT sminion.block('3', 'court')")
        world.super("SELECT sminion.object('4', 'interest', 'letter')")
        world.settle()
        world.database.suspend_ddl_guard()
        owner.execute("CREATE POLICY wide ON crm.customer USING (true) WITH CHECK (true)")
        owner.execute("CREATE POLICY wide ON marketing.subscriber USING (true) WITH CHECK (true)")
        assert refusal(owner, "SELECT count(*) FROM crm.customer") == "SG201"
        assert refusal(attacker, "BEGIN", f"SET LOCAL ROLE {world.role('contract')}", "SELECT id FROM crm.customer") == "SG201"
        attacker.execute("ROLLBACK")
        with acting(attacker, ticket(attacker, "contract")):
            assert rows(attacker, "SELECT id FROM crm.customer WHERE id IN (3, 4)") == [(4,)]
        with acting(attacker, ticket(attacker, "interest")):
            assert rows(attacker, "SELECT id FROM marketing.subscriber WHERE id IN (3, 4, 5)") == [(5,)]
        with acting(attacker, ticket(attacker, "marketing")):
            assert rows(attacker, "SELECT count(*) FROM marketing.subscriber") == [(0,)]


def test_keys_and_subjects_are_not_updated(world: World, attacker: Connection) -> None:
    token = ticket(attacker, "rectification", subject="7")
    with acting(attacker, token):
        attacker.execute("UPDATE crm.customer SET email = 'right'")
        assert rows(attacker, "SELECT id, email FROM crm.customer") == [(7, "right")]
        assert refusal(attacker, "UPDATE crm.customer SET id = 8") == PRIVILEGE


def test_on_conflict_reads_hidden_rows_on_these_servers_where_a_role_has_insert_and_update(server: Server) -> None:
    """The flaw that the rule against INSERT and UPDATE for one purpose is about, on a table of its own."""
    with new_world(server) as world, world.database.connect() as admin:
        admin.execute("CREATE SCHEMA bare; CREATE TABLE bare.t (id int PRIMARY KEY, hidden text, mine boolean)")
        admin.execute("INSERT INTO bare.t VALUES (1, 'secret', false); ALTER TABLE bare.t ENABLE ROW LEVEL SECURITY")
        admin.execute("CREATE FUNCTION bare.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.01 AS "
                      "$$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN false; END $$")
        admin.execute("CREATE POLICY p ON bare.t USING (mine) WITH CHECK (true)")
        admin.execute(f"GRANT USAGE ON SCHEMA bare TO {world.name}_app; GRANT SELECT, INSERT, UPDATE ON bare.t TO {world.name}_app".encode())
        with world.connect("app") as app:
            told: list[str | None] = []
            app.add_notice_handler(lambda notice: told.append(notice.message_primary))
            assert rows(app, "SELECT * FROM bare.t") == []
            try:
                app.execute("INSERT INTO bare.t VALUES (1, '', true) ON CONFLICT (id) DO UPDATE SET id = 1 WHERE bare.leak(t.hidden)")
            except Exception:  # a fixed server refuses the hidden row
                assert told == []
            assert told == (["leaked secret"] if upsert_leaks(app.info.server_version) else [])


def test_no_purpose_gets_both_on_such_a_server(server: Server) -> None:
    with new_world(server) as world, world.connect("all") as attacker:
        widened = loads(world.text().replace('may = ["collect", "use"]', 'may = ["collect", "use", "clarify"]'))
        with world.database.connect() as admin:
            affected = upsert_leaks(admin.info.server_version)
        if affected:
            with pytest.raises(UnfitDatabase, match="SG436"):
                world.apply(widened)
        upsert = "INSERT INTO crm.customer (id, email) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET email = 'y'"
        for purpose, more in (("contract", {}), ("rectification", {"subject": "1"})):
            with acting(attacker, ticket(attacker, purpose, **more)):
                assert refusal(attacker, upsert) == PRIVILEGE
        with acting(attacker, ticket(attacker, "contract")):
            attacker.execute(upsert.replace("UPDATE SET email = 'y'", "NOTHING"))


def test_statistics_show_no_values(world: World, attacker: Connection, tokens: dict[str, str]) -> None:
    world.super("ANALYZE crm.customer")
    with acting(attacker, tokens["contract"]):
        seen = "SELECT count(*) FROM pg_stats WHERE schemaname = 'crm' AND most_common_vals IS NOT NULL"
        assert rows(attacker, seen) == [(0,)]
        assert rows(attacker, "SELECT count(*) FROM pg_stats WHERE schemaname = 'crm'") == [(0,)]
        for private in ("pg_statistic", "pg_statistic_ext_data", "pg_authid"):
            assert refusal(attacker, "SAVEPOINT a", f"SELECT * FROM {private}") == PRIVILEGE
            attacker.execute("ROLLBACK TO a")
    assert world.super("SELECT count(*) > 0 FROM pg_stats WHERE schemaname = 'crm'") == [(True,)]


def test_a_shadow_in_the_search_path_changes_nothing(world: World, app: Connection) -> None:
    token = ticket(app, "contract")
    assert refusal(app, "CREATE TEMP TABLE ticket (id bigint)") == PRIVILEGE
    assert refusal(app, "CREATE FUNCTION public.split_part(text, text, int) RETURNS text LANGUAGE sql AS 'SELECT 1'") == PRIVILEGE
    app.execute("SET search_path = pg_temp, crm, public, sminion")
    with acting(app, token):
        assert rows(app, "SELECT count(*) FROM customer") == [(40,)]
