"""A script does what `apply` does, and refuses itself where it was not written for what it finds."""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.policy import Policy, loads
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop, make_shop
from tests.servers import new_database


def _run(shop: Shop, policy: Policy, previous: Policy | None = None) -> None:
    shop.database.execute("\n".join(migrate.script(policy, previous)))


def test_a_script_does_what_apply_does(shop: Shop) -> None:
    with new_database(shop.database.server) as second:
        twin = make_shop(second, shop.name)
        migrate.upgrade(second.dsn())
        _run(shop, shop.policy)
        twin.apply(fill=False)
        assert shop.plan().clean
        assert snapshot(shop.database) == snapshot(second)
        shop.remove()
        twin.remove()


def test_a_script_undoes_what_the_policy_no_longer_has(shop: Shop) -> None:
    shop.apply()
    changed = shop.changed('subject = "order_id -> sales.orders"', "subject = false")
    _run(shop, changed, shop.policy)
    assert shop.plan(changed).clean


def test_a_script_for_other_bits_is_refused(shop: Shop) -> None:
    shop.apply(_renamed(shop))
    before = snapshot(shop.database)
    with pytest.raises(psycopg.Error) as caught:
        _run(shop, shop.policy)
    assert caught.value.sqlstate == "SG415"
    assert snapshot(shop.database) == before


def test_a_script_for_another_way_to_the_subject_is_refused(shop: Shop) -> None:
    shop.database.execute("ALTER TABLE sales.item ADD COLUMN customer_id bigint")
    shop.apply()
    own = shop.changed('subject = "order_id -> sales.orders"\ncolumns = { id = "key", order_id = "key",',
                       'subject = "customer_id"\ncolumns = { id = "key", order_id = "key", customer_id = "key",')
    with pytest.raises(psycopg.Error) as caught:
        _run(shop, own, shop.policy)
    assert caught.value.sqlstate == "SG415"
    assert shop.plan().clean


def test_a_script_names_the_logins_that_are_missing(shop: Shop) -> None:
    shop.database.execute(f"DROP ROLE {shop.name}_app; DROP ROLE {shop.name}_news")
    with pytest.raises(psycopg.Error) as caught:
        _run(shop, shop.policy)
    assert caught.value.sqlstate == "SG417"
    assert f"`{shop.name}_app` does not exist" in str(caught.value.diag.message_detail)
    assert f"`{shop.name}_news` does not exist" in str(caught.value.diag.message_detail)


def test_a_script_without_the_guard_is_refused(bare_shop: Shop) -> None:
    with pytest.raises(psycopg.Error) as caught:
        _run(bare_shop, bare_shop.policy)
    assert caught.value.sqlstate == "SG409"


def test_a_removal_script_takes_everything_away(shop: Shop) -> None:
    shop.apply()
    shop.database.execute("\n".join(migrate.removal_script()))
    assert shop.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]
    assert shop.database.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", f"{shop.name}_contract") == []
    with pytest.raises(psycopg.Error) as caught:
        shop.database.execute("\n".join(migrate.removal_script()))
    assert caught.value.sqlstate == "SG414"


def _renamed(shop: Shop) -> Policy:
    return loads(shop.text.replace("contract", "agreement").replace('basis = "agreement"', 'basis = "contract"'))
