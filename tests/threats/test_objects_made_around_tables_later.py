# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: a key, rule, view, child or partition made after `apply`, which no grant and no row security governs.

Only owners and superusers can make them, so the database cannot refuse them. Each test shows what such an object does, and
that the next `plan` names it or the next `apply` mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.migrate import State, UnfitDatabase
from tests.world import PRIVILEGE, World, acting, new_world, refusal, rows, ticket


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """A world of each test: what it makes stays."""
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        yield world


def planned(world: World) -> migrate.Plan:
    with world.database.connect() as admin:
        return migrate.plan(admin, world.policy)


def problems(world: World) -> dict[str, str]:
    """Code to message of what stands in the way of the next `apply`, which is refused for it."""
    found = {problem.code: problem.message for problem in planned(world).problems if problem.refuses}
    if found:
        with pytest.raises(UnfitDatabase):
            world.apply(replace(world.policy, version="2"))
    return found


def key(action: str, table: str = "hr.employee", column: str = "id") -> str:
    return (f"ALTER TABLE {table} ADD CONSTRAINT gone FOREIGN KEY ({column}) REFERENCES crm.customer {action}")


def test_a_cascade_deletes_in_a_schema_out_of_reach_and_plan_says_so(world: World) -> None:
    delete = "DELETE FROM crm.customer WHERE id = 5"
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token):
            app.execute(delete.encode())
            assert world.super("SELECT count(*) FROM hr.employee WHERE id = 5") == [(1,)]
        assert problems(world) == {}
        world.super(key("ON DELETE CASCADE"))
        with acting(app, token):
            assert refusal(app, "DELETE FROM hr.employee WHERE id = 5") == PRIVILEGE
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        app.execute(delete.encode())
        app.execute("COMMIT")
    assert world.super("SELECT count(*) FROM hr.employee WHERE id = 5") == [(0,)]
    assert problems(world) == {"SG430": "foreign key `gone` of `hr.employee` to `crm.customer` is ON DELETE CASCADE"}


@pytest.mark.parametrize("action", ["ON DELETE SET NULL", "ON DELETE SET DEFAULT"])
def test_a_key_that_clears_the_subject_hides_the_row_and_plan_says_so(action: str, world: World) -> None:
    world.super(key(action, "sales.orders", "customer_id"))
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        app.execute("DELETE FROM crm.customer WHERE id = 5")
        assert rows(app, "SELECT count(*) FROM sales.orders WHERE id IN (4, 5)") == [(1,)]
        assert rows(app, "SELECT count(*) FROM sales.item WHERE order_id = 5") == [(0,)]
    assert problems(world) == {"SG430": f"foreign key `gone` of `sales.orders` to `crm.customer` is {action}"}


def test_a_cascade_does_not_reach_the_rows_of_blocked_people(world: World) -> None:
    world.super("UPDATE sales.gift SET taker = 5 WHERE giver = 1")
    world.super("ALTER TABLE sales.gift ADD CONSTRAINT gone FOREIGN KEY (taker) REFERENCES crm.customer ON DELETE CASCADE")
    delete = "DELETE FROM crm.customer WHERE id = 5"
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token):
            app.execute(delete.encode())
        world.super("SELECT sminion.block('1', 'court')")
        for _ in range(2):
            with acting(app, token):
                assert refusal(app, delete) == "SG216"
            world.settle()


@pytest.mark.parametrize("options, found", [
    ("", 40), ("WITH (security_barrier)", 40), ("WITH (security_invoker)", None),
])
def test_a_view_of_a_superuser_reads_past_row_security_and_plan_says_so(options: str, found: int | None, world: World) -> None:
    world.super(f"CREATE VIEW public.door {options} AS SELECT * FROM crm.customer")
    with world.connect("app") as app:
        assert refusal(app, "SELECT count(*) FROM public.door") == PRIVILEGE
        world.super("GRANT SELECT ON public.door TO PUBLIC")
        if found is None:
            assert refusal(app, "SELECT count(*) FROM public.door") == PRIVILEGE
            assert problems(world) == {}
        else:
            assert rows(app, "SELECT count(*) FROM public.door") == [(found,)]
            assert problems(world) == {"SG433": "`public.door` is a view over protected tables that everybody may read"}


def test_a_view_of_a_superuser_among_the_tables_is_closed_by_the_next_apply(world: World) -> None:
    world.super("CREATE VIEW crm.door AS SELECT * FROM crm.customer; GRANT SELECT ON crm.door TO PUBLIC")
    read = ("BEGIN", f"SET LOCAL ROLE {world.role('contract')}", "SELECT count(*) FROM crm.door")
    with world.connect("app") as app:
        for statement in read[:-1]:
            app.execute(statement.encode())
        assert rows(app, read[-1]) == [(40,)]
        app.execute("ROLLBACK")
        assert [change.key for change in planned(world).of(State.ALTERED)] == ["closed_schema:crm"]
        world.apply(world.policy)
        assert refusal(app, *read) == PRIVILEGE


def test_a_rule_neither_reads_with_the_owners_rights_nor_copies_what_is_written(world: World) -> None:
    with world.connect("owner") as owner, world.connect("app") as app:
        owner.execute("CREATE TABLE sales.copy (email text)")
        token = ticket(app, "contract")
        insert = "INSERT INTO sales.orders (customer_id, email) VALUES (5, 'copied')"
        for copied in ("SELECT email FROM hr.employee", "VALUES (new.email)"):
            owner.execute(f"CREATE OR REPLACE RULE spy AS ON INSERT TO sales.orders DO ALSO INSERT INTO sales.copy {copied}".encode())
            with acting(app, token):
                assert refusal(app, insert) == "SG229"
        assert problems(world) == {"SG432": "table `sales.orders` has the rule `spy`"}
        owner.execute("DROP RULE spy ON sales.orders")
        with acting(app, token):
            app.execute(insert.encode())


def test_a_parent_shows_the_rows_of_its_children_and_plan_says_so(world: World) -> None:
    world.super("CREATE TABLE public.party (id bigint NOT NULL, email text); GRANT SELECT ON public.party TO PUBLIC")
    with world.connect("app") as app:
        assert rows(app, "SELECT count(*) FROM public.party") == [(0,)]
        world.super(f"ALTER TABLE public.party OWNER TO {world.name}_owner; ALTER TABLE crm.customer INHERIT public.party")
        assert rows(app, "SELECT count(*) FROM public.party") == [(40,)]
    assert problems(world) == {"SG431": "table `crm.customer` is a partition or child of `public.party`"}


def test_rows_of_a_child_are_seen_by_nobody_through_its_parent_and_plan_says_so(world: World) -> None:
    world.super(f"CREATE TABLE crm.vip () INHERITS (crm.customer); ALTER TABLE crm.vip OWNER TO {world.name}_owner;"
                "INSERT INTO crm.vip (id, email) VALUES (50, 'vip')")
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT count(*) FROM crm.customer") == [(40,)]
        assert refusal(app, "SELECT id FROM crm.vip") == PRIVILEGE
    assert problems(world) == {"SG431": "table `crm.customer` has the inheritance child `crm.vip`"}


NOT_ON_THE_PARTITION = ["write_triggers:sales.visit", "row_security:sales.visit"]
ATTACH = "ALTER TABLE sales.visit ATTACH PARTITION {0} FOR VALUES FROM (1000) TO (2000)"


def owns(world: World, statements: str) -> None:
    """As the owner of the tables, who is no superuser."""
    with world.connect("owner") as owner:
        owner.execute(statements.encode())


def test_rows_of_a_partition_attached_later_are_seen_by_nobody_until_they_get_masks(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    owns(world, "CREATE TABLE sales.visit_new (LIKE sales.visit); INSERT INTO sales.visit_new SELECT 1000 + i, i, 'late' FROM generate_series(1, 40) i")
    owns(world, ATTACH.format("sales.visit_new"))
    late = "SELECT count(*) FROM sales.visit WHERE email = 'late'"
    with world.connect("app") as app:
        with acting(app, ticket(app, "contract")):
            assert rows(app, late) == [(0,)]
            app.execute("INSERT INTO sales.visit (id, customer_id, email) VALUES (1500, 8, 'late')")
            assert rows(app, late) == [(1,)]
            assert refusal(app, "INSERT INTO sales.visit (id, customer_id, email) VALUES (1501, 7, 'late')") == PRIVILEGE
        with acting(app, ticket(app, "contract")):
            assert refusal(app, "SELECT * FROM sales.visit_new") == PRIVILEGE
        assert [change.key for change in planned(world).of(State.ALTERED)] == NOT_ON_THE_PARTITION
        world.super("UPDATE sales.visit_new SET guard_mask = guard_mask")
        with acting(app, ticket(app, "contract")):
            assert rows(app, late) == [(39,)]


def test_a_partition_that_everybody_may_read_is_read_directly_until_the_next_apply(world: World) -> None:
    world.super("CREATE TABLE public.visit_new (LIKE sales.visit); INSERT INTO public.visit_new SELECT 1000 + i, i, 'late' FROM generate_series(1, 40) i")
    world.super("GRANT SELECT ON public.visit_new TO PUBLIC;" + ATTACH.format("public.visit_new"))
    with world.connect("app") as app:
        assert rows(app, "SELECT count(*) FROM public.visit_new") == [(40,)]
        assert [change.key for change in planned(world).of(State.ALTERED)] == NOT_ON_THE_PARTITION
        world.apply(world.policy)
        assert refusal(app, "SELECT count(*) FROM public.visit_new") == "SG229"
        assert planned(world).clean
