"""A policy comes into force as a whole, is repaired, changed, and goes as if it had never been."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.errors import InstallError
from sminion_guard.migrate import State
from sminion_guard.migrate.transaction import installing
from sminion_guard.policy import Policy, loads
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop, make_shop
from tests.servers import Database, new_database

Taken = dict[str, list[tuple[Any, ...]]]


def test_a_policy_is_in_place_after_apply_and_every_row_has_its_mask(shop: Shop) -> None:
    assert shop.plan().counts().keys() == {"NEW"}
    report = shop.apply()
    assert report.epoch == 1
    assert report.rows_filled == 300 + 600 + 900 + 300
    assert shop.unfilled() == 0
    assert shop.plan().clean


def test_each_object_says_as_whom_it_is_undone(shop: Shop) -> None:
    shop.apply()
    noted = dict(shop.database.execute("SELECT key, as_owner FROM sminion.installed_object"))
    assert noted == {statement.key: statement.as_owner for statement in shop.plan().compiled.statements}
    kinds = {key.partition(":")[0] for key, as_owner in noted.items() if as_owner}
    assert {"write_function", "trigger_function", "guard_grant"} <= kinds and "policy" not in kinds


def test_a_login_that_inherited_is_bound_and_named_as_repaired(shop: Shop) -> None:
    """Before 16 inheritance belongs to the login; from then on it belongs to the membership, which is made right."""
    ((version,),) = shop.database.execute("SELECT current_setting('server_version_num')::integer")
    login = f"{shop.name}_app"
    report = shop.apply()
    assert any(login in entry and "NOINHERIT" in entry for entry in report.repaired) is (version < 160000)
    assert not any(login in entry for entry in report.warnings)
    assert shop.database.execute("SELECT pg_has_role(%s, %s, 'USAGE')", login, f"{shop.name}_contract") == [(False,)]


def test_the_same_policy_again_changes_nothing(shop: Shop) -> None:
    shop.apply()
    before = snapshot(shop.database)
    report = shop.apply()
    assert not report.changed
    assert report.epoch is None
    assert snapshot(shop.database) == before


def test_a_plan_changes_nothing(shop: Shop) -> None:
    before = snapshot(shop.database)
    assert not shop.plan().clean
    assert snapshot(shop.database) == before


@pytest.mark.parametrize(
    ("damage", "key", "state"),
    [
        ("DROP POLICY guard_floor ON crm.customer", "policy:crm.customer:guard_floor", State.MISSING),
        ("ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY", "row_security:crm.customer", State.ALTERED),
        ("ALTER TABLE crm.customer DISABLE TRIGGER \"~guard_row\"", "row_trigger:crm.customer", State.ALTERED),
        ("GRANT SELECT ON crm.customer TO {name}_contract", "column_grant:crm.customer:{name}_contract", State.ALTERED),
        ("GRANT SELECT ON crm.customer TO PUBLIC", "closed_schema:crm", State.ALTERED),
        ("GRANT {name}_marketing TO {name}_news WITH ADMIN OPTION", "membership:{name}_news:{name}_marketing",
         State.ALTERED),
        ("ALTER TABLE sales.item DROP COLUMN guard_subject CASCADE", "guard_columns:sales.item", State.ALTERED),
    ],
)
def test_what_somebody_altered_is_seen_and_repaired(shop: Shop, damage: str, key: str, state: State) -> None:
    shop.apply()
    shop.database.suspend_ddl_guard()
    before = snapshot(shop.database, without=("columns",))
    shop.database.execute(damage.format(name=shop.name))
    wanted = key.format(name=shop.name)
    assert {change.key: change.state for change in shop.plan().of(State.ALTERED, State.MISSING)}[wanted] is state
    report = shop.apply()
    assert wanted in report.repaired
    assert report.epoch is None, "a repair ends nobody's ticket"
    assert shop.plan().clean
    assert snapshot(shop.database, without=("columns",)) == before


def test_what_the_policy_no_longer_has_is_undone(shop: Shop) -> None:
    smaller = shop.changed('[schema.sales.item]\nsubject = "order_id -> sales.orders"\n'
                           'columns = { id = "key", order_id = "key", what = "none" }\n', "")
    shop.apply(smaller)
    never_had_it = snapshot(shop.database, without=("columns",))
    shop.apply()
    assert shop.plan(smaller).of(State.STRAY)
    shop.apply(smaller)
    assert shop.plan(smaller).clean
    assert _without_owners(snapshot(shop.database, without=("columns",))) == _without_owners(never_had_it)


def test_a_purpose_and_its_role_can_go_and_the_others_keep_their_bits(shop: Shop) -> None:
    shop.apply()
    before = dict(shop.database.execute("SELECT name, bit FROM sminion.purpose WHERE retired_at IS NULL"))
    shop.apply(_without_rectification(shop))
    after = dict(shop.database.execute("SELECT name, bit FROM sminion.purpose WHERE retired_at IS NULL"))
    assert after == {name: bit for name, bit in before.items() if name != "rectification"}
    assert shop.database.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", f"{shop.name}_rectification") == []


def test_a_table_may_get_its_subject_in_another_way(shop: Shop) -> None:
    shop.database.execute("ALTER TABLE sales.item ADD COLUMN customer_id bigint; UPDATE sales.item SET customer_id = 7;"
                          "CREATE INDEX ON sales.item (customer_id)")
    own = shop.changed('subject = "order_id -> sales.orders"\ncolumns = { id = "key", order_id = "key",',
                       'subject = "customer_id"\ncolumns = { id = "key", order_id = "key", customer_id = "key",')
    for policy in (shop.policy, own, shop.policy):
        shop.apply(policy)
        assert shop.plan(policy).clean
        assert shop.unfilled() == 0
    columns = shop.database.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'sales.item'::regclass AND attname ~ '^guard' ORDER BY 1")
    assert columns == [("guard_mask",), ("guard_subject",)]
    shop.apply(own)
    assert shop.database.execute("SELECT 1 FROM pg_attribute WHERE attrelid = 'sales.item'::regclass "
                                 "AND attname = 'guard_subject'") == []


def test_another_subject_key_is_refused(shop: Shop) -> None:
    shop.apply()
    with pytest.raises(InstallError) as caught:
        shop.apply(shop.changed('subject_key = "bigint"', 'subject_key = "text"'))
    assert caught.value.code == "SG412"
    assert shop.plan().clean


def test_removing_gives_back_everything_that_was_there(shop: Shop) -> None:
    shop.database.execute(f"GRANT SELECT, INSERT ON crm.customer TO {shop.name}_app;"
                          "GRANT SELECT ON sales.item TO PUBLIC;"
                          "GRANT USAGE ON SCHEMA sales TO PUBLIC")
    before = snapshot(shop.database, without=("lo_functions", "columns", "roles"))
    shop.apply()
    assert snapshot(shop.database, without=("lo_functions", "columns", "roles")) != before
    shop.remove()
    after = snapshot(shop.database, without=("lo_functions", "columns", "roles"))
    assert _without_guard(_without_owners(after)) == _without_guard(_without_owners(before))
    assert shop.database.execute("SELECT 1 FROM pg_attribute WHERE attname ~ '^guard_'"
                                 " AND NOT attisdropped AND attrelid::regclass::text !~ '^sminion'") == []
    assert shop.database.execute("SELECT has_function_privilege('public', 'lo_creat(int)', 'EXECUTE')") == [(True,)]


def test_consents_outlive_a_removal_and_count_again_when_the_purpose_comes_back(shop: Shop) -> None:
    shop.apply()
    shop.database.execute("SELECT sminion.give_consent('7', 'marketing', 'form')")
    shop.remove()
    shop.apply()
    permitted = shop.database.execute(
        "SELECT s.customer_id FROM news.subscriber s JOIN sminion.purpose p ON p.name = 'marketing'"
        " WHERE p.retired_at IS NULL AND s.guard_mask & (1::bigint << p.bit) <> 0"
    )
    assert permitted == [(7,)]


def test_removing_twice_says_that_there_is_nothing(shop: Shop) -> None:
    shop.apply()
    shop.remove()
    with pytest.raises(InstallError) as caught:
        shop.remove()
    assert caught.value.code == "SG414"


def test_a_table_that_was_dropped_meanwhile_is_no_obstacle(shop: Shop) -> None:
    shop.apply()
    shop.database.execute("DROP TABLE news.subscriber")
    shop.remove()
    assert shop.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]


def test_without_the_guard_nothing_is_applied(bare_shop: Shop) -> None:
    with pytest.raises(InstallError) as caught:
        bare_shop.apply()
    assert caught.value.code == "SG409"


def test_a_connection_in_a_transaction_is_refused(shop: Shop) -> None:
    with shop.database.connect(autocommit=False) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(InstallError) as caught:
            migrate.apply(connection, shop.policy)
    assert caught.value.code == "SG411"


def test_half_a_policy_is_never_in_force(shop: Shop) -> None:
    before = snapshot(shop.database)
    # One of the last statements fails.
    shop.database.execute("CREATE SCHEMA other; CREATE FUNCTION other.stop() RETURNS event_trigger LANGUAGE plpgsql AS "
                          "$$ BEGIN IF tg_tag = 'CREATE STATISTICS' THEN RAISE 'no'; END IF; END $$;"
                          "CREATE EVENT TRIGGER stop ON ddl_command_start EXECUTE FUNCTION other.stop()")
    with pytest.raises(InstallError) as caught:
        shop.apply()
    assert caught.value.code == "SG418"
    shop.database.execute("DROP EVENT TRIGGER stop; DROP SCHEMA other CASCADE")
    assert snapshot(shop.database) == before


def test_of_two_applies_at_once_the_second_waits_and_finds_nothing_to_do(shop: Shop) -> None:
    reports: list[migrate.Report] = []
    threads = [threading.Thread(target=lambda: reports.append(shop.apply())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.changed for report in reports) == [False, True]
    assert shop.plan().clean
    assert shop.unfilled() == 0


def test_an_apply_gives_way_to_an_application_that_holds_a_lock(shop: Shop) -> None:
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM crm.customer LIMIT 1")
        started = time.monotonic()
        with shop.database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
            migrate.apply(connection, shop.policy, lock_timeout=300, attempts=1)
        assert caught.value.code == "SG410"
        assert time.monotonic() - started < 60  # a deadline, not a speed: it does not wait for the application
    assert shop.apply().changed


def test_the_refusal_names_who_holds_the_lock(shop: Shop) -> None:
    with shop.database.connect(autocommit=False) as application:
        application.execute("SET LOCAL application_name TO 'monthly report'; SELECT 1 FROM crm.customer LIMIT 1")
        with shop.database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
            migrate.apply(connection, shop.policy, lock_timeout=300, attempts=1)
        assert f"process {application.info.backend_pid}" in str(caught.value.detail)
        assert "monthly report" in str(caught.value.detail)


def test_each_attempt_that_fails_tells_who_holds_the_locks_and_the_next_goes_on(shop: Shop) -> None:
    told: list[migrate.Step] = []
    with shop.database.connect(autocommit=False) as application:
        application.execute("SET LOCAL application_name TO 'monthly report'; SELECT 1 FROM crm.customer LIMIT 1")

        def tell(step: migrate.Step) -> None:
            if step.work == "waiting":
                told.append(step)
                application.commit()

        with shop.database.connect(autocommit=False) as connection:
            assert migrate.apply(connection, shop.policy, progress=tell, lock_timeout=100).changed
        assert [(step.done, step.total) for step in told] == [(1, 12)]
        assert f"process {application.info.backend_pid}" in told[0].holders and "monthly report" in told[0].holders


def test_an_installation_that_waits_for_another_one_names_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sminion_guard.migrate.transaction.PATIENCE", 0.1)
    told: list[migrate.Step] = []
    with shop.database.connect(autocommit=False, application_name="other release") as other, installing(other):
        with shop.database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
            migrate.apply(connection, shop.policy, progress=told.append)
        assert caught.value.code == "SG410"
        assert "other release" in str(caught.value.detail) and f"{other.info.backend_pid}" in str(caught.value.detail)
        assert "other release" in told[0].holders
    assert shop.apply().changed


def _by_script(shop: Shop, script: Iterable[str]) -> bool:
    shop.database.execute("\n".join(script))
    return True


INSTALLATIONS: dict[str, Callable[[Shop], object]] = {
    "apply": Shop.apply,
    "remove": Shop.remove,
    "script": lambda shop: _by_script(shop, migrate.script(shop.policy)),
    "removal script": lambda shop: _by_script(shop, migrate.removal_script()),
}


@pytest.mark.parametrize("how", INSTALLATIONS)
def test_no_transaction_of_the_application_is_cancelled_for_a_deadlock(shop: Shop, how: str) -> None:
    """A writer locks the child first and then the parent, which is the order of no installation."""
    if how.startswith("remov"):
        shop.apply()
    done: list[object] = []
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM sales.item LIMIT 1")
        installation = threading.Thread(target=lambda: done.append(INSTALLATIONS[how](shop)))
        installation.start()
        for table in ("sales.orders", "crm.customer", "news.subscriber"):
            for _ in range(3):
                time.sleep(0.2)
                application.execute(f"SELECT 1 FROM {table} LIMIT 1")
        assert not done
        application.commit()
        installation.join()
    assert len(done) == 1


def test_a_script_that_gets_no_lock_changes_nothing(shop: Shop) -> None:
    before = snapshot(shop.database)
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM crm.customer LIMIT 1")
        with pytest.raises(psycopg.Error) as caught:
            _by_script(shop, migrate.script(shop.policy))
        assert caught.value.sqlstate == "SG410"
    assert snapshot(shop.database) == before


def test_whoever_cancels_the_statement_of_an_installation_ends_it(shop: Shop) -> None:
    ended: list[InstallError] = []

    def attempt() -> None:
        with shop.database.connect(autocommit=False) as connection:
            pids.append(connection.info.backend_pid)
            try:
                migrate.apply(connection, shop.policy)
            except InstallError as error:
                ended.append(error)

    pids: list[int] = []
    with shop.database.connect(autocommit=False) as application:
        application.execute("SELECT 1 FROM crm.customer LIMIT 1")
        installation = threading.Thread(target=attempt)
        installation.start()
        while installation.is_alive():
            shop.database.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                                  " WHERE pid = ANY (%s) AND wait_event_type = 'Lock'", pids)
            time.sleep(0.01)
        installation.join()
    assert [error.code for error in ended] == ["SG418"]


def test_a_schema_that_cannot_be_closed_is_refused(shop: Shop) -> None:
    lender = f"{shop.name}_lender"
    shop.database.execute(f"CREATE ROLE {lender}; GRANT SELECT ON news.subscriber TO {lender} WITH GRANT OPTION;"
                          f"GRANT USAGE ON SCHEMA news TO {lender};"
                          f"SET ROLE {lender}; GRANT SELECT ON news.subscriber TO {shop.name}_app; RESET ROLE")
    with pytest.raises(InstallError) as caught:
        shop.apply()
    assert caught.value.code == "SG419"
    assert shop.name in str(caught.value.detail)


def test_two_databases_share_the_roles_of_one_policy_name(shop: Shop) -> None:
    with new_database(shop.database.server) as second:
        twin = make_shop(second, shop.name)
        migrate.upgrade(second.dsn())
        shop.apply()
        twin.apply()
        assert shop.plan().clean
        assert twin.plan().clean
        report = twin.remove()
        assert any("stays" in notice for notice in report.notices)
        assert shop.plan().clean, "the other database lost nothing"
        assert _member(shop.database, f"{shop.name}_app", f"{shop.name}_contract")
        twin.apply()
        shop.remove()
        assert twin.plan().clean
        twin.remove()
        assert shop.database.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", f"{shop.name}_contract") == []


def test_two_databases_of_one_policy_may_be_installed_at_the_same_moment(shop: Shop) -> None:
    with new_database(shop.database.server) as second:
        twin = make_shop(second, shop.name)
        migrate.upgrade(second.dsn())
        failures: list[Exception] = []

        def apply(to: Shop) -> None:
            try:
                to.apply()
            except Exception as error:  # told below: a thread's own error would be lost
                failures.append(error)

        threads = [threading.Thread(target=apply, args=(each,)) for each in (shop, twin)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert shop.plan().clean
        assert twin.plan().clean
        shop.remove()
        twin.remove()


def _member(database: Database, login: str, role: str) -> bool:
    return bool(database.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", login, role)[0][0])


def _without_owners(taken: Taken) -> Taken:
    """Privilege lists without the owner's own entry, which PostgreSQL writes out at the first GRANT for ever."""
    return {kind: [tuple(_acl(value) for value in row) for row in rows] for kind, rows in taken.items()}


def _without_guard(taken: Taken) -> Taken:
    """Without the schema of the guard, whose history stays after a removal."""
    return {kind: [row for row in rows if "sminion" not in repr(row)] for kind, rows in taken.items()}


def _acl(value: object) -> object:
    if isinstance(value, str) and value.startswith("{") and "/" in value:
        value = value.strip("{}").split(",")
    if isinstance(value, list):
        return sorted(entry for entry in value if not str(entry).startswith("postgres=")) or None
    return value


def _without_rectification(shop: Shop) -> Policy:
    start, end = shop.text.index("[purpose.rectification]"), shop.text.index("[purpose.marketing]")
    text = (shop.text[:start] + shop.text[end:]).replace('["contract", "rectification"]', '["contract"]')
    return loads(text)
