"""Attack: read, merge or write as the owner of the tables, to whom the policy gives purposes for data migrations."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket

MERGE = "SELECT c.email, e.email FROM crm.customer c JOIN hr.employee e USING (id)"


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[World]:
    """A world whose owner is a login of the policy, and inherits what its compartments hold."""
    with new_world(server) as world:
        login = f'\n[login.{world.name}_owner]\npurposes = ["contract", "personnel"]\nmay_own = "runs the migrations"\n'
        login += 'may_hold_incompatible = "runs the migrations"\n'
        world.apply(loads(world.text() + login))
        for purpose in ("contract", "personnel"):
            inherit = " WITH INHERIT TRUE" if server.binaries.major > 15 else ""
            world.super(f"GRANT {world.role(purpose)} TO {world.name}_owner{inherit}")
        world.super(f"ALTER ROLE {world.name}_owner INHERIT")
        world.super("SELECT sminion.block('7', 'court')")
        yield world


@pytest.fixture
def owner(migrated: World) -> Iterator[Connection]:
    with migrated.connect("owner") as connection:
        yield connection


@pytest.mark.parametrize("statement", [
    "SELECT email FROM crm.customer", "UPDATE crm.customer SET email = 'x'", "DELETE FROM hr.employee", MERGE,
    "INSERT INTO crm.customer (id) VALUES (9001)", "SELECT to_jsonb(e) FROM hr.employee e",
])
def test_as_itself_it_reaches_no_row_whatever_it_inherits(statement: str, owner: Connection) -> None:
    assert refusal(owner, statement) == "SG201"


def test_under_a_ticket_it_sees_what_the_purpose_may_see(migrated: World, owner: Connection) -> None:
    token = ticket(owner, "contract")
    with acting(owner, token):
        assert rows(owner, "SELECT count(*) FROM crm.customer") == [(39,)], "without the one who is blocked"
        assert refusal(owner, "SELECT internal FROM crm.customer") == PRIVILEGE
    with acting(owner, token):
        assert refusal(owner, MERGE) == PRIVILEGE
    with acting(owner, token):
        assert refusal(owner, "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY") == PRIVILEGE


def test_the_role_alone_and_the_ticket_of_another_open_nothing(migrated: World, owner: Connection) -> None:
    role = migrated.role("contract")
    with owner.transaction(force_rollback=True):
        assert refusal(owner, f"SET LOCAL ROLE {role}", "SELECT email FROM crm.customer") == "SG201"
    with migrated.connect("app") as app:
        token = ticket(app, "contract")
        own = ticket(owner, "contract")
        with app.transaction(force_rollback=True):
            assert refusal(app, f"SELECT sminion.enter('{own}')") == "SG206"
    with owner.transaction(force_rollback=True):
        assert refusal(owner, f"SELECT sminion.enter('{token}')") == "SG206"


def test_one_transaction_stays_in_one_compartment(owner: Connection) -> None:
    first, second = ticket(owner, "contract"), ticket(owner, "personnel")
    with acting(owner, first):
        assert refusal(owner, f"SELECT sminion.enter('{second}')") == "SG210"


def test_settings_of_a_migration_open_nothing_to_an_application(migrated: World) -> None:
    """What `processing` leaves in the session's settings is a role's name and a token of the login itself."""
    with migrated.connect("app") as app:
        app.execute(sql.SQL("SET sminion.role_before = {}").format(sql.Literal(f"{migrated.name}_owner")))
        assert refusal(app, "SELECT set_config('role', current_setting('sminion.role_before'), true)") == PRIVILEGE
        app.execute("SET sminion.opened_1 = '1.2.3'")
        assert refusal(app, "SELECT email FROM crm.customer") == PRIVILEGE


def test_a_data_migration_is_on_record_although_it_is_taken_back(migrated: World, owner: Connection) -> None:
    owner.autocommit = False
    with pytest.raises(psycopg.errors.DivisionByZero), migrate.processing(owner, "contract", reason="attempt 7"):
        owner.execute("SELECT 1 / count(*) * 0 / 0 FROM crm.customer")
    owner.rollback()
    assert migrated.super("SELECT login::text FROM sminion.access_log WHERE reason = 'attempt 7'") == [
        (f"{migrated.name}_owner",)]
