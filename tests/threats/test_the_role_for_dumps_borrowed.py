# ruff: noqa: E501 - SQL stands on one line
"""Attack: somebody reads through the role for dumps who does not dump: a login of the application, or a view with its rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sminion_guard.embedded import Server
from tests.world import PRIVILEGE, World, acting, new_world, refusal, rows, ticket

COUNT = "SELECT count(*) FROM crm.customer"


@pytest.fixture(scope="module")
def dumped(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.apply(replace(world.policy, version="2", backup="every night"))
        world.super(f"CREATE ROLE {world.name}_dumper LOGIN NOINHERIT; GRANT {world.name}_backup TO {world.name}_dumper")
        yield world


def test_the_member_that_dumps_reads_all_rows(dumped: World) -> None:
    """The positive control: what the others are refused is there."""
    with dumped.connect("dumper") as dumper:
        dumper.execute(f"SET ROLE {dumped.name}_backup".encode())
        assert rows(dumper, COUNT) == [(40,)]
        assert rows(dumper, "SELECT count(*) FROM sales.visit_low") == [(19,)]


@pytest.mark.parametrize("login", ["all", "app", "owner", "officer", "keeper", "reader"])
def test_a_login_cannot_take_the_role_or_be_given_it(dumped: World, login: str) -> None:
    role = f"{dumped.name}_backup"
    with dumped.connect(login) as attacker:
        for statement in (
            f"SET ROLE {role}", f"SELECT set_config('role', '{role}', false)", f"SET SESSION AUTHORIZATION {role}",
            f"GRANT {role} TO {dumped.name}_{login}", f"ALTER ROLE {role} LOGIN", f"CREATE ROLE again IN ROLE {role}",
        ):
            assert refusal(attacker, statement) == PRIVILEGE, statement


def test_a_compartment_cannot_take_the_role(dumped: World) -> None:
    with dumped.connect("app") as app, acting(app, ticket(app, "contract")):
        assert refusal(app, f"SET LOCAL ROLE {dumped.name}_backup") == PRIVILEGE


def test_a_login_of_the_policy_that_became_a_member_after_apply_reads_nothing(dumped: World) -> None:
    """A GRANT of a role fires no event trigger; row security asks who logged in."""
    dumped.super(f"GRANT {dumped.name}_backup TO {dumped.name}_app")
    try:
        with dumped.connect("app") as app:
            app.execute(f"SET ROLE {dumped.name}_backup".encode())
            for table in ("crm.customer", "sales.orders", "sales.visit", "sales.visit_low", "hr.employee"):
                assert refusal(app, f"SELECT count(*) FROM {table}") == "SG229", table
                assert refusal(app, f"COPY {table} TO STDOUT") == "SG229", table
            assert refusal(app, f"PREPARE borrowed AS {COUNT}", "EXECUTE borrowed") == "SG229"
    finally:
        dumped.super(f"REVOKE {dumped.name}_backup FROM {dumped.name}_app")


def test_a_view_with_the_rights_of_the_role_opens_nothing_to_others(dumped: World) -> None:
    """A compartment passes the floor by its name, and is under none of its own policies then."""
    with dumped.database.ddl_guard_suspended():
        dumped.super(f"CREATE VIEW public.borrowed AS SELECT * FROM crm.customer; ALTER VIEW public.borrowed OWNER TO {dumped.name}_backup;"
                     "CREATE VIEW public.part AS SELECT * FROM sales.visit_low;"
                     f"ALTER VIEW public.part OWNER TO {dumped.name}_backup; GRANT SELECT ON public.borrowed, public.part TO PUBLIC;")
    try:
        with dumped.connect("app") as app:
            assert refusal(app, "SELECT count(*) FROM public.borrowed") == "SG201"
            with acting(app, ticket(app, "contract")):
                assert refusal(app, "SELECT count(*) FROM public.borrowed") == "SG229"
            with acting(app, ticket(app, "contract")):
                assert refusal(app, "SELECT count(*) FROM public.part") == "SG229"
    finally:
        dumped.super("DROP VIEW public.borrowed, public.part")


def test_a_plan_made_for_the_member_is_not_used_for_another_role(dumped: World) -> None:
    with dumped.connect("dumper") as dumper:
        dumper.execute(f"SET ROLE {dumped.name}_backup".encode())
        dumper.execute(f"PREPARE kept AS {COUNT}".encode())
        assert rows(dumper, "EXECUTE kept") == [(40,)]
        dumper.execute("RESET ROLE")
        assert refusal(dumper, "EXECUTE kept") == PRIVILEGE


def test_the_name_of_the_role_cannot_be_claimed_by_the_caller(dumped: World) -> None:
    """Everybody may call the function that lets it through; its answer is for the policies that call it."""
    with dumped.connect("app") as app:
        for name, refused in ((f"{dumped.name}_backup", "SG201"), (f"{dumped.name}_app", PRIVILEGE)):
            assert refusal(app, f"SELECT sminion.refuse_others('pg_class', '{{}}', '{name}')") == refused
