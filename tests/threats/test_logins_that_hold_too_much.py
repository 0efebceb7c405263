"""Attack: a login that inherits its compartments, may grant them, owns what it should not, or has places for copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sminion_guard.embedded import Server
from sminion_guard.migrate import UnfitDatabase
from tests.world import PRIVILEGE, acting, new_world, refusal, rows, ticket

OPEN = "SELECT sminion.open_ticket('contract', 'a', 'b')"


def test_a_login_that_inherits_or_may_grant_gets_no_ticket_until_apply_repairs_it(server: Server) -> None:
    with new_world(server) as world, world.connect("app") as app:
        role, login = world.role("contract"), f"{world.name}_app"
        inherits = (f"GRANT {role} TO {login} WITH INHERIT TRUE" if app.info.server_version >= 160000
                    else f"ALTER ROLE {login} INHERIT")
        for number, wrong in enumerate((inherits, f"GRANT {role} TO {login} WITH ADMIN OPTION")):
            world.super(wrong)
            assert refusal(app, OPEN) == "SG219"
            world.apply(replace(world.policy, version=f"repair {number}"))
            with acting(app, ticket(app, "contract")):
                assert rows(app, "SELECT count(*) FROM crm.customer") == [(40,)]


@pytest.mark.parametrize("wrong", [
    "ALTER ROLE {login} CREATEROLE", "ALTER ROLE {login} BYPASSRLS", "ALTER TABLE crm.customer OWNER TO {login}",
    "GRANT pg_read_all_data TO {login}",
])
def test_a_login_above_the_policy_is_refused_at_apply(wrong: str, server: Server) -> None:
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        world.super(wrong.format(login=f"{world.name}_app"))
        with pytest.raises(UnfitDatabase):
            world.apply(replace(world.policy, version="2"))
        world.super("ALTER TABLE crm.customer OWNER TO postgres")


def test_places_for_copies_that_a_login_was_given_by_name_are_closed(server: Server) -> None:
    with new_world(server) as world, world.connect("app") as app:
        world.super(f"GRANT TEMP, CREATE ON DATABASE {world.database.name} TO {world.name}_app")
        world.super(f"GRANT CREATE ON SCHEMA public TO {world.name}_app")
        app.execute("CREATE TEMP TABLE copy (email text); DROP TABLE copy")
        world.apply(replace(world.policy, version="2"))
        for place in ("TEMP TABLE copy (a int)", "TABLE public.copy (a int)", "SCHEMA copies"):
            assert refusal(app, f"CREATE {place}") == PRIVILEGE
