"""What makes a database unfit for a policy is found before anything is changed, all of it at once."""

from __future__ import annotations

import pytest

from sminion_guard.codes import CODES
from sminion_guard.errors import PolicyError
from sminion_guard.migrate import Problem, UnfitDatabase
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop


def _problems(shop: Shop) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in shop.plan().problems:
        found.setdefault(problem.code, []).append(problem)
    return found


UNFIT = [
    ("DROP ROLE {name}_app", "SG420", "`{name}_app` does not exist"),
    ("ALTER ROLE {name}_app NOLOGIN", "SG420", "`{name}_app` cannot log in"),
    ("ALTER ROLE {name}_app SUPERUSER", "SG421", "`{name}_app` has SUPERUSER"),
    ("ALTER ROLE {name}_app CREATEROLE", "SG421", "`{name}_app` has CREATEROLE"),
    ("ALTER ROLE {name}_app BYPASSRLS", "SG421", "`{name}_app` has BYPASSRLS"),
    ("ALTER ROLE {name}_app REPLICATION", "SG421", "`{name}_app` has REPLICATION"),
    ("ALTER ROLE {name}_app CREATEDB", "SG421", "`{name}_app` has CREATEDB"),
    ("ALTER TABLE crm.customer OWNER TO {name}_app", "SG422", "owns table `crm.customer`"),
    ("ALTER SCHEMA crm OWNER TO {name}_app", "SG422", "owns schema `crm`"),
    ("ALTER DATABASE {database} OWNER TO {name}_app", "SG422", "owns database `{database}`"),
    ("CREATE ROLE {name}_own; GRANT {name}_own TO {name}_app; ALTER TABLE sales.item OWNER TO {name}_own", "SG423",
     "owns table `sales.item` through role `{name}_own`"),
    ("GRANT pg_read_all_data TO {name}_app", "SG423", "member of `pg_read_all_data`"),
    ("GRANT pg_write_all_data TO {name}_app", "SG423", "member of `pg_write_all_data`"),
    ("GRANT pg_execute_server_program TO {name}_app", "SG423", "member of `pg_execute_server_program`"),
    ("GRANT pg_read_server_files TO {name}_app", "SG423", "member of `pg_read_server_files`"),
    ("CREATE ROLE {name}_boss BYPASSRLS; GRANT {name}_boss TO {name}_app", "SG423", "member of `{name}_boss`"),
    ("GRANT sminion_owner TO {name}_app", "SG423", "member of `sminion_owner`"),
    ("ALTER TABLE news.subscriber RENAME TO subscribers", "SG424", "table `news.subscriber` does not exist"),
    ("ALTER SCHEMA news RENAME TO newsletter", "SG424", "schema `news` does not exist"),
    ("ALTER TABLE crm.customer RENAME full_name TO fullname", "SG425", "no column `full_name`"),
    ("ALTER TABLE news.subscriber RENAME TO s; CREATE VIEW news.subscriber AS TABLE news.s", "SG426", "is a view"),
    ("ALTER TABLE news.subscriber RENAME TO s; CREATE MATERIALIZED VIEW news.subscriber AS TABLE news.s", "SG426",
     "is a materialized view"),
    ("ALTER TABLE news.subscriber ALTER customer_id TYPE text", "SG427", "`news.subscriber.customer_id` is text"),
    ("ALTER TABLE news.subscriber ALTER customer_id TYPE numeric", "SG427", "is numeric"),
    ("ALTER TABLE sales.item DROP CONSTRAINT item_order_id_fkey, ALTER order_id TYPE text", "SG427",
     "`sales.item.order_id` is text"),
    ("ALTER TABLE news.subscriber DROP customer_id, ADD base bigint, ADD customer_id bigint"
     " GENERATED ALWAYS AS (base) STORED", "SG428", "`news.subscriber.customer_id` is generated"),
    ("ALTER TABLE crm.customer ALTER last_seen_at DROP DEFAULT, ALTER last_seen_at TYPE text", "SG429",
     "which is text"),
    ("ALTER TABLE sales.orders ADD CONSTRAINT gone FOREIGN KEY (customer_id) REFERENCES crm.customer ON DELETE CASCADE",
     "SG430", "`gone` of `sales.orders` to `crm.customer` is ON DELETE CASCADE"),
    ("ALTER TABLE sales.orders ADD CONSTRAINT gone FOREIGN KEY (customer_id) REFERENCES crm.customer"
     " ON UPDATE SET NULL",
     "SG430", "is ON UPDATE SET NULL"),
    ("CREATE TABLE crm.party (LIKE crm.customer); ALTER TABLE crm.customer INHERIT crm.party", "SG431",
     "is a partition or child of `crm.party`"),
    ("CREATE TABLE crm.vip () INHERITS (crm.customer)", "SG431", "has the inheritance child `crm.vip`"),
    ("CREATE RULE spy AS ON INSERT TO crm.customer DO ALSO SELECT 1", "SG432", "`crm.customer` has the rule `spy`"),
    ("CREATE VIEW public.everybody AS SELECT * FROM crm.customer; GRANT SELECT ON public.everybody TO PUBLIC", "SG433",
     "`public.everybody` is a view over protected tables that everybody may read"),
    ("CREATE VIEW public.inner_view AS SELECT * FROM crm.customer;"
     "CREATE VIEW public.outer_view AS SELECT * FROM public.inner_view;"
     "GRANT SELECT (email) ON public.outer_view TO {name}_app",
     "SG433", "`public.outer_view` is a view over protected tables that `{name}_app` may read"),
    ("CREATE MATERIALIZED VIEW public.copy AS SELECT * FROM crm.customer;"
     "GRANT SELECT ON public.copy TO PUBLIC", "SG433",
     "`public.copy` is a materialized view"),
    ("ALTER TABLE sales.item DROP CONSTRAINT item_order_id_fkey; ALTER TABLE sales.orders DROP CONSTRAINT orders_pkey",
     "SG439", "`sales.orders.id` is not unique"),
]


@pytest.mark.parametrize(
    ("change", "code", "message"), UNFIT, ids=[f"{code}-{n}" for n, (_, code, _) in enumerate(UNFIT)]
)
def test_what_makes_the_database_unfit_is_refused(shop: Shop, change: str, code: str, message: str) -> None:
    names = {"name": shop.name, "database": shop.database.name}
    assert code not in _problems(shop)
    shop.database.execute(change.format(**names))
    before = snapshot(shop.database)
    with pytest.raises(UnfitDatabase) as caught:
        shop.apply()
    found = [problem for problem in caught.value.problems if problem.code == code]
    assert any(message.format(**names) in problem.message for problem in found), caught.value
    assert all(problem.hint and problem.refuses for problem in found)
    assert snapshot(shop.database) == before


def test_a_fit_database_has_no_finding_that_refuses(shop: Shop) -> None:
    assert [problem for problem in shop.plan().problems if problem.refuses] == []


def test_all_logins_that_are_missing_are_named_at_once(shop: Shop) -> None:
    shop.database.execute(f"DROP ROLE {shop.name}_app; DROP ROLE {shop.name}_news")
    assert len(_problems(shop)["SG420"]) == 2


def test_a_misspelt_name_is_answered_with_the_nearest(shop: Shop) -> None:
    shop.database.execute("ALTER TABLE crm.customer RENAME full_name TO fullname;"
                          "ALTER TABLE news.subscriber RENAME TO subscribers")
    found = _problems(shop)
    assert "`fullname`" in str(found["SG425"][0].hint)
    assert "`subscribers`" in str(found["SG424"][0].hint)


@pytest.mark.parametrize("harmless", [
    "CREATE VIEW public.mine WITH (security_invoker) AS SELECT * FROM crm.customer;"
    "GRANT SELECT ON public.mine TO PUBLIC",
    "CREATE VIEW public.mine AS SELECT * FROM crm.customer",
    "CREATE VIEW crm.mine AS SELECT * FROM crm.customer; GRANT SELECT ON crm.mine TO PUBLIC",
    "ALTER TABLE news.subscriber ALTER customer_id TYPE integer",
    "CREATE DOMAIN public.person AS bigint; ALTER TABLE news.subscriber ALTER customer_id TYPE public.person",
])
def test_what_does_no_harm_is_not_refused(shop: Shop, harmless: str) -> None:
    shop.database.execute(harmless)
    assert shop.apply().changed
    assert shop.unfilled() == 0


@pytest.mark.parametrize(("change", "code", "message"), [
    ("DROP INDEX sales.orders_customer_id_idx", "SG435", "no index of `sales.orders` begins with `customer_id`"),
    ("DROP INDEX sales.item_order_id_idx", "SG435", "no index of `sales.item` begins with `order_id`"),
    ("CREATE FUNCTION public.all_mails() RETURNS SETOF text SECURITY DEFINER LANGUAGE sql"
     " AS 'SELECT email FROM crm.customer'",
     "SG434", "everybody may call `all_mails()`"),
    ("CREATE ROLE {name}_team; GRANT {name}_team TO {name}_app", "SG441",
     "login `{name}_app` is a member of `{name}_team`"),
    ("CREATE ROLE {name}_firm; CREATE ROLE {name}_team; GRANT {name}_firm TO {name}_team;"
     "GRANT {name}_team TO {name}_app",
     "SG441", "login `{name}_app` is a member of `{name}_firm`, through another role"),
    ("GRANT pg_monitor TO {name}_app", "SG441", "login `{name}_app` is a member of `pg_monitor`"),
])
def test_what_is_only_unwise_is_a_warning(shop: Shop, change: str, code: str, message: str) -> None:
    change, message = change.format(name=shop.name), message.format(name=shop.name)
    assert all(message not in problem.message for problem in _problems(shop).get(code, []))
    shop.database.execute(change)
    report = shop.apply()
    (found,) = [problem for problem in report.problems if problem.code == code and problem.message.startswith(message)]
    assert not found.refuses


def test_memberships_in_compartments_and_offices_are_not_worth_a_warning(shop: Shop) -> None:
    shop.apply()
    shop.database.execute(f"GRANT {shop.name}_auditor TO {shop.name}_app")
    assert "SG441" not in _problems(shop)


def test_every_code_of_the_preflight_is_in_the_catalogue() -> None:
    assert {code for _, code, _ in UNFIT} <= CODES.keys()
    assert {CODES[code].error for _, code, _ in UNFIT} == {PolicyError}
