# ruff: noqa: E501 - a damage stands on one line, as it is sent
"""What makes a database unfit for a policy is found before anything is changed, all of it at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from sminion_guard.codes import CODES
from sminion_guard.errors import PolicyError
from sminion_guard.migrate import Problem, UnfitDatabase
from sminion_guard.migrate.plan import State
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import loads
from tests.database.migrate.catalogs import snapshot
from tests.database.migrate.conftest import Shop


def _problems(shop: Shop) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in shop.plan().problems:
        found.setdefault(problem.code, []).append(problem)
    return found


LENDER = (
    "CREATE FUNCTION public.lend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
    "'BEGIN SELECT email INTO NEW.full_name FROM news.subscriber LIMIT 1; RETURN NEW; END';"
)
READER = (
    "CREATE FUNCTION public.mail() RETURNS text LANGUAGE sql SECURITY DEFINER AS "
    "'SELECT min(email) FROM news.subscriber';"
)
STAMP = (
    "CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
    "'BEGIN NEW.last_seen_at := now(); RETURN NEW; END';"
)

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
    (LENDER + "CREATE TRIGGER lend BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.lend()", "SG444",
     "`public.lend()`, which acts as `postgres`, runs in trigger lend on table crm.customer"),
    (LENDER.replace("SELECT email INTO NEW.full_name FROM news.subscriber LIMIT 1",
                    "EXECUTE ''SELECT email FROM news.'' || ''sub'' INTO NEW.full_name")
     + "CREATE TRIGGER lend BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.lend()", "SG444",
     "runs in trigger lend on table crm.customer"),
    (READER + "ALTER TABLE crm.customer ALTER full_name SET DEFAULT public.mail()", "SG444",
     "runs in default value for column full_name of table crm.customer"),
    (READER + "ALTER TABLE crm.customer ADD CHECK (public.mail() <> '')", "SG444", "runs in constraint customer_check on table"),
    (READER + "ALTER FUNCTION public.mail() IMMUTABLE; CREATE INDEX mail_idx ON crm.customer ((public.mail() || email))",
     "SG444", "runs in index crm.mail_idx"),
    (READER + "CREATE DOMAIN public.mailed AS text CHECK (VALUE <> public.mail()); "
     "ALTER TABLE crm.customer ALTER full_name TYPE public.mailed", "SG444", "runs in constraint mailed_check"),
    (READER + "CREATE VIEW public.form AS SELECT 1 AS a; GRANT INSERT, SELECT ON public.form TO PUBLIC; "
     + LENDER + "CREATE TRIGGER lend INSTEAD OF INSERT ON public.form FOR EACH ROW EXECUTE FUNCTION public.lend()", "SG444",
     "runs in trigger lend on view public.form"),
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
    ("UPDATE pg_class SET reltuples = 200000 WHERE oid = 'crm.customer'::regclass", "SG578",
     "no index of `crm.customer` begins with `last_seen_at`, from which its retention counts"),
    ("CREATE FUNCTION public.all_mails() RETURNS SETOF text SECURITY DEFINER LANGUAGE sql"
     " AS 'SELECT email FROM crm.customer'",
     "SG434", "everybody may call `public.all_mails()`"),
    ("CREATE ROLE {name}_team; GRANT {name}_team TO {name}_app", "SG441",
     "login `{name}_app` is a member of `{name}_team`"),
    ("CREATE ROLE {name}_firm; CREATE ROLE {name}_team; GRANT {name}_firm TO {name}_team;"
     "GRANT {name}_team TO {name}_app",
     "SG441", "login `{name}_app` is a member of `{name}_firm`, through another role"),
    ("GRANT pg_monitor TO {name}_app", "SG441", "login `{name}_app` is a member of `pg_monitor`"),
    (STAMP + "CREATE TRIGGER stamp BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.stamp()", "SG444",
     "`public.stamp()`, which acts as `postgres`, runs in trigger stamp on table crm.customer"),
    (STAMP + "CREATE ROLE {name}_high BYPASSRLS; ALTER FUNCTION public.stamp() OWNER TO {name}_high;"
     "CREATE TRIGGER stamp BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.stamp()", "SG444",
     "`public.stamp()`, which acts as `{name}_high`, runs in trigger stamp"),
    (READER + "CREATE FUNCTION public.same(a text, b text) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT $1 = $2';"
     "CREATE OPERATOR public.=~= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same)", "SG444",
     "`public.same(a text, b text)`, which acts as `postgres`, runs in operator public.=~=(text,text)"),
    (READER.replace("public.mail() RETURNS text", "public.mail(integer) RETURNS text")
     + "CREATE TYPE public.num AS (a int); CREATE FUNCTION public.tonum(public.num) RETURNS text LANGUAGE sql SECURITY DEFINER AS"
     " 'SELECT min(email) FROM news.subscriber'; CREATE CAST (public.num AS text) WITH FUNCTION public.tonum(public.num)",
     "SG444", "`public.tonum(public.num)`, which acts as `postgres`, runs in cast from public.num to text"),
    ("CREATE FUNCTION public.mine() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::text';"
     "REVOKE EXECUTE ON FUNCTION public.mine() FROM PUBLIC; GRANT EXECUTE ON FUNCTION public.mine() TO {name}_app",
     "SG434", "`{name}_app` may call `public.mine()`"),
    ("CREATE PUBLICATION out FOR TABLE crm.customer", "SG445", "publication `out` carries `crm.customer`"),
    ("CREATE PUBLICATION out FOR TABLES IN SCHEMA news", "SG445", "publication `out` carries `news.subscriber`"),
    ("CREATE PUBLICATION out FOR ALL TABLES", "SG445",
     "publication `out` carries `crm.customer`, `news.subscriber`, `sales.item`, `sales.orders`"),
])
def test_what_is_only_unwise_is_a_warning(shop: Shop, change: str, code: str, message: str) -> None:
    change, message = change.format(name=shop.name), message.format(name=shop.name)
    assert all(message not in problem.message for problem in _problems(shop).get(code, []))
    shop.database.execute(change)
    report = shop.apply()
    (found,) = [problem for problem in report.problems if problem.code == code and problem.message.startswith(message)]
    assert not found.refuses


def test_a_definer_function_that_is_trusted_or_harmless_is_no_obstacle(shop: Shop) -> None:
    shop.database.execute(
        LENDER + "CREATE TRIGGER lend BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.lend()")
    with pytest.raises(UnfitDatabase):
        shop.apply()
    shop.apply(shop.changed('version = "1"', 'version = "1"\ntrusted_functions = ["public.lend"]'))
    shop.database.suspend_ddl_guard()
    # The same under row security: of an owner who sees nothing, or of whoever writes; or one that never fires.
    for change in (f"CREATE ROLE {shop.name}_low; ALTER FUNCTION public.lend() OWNER TO {shop.name}_low",
                   "ALTER FUNCTION public.lend() OWNER TO postgres; ALTER FUNCTION public.lend() SECURITY INVOKER",
                   "ALTER FUNCTION public.lend() SECURITY DEFINER; ALTER TABLE crm.customer DISABLE TRIGGER lend"):
        shop.database.execute(change)
        assert "SG444" not in _problems(shop), change


def test_publications_of_other_tables_are_not_named(shop: Shop) -> None:
    shop.database.execute("CREATE TABLE public.plain (); CREATE PUBLICATION out FOR TABLE public.plain")
    assert "SG445" not in _problems(shop)


def test_who_may_grant_a_compartment_is_named(shop: Shop) -> None:
    """Before 16, everybody with CREATEROLE; from 16 on, who was given the option."""
    shop.apply()
    shop.database.execute(f"CREATE ROLE {shop.name}_maker LOGIN CREATEROLE; CREATE ROLE {shop.name}_lead LOGIN;"
                          f"GRANT {shop.name}_maker TO {shop.name}_lead")
    ((version,),) = shop.database.execute("SELECT current_setting('server_version_num')::int")
    named = {problem.message for problem in _problems(shop).get("SG446", [])}
    told = {f"role `{shop.name}_{name}` may grant the compartments of the policy, to itself too" for name in ("maker", "lead")}
    assert told.isdisjoint(named) if version >= 160000 else told <= named
    shop.database.execute(f"GRANT {shop.name}_contract TO {shop.name}_maker WITH ADMIN OPTION")
    if version >= 160000:
        shop.database.execute(f"GRANT {shop.name}_contract TO {shop.name}_maker WITH INHERIT FALSE, SET FALSE")
    assert told <= {problem.message for problem in _problems(shop)["SG446"]}


def test_memberships_in_compartments_and_offices_are_not_worth_a_warning(shop: Shop) -> None:
    shop.apply()
    shop.database.execute(f"GRANT {shop.name}_auditor TO {shop.name}_app")
    assert "SG441" not in _problems(shop)


def test_every_code_of_the_preflight_is_in_the_catalogue() -> None:
    assert {code for _, code, _ in UNFIT} <= CODES.keys()
    assert {CODES[code].error for _, code, _ in UNFIT} == {PolicyError}


def test_rows_that_nobody_sees_are_counted_until_the_policy_says_what_becomes_of_them(shop: Shop) -> None:
    assert "SG453" not in _problems(shop)
    shop.database.execute("INSERT INTO sales.orders (id) SELECT i FROM generate_series(1001, 1007) i;"
                          "INSERT INTO sales.item (what) VALUES ('alone')")
    found = [problem.message for problem in _problems(shop)["SG453"]]
    assert found == [
        "1 row of `sales.item` without `order_id`: no purpose sees them",
        "7 rows of `sales.orders` without `customer_id`: no purpose sees them",
    ]
    assert all(not problem.refuses for problem in _problems(shop)["SG453"])
    assert [problem.message for problem in shop.apply().problems if problem.code == "SG453"] == found
    assert [problem.message for problem in _problems(shop)["SG453"]] == found, "also once row security is on"
    for word in ("visible", "hidden"):
        said = shop.text.replace('subject = "customer_id"', f'subject = "customer_id"\nanonymous = "{word}"').replace(
            'subject = "order_id', f'anonymous = "{word}"\nsubject = "order_id')
        assert said != shop.text
        assert "SG453" not in {problem.code for problem in shop.plan(loads(said)).problems}


def test_counting_ends_and_leaves_its_time_limit_behind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.database.execute("INSERT INTO sales.orders (id) SELECT i FROM generate_series(1001, 1600) i;"
                          "ANALYZE sales.orders")
    monkeypatch.setattr(import_module("sminion_guard.checks.nobody"), "LONGEST", 100)
    count = Installer.count

    def slow(installer: Installer, statement: str, **more: Any) -> int | None:
        """As long as it runs, the table is locked, and only then: other checks look at it too."""
        with shop.database.connect() as other:
            other.execute("BEGIN; LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
            return count(installer, statement, **more)

    with monkeypatch.context() as while_counting:
        while_counting.setattr(Installer, "count", slow)
        (problem,) = _problems(shop)["SG453"]
    assert problem.message == "about 600 rows of `sales.orders` without `customer_id`: no purpose sees them"
    report = shop.apply()
    assert report.changed
    assert shop.unfilled() == 0


NEUTRAL = '\n[schema.public]\nneutral = ["ref_*", "codes"]\n'


def test_a_neutral_table_about_persons_is_refused_and_a_pattern_that_names_nothing_is_told(shop: Shop) -> None:
    shop.database.execute("CREATE TABLE public.ref_country (code text PRIMARY KEY);"
                          "CREATE TABLE public.ref_note (who bigint CONSTRAINT about REFERENCES crm.customer);"
                          "CREATE TABLE public.note (who bigint REFERENCES crm.customer)")
    policy = loads(shop.text + NEUTRAL)
    with pytest.raises(UnfitDatabase) as caught:
        shop.apply(policy)
    (refused,) = caught.value.problems
    assert (refused.code, refused.message) == (
        "SG454", "neutral table `public.ref_note` refers to `crm.customer` by `about`")
    shop.database.execute("DROP TABLE public.ref_note")
    (told,) = [problem for problem in shop.apply(policy).problems if problem.code == "SG456"]
    assert "is called `codes`" in told.message
    assert shop.plan(policy).clean


def test_a_table_whose_name_fits_later_is_seen_by_the_plan(shop: Shop) -> None:
    policy = loads(shop.text + NEUTRAL)
    shop.database.execute("CREATE TABLE public.ref_country (code text)")
    shop.apply(policy)
    shop.database.execute("CREATE TABLE public.ref_colour (code text)")
    changed = [change.key for change in shop.plan(policy).changes if change.state is not State.INSTALLED]
    assert changed
    assert all(key.startswith("neutral_grant:public:") for key in changed)
    shop.apply(policy)
    assert shop.plan(policy).clean
    shop.apply()
    assert shop.plan().clean
    left = shop.database.execute("SELECT DISTINCT grantee FROM information_schema.role_table_grants "
                                 "WHERE table_schema = 'public' AND grantee LIKE %s", f"{shop.name}%")
    assert left == []
