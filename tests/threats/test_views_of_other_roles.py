# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: reach rows through a view of the owner, or of a role that was granted something, beside a permissive policy of the
application: a view reads with its owner's policies, while the role that acts is still the compartment.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.migrate.plan import State
from sminion_guard.policy import loads
from tests.world import Connection, World, acting, new_world, refusal, rows, ticket

VIEW = "CREATE VIEW report.v AS SELECT id, email, internal FROM crm.customer; GRANT SELECT ON report.v TO PUBLIC"
OWN = "CREATE POLICY own ON crm.customer FOR SELECT USING (true)"


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """With a schema of reports, and somebody who is blocked."""
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        world.super(f"CREATE SCHEMA report; GRANT USAGE ON SCHEMA report TO PUBLIC; CREATE ROLE {world.name}_reporter;"
                    f"GRANT CREATE ON SCHEMA report TO {world.name}_owner, {world.name}_reporter;"
                    f"GRANT USAGE ON SCHEMA crm TO {world.name}_reporter; GRANT SELECT ON crm.customer TO {world.name}_reporter")
        world.super("SELECT sminion.block('7', 'court')")
        yield world


@pytest.fixture
def app(world: World) -> Iterator[Connection]:
    with world.connect("app") as connection:
        yield connection


def _adopted(world: World) -> str:
    return world.text().replace("[schema.crm.customer]\n", '[schema.crm.customer]\nadopt_policies = ["own"]\n')


def _seen_by_nobody(world: World, app: Connection) -> None:
    with acting(app, ticket(app, "contract")):
        assert refusal(app, "SELECT email FROM report.v WHERE id = 7") == "SG229"
    with app.transaction(force_rollback=True):
        assert refusal(app, f"SET LOCAL ROLE {world.role('contract')}", "SELECT email FROM report.v") == "SG229"
    # nothing is learned from whether it fails
    with acting(app, ticket(app, "contract")):
        assert refusal(app, "SELECT email FROM report.v WHERE id = 99999") == "SG229"
    with acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT count(*) FROM crm.customer WHERE id IN (7, 8)") == [(1,)], "the control"


@pytest.mark.parametrize("maker", ["owner", "reporter"])
def test_a_view_shows_nothing_beside_an_adopted_policy(maker: str, world: World, app: Connection) -> None:
    world.super(OWN)
    world.super(f"SET ROLE {world.name}_{maker}; {VIEW}")
    world.apply(loads(_adopted(world)))
    _seen_by_nobody(world, app)
    world.super("DROP VIEW report.v; DROP POLICY own ON crm.customer")
    world.apply(world.policy)


@pytest.mark.parametrize("name", ["a_first", "zz_last"])
def test_nor_beside_a_policy_that_is_added_later(name: str, world: World, app: Connection) -> None:
    world.apply(world.policy)
    world.super(OWN.replace("own", name))
    world.super(f"SET ROLE {world.name}_owner; {VIEW}")
    _seen_by_nobody(world, app)
    world.super(f"DROP VIEW report.v; DROP POLICY {name} ON crm.customer")


def test_a_role_that_is_granted_something_later_is_named_by_plan_and_refused_by_apply(world: World, app: Connection) -> None:
    world.apply(world.policy)
    late = f"{world.name}_late"
    world.super(f"CREATE ROLE {late}; GRANT USAGE ON SCHEMA crm TO {late}; GRANT SELECT (id, email, internal) ON crm.customer TO {late};"
                f"GRANT CREATE, USAGE ON SCHEMA report TO {late}; SET ROLE {late}; {VIEW}")
    with world.database.connect() as admin:
        assert "others:crm.customer" in [c.key for c in migrate.plan(admin, world.policy).of(State.ALTERED)]
    world.apply(world.policy)
    _seen_by_nobody(world, app)
    world.super(f"SET ROLE {late}; SELECT 1")
    with world.database.connect() as admin:
        admin.execute(f"SET ROLE {late}".encode())
        assert refusal(admin, "SELECT email FROM crm.customer WHERE id = 99999") == "SG201"
    world.super("DROP VIEW report.v")


def test_a_member_of_a_predefined_role_is_refused_too(world: World, app: Connection) -> None:
    world.apply(world.policy)
    everything = f"{world.name}_everything"
    world.super(f"CREATE ROLE {everything}; GRANT pg_read_all_data TO {everything}; GRANT CREATE, USAGE ON SCHEMA report TO {everything};"
                f"{OWN}; SET ROLE {everything}; {VIEW}")
    _seen_by_nobody(world, app)
    world.super("DROP VIEW report.v; DROP POLICY own ON crm.customer")


def test_a_role_that_was_granted_something_can_be_dropped_as_the_page_says(world: World, app: Connection) -> None:
    gone = f"{world.name}_gone"
    world.super(f"CREATE ROLE {gone}; GRANT SELECT ON crm.customer TO {gone}")
    world.apply(world.policy)
    world.super(f"DROP OWNED BY {gone}; DROP ROLE {gone}")
    with world.database.connect() as admin:
        assert migrate.plan(admin, world.policy).clean
    with acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT count(*) FROM crm.customer WHERE id IN (7, 8)") == [(1,)]
