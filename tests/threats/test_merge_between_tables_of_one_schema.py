"""Attack: where all tables are in one schema, go from one compartment to the next, or by way of what all may read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket

NEUTRAL = '\n[schema.public]\nneutral = ["ref_*", "visit_*"]\n'


def with_neutral(world: World) -> Policy:
    return loads(world.text() + NEUTRAL)


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server, one_schema=True) as world:
        world.database.suspend_ddl_guard()
        world.super("CREATE TABLE public.ref_country (code text PRIMARY KEY, name text)")
        world.super("INSERT INTO public.ref_country VALUES ('DE', 'Germany')")
        world.super("CREATE TABLE public.unlisted (id bigint, email text)")
        world.super("CREATE VIEW public.ref_view AS SELECT id, email FROM public.employee")
        world.super("CREATE TABLE public.ref_parent (id bigint)")
        world.super("CREATE TABLE public.heir (email text) INHERITS (public.ref_parent)")
        world.apply(with_neutral(world))
        yield world


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    with world.connect() as connection:
        return {purpose: ticket(connection, purpose) for purpose in ("contract", "personnel", "interest", "care")}


def test_a_transaction_of_one_compartment_enters_no_other_of_the_same_schema(
    attacker: Connection, tokens: dict[str, str]
) -> None:
    with acting(attacker, tokens["contract"]):
        assert rows(attacker, "SELECT count(*) FROM public.customer") == [(40,)]
        assert refusal(attacker, f"SELECT sminion.enter('{tokens['personnel']}')") == "SG210"
    with acting(attacker, tokens["personnel"]):
        assert rows(attacker, "SELECT count(email) FROM public.employee") == [(40,)]


def test_a_merge_prepared_in_one_compartment_is_refused_in_each(attacker: Connection, tokens: dict[str, str]) -> None:
    merge = "PREPARE merged AS SELECT c.email FROM public.customer c JOIN public.employee e USING (id)"
    for purpose in ("contract", "personnel"):
        with acting(attacker, tokens[purpose]):
            attacker.execute(merge)
            assert refusal(attacker, "EXECUTE merged") == PRIVILEGE
        attacker.execute("DEALLOCATE ALL")
    with acting(attacker, tokens["contract"]):
        attacker.execute("PREPARE own AS SELECT c.email FROM public.customer c JOIN public.orders o USING (id)")
        assert len(rows(attacker, "EXECUTE own")) == 40
    attacker.execute("DEALLOCATE ALL")


def test_a_statement_prepared_in_one_compartment_is_judged_by_the_one_it_is_executed_in(
    attacker: Connection, tokens: dict[str, str]
) -> None:
    with acting(attacker, tokens["personnel"]):
        attacker.execute("PREPARE other AS SELECT email FROM public.employee")
        assert len(rows(attacker, "EXECUTE other")) == 40
    with acting(attacker, tokens["contract"]):
        assert refusal(attacker, "EXECUTE other") == PRIVILEGE
    attacker.execute("DEALLOCATE ALL")


@pytest.mark.parametrize("write", [
    "INSERT INTO public.ref_country SELECT email, email FROM public.customer",
    "UPDATE public.ref_country SET name = (SELECT min(email) FROM public.customer)",
    "DELETE FROM public.ref_country", "TRUNCATE public.ref_country",
    "COPY public.ref_country FROM STDIN", "LOCK TABLE public.ref_country IN EXCLUSIVE MODE",
    "CREATE INDEX ON public.ref_country (name)", "COMMENT ON TABLE public.ref_country IS 'e1'",
])
def test_no_purpose_leaves_anything_in_a_table_that_all_may_read(
    attacker: Connection, tokens: dict[str, str], write: str
) -> None:
    for purpose in tokens:
        with acting(attacker, tokens[purpose]):
            assert rows(attacker, "SELECT name FROM public.ref_country") == [("Germany",)]
            assert refusal(attacker, write) == PRIVILEGE, purpose


@pytest.mark.parametrize("relation", ["ref_view", "visit_low", "ref_parent", "unlisted", "heir"])
def test_a_name_that_fits_opens_no_view_no_part_of_a_table_and_nothing_that_is_not_meant(
    attacker: Connection, tokens: dict[str, str], relation: str
) -> None:
    refused = "SG229" if relation == "visit_low" else PRIVILEGE
    for purpose in tokens:
        with acting(attacker, tokens[purpose]):
            assert refusal(attacker, f"SELECT count(*) FROM public.{relation}") == refused, purpose


def test_neutral_tables_join_with_every_compartment(attacker: Connection, tokens: dict[str, str]) -> None:
    for purpose, table in (("contract", "customer"), ("personnel", "employee"), ("care", "patient")):
        with acting(attacker, tokens[purpose]):
            assert rows(attacker, f"SELECT count(*) FROM public.{table}, public.ref_country") == [(40,)]


def test_a_neutral_table_that_is_listed_since_is_closed_to_those_it_is_not_collected_for(server: Server) -> None:
    listed = ('\n[schema.public.ref_person]\ncollected_for = ["personnel"]\nsubject = "id"\n'
              'columns = { id = "key", email = "contact" }\n')
    with new_world(server, one_schema=True) as world:
        world.super("CREATE TABLE public.ref_person (id bigint PRIMARY KEY, email text)")
        world.super("INSERT INTO public.ref_person VALUES (1, 'e1')")
        world.apply(with_neutral(world))
        with world.connect() as attacker:
            with acting(attacker, ticket(attacker, "contract")):
                assert rows(attacker, "SELECT email FROM public.ref_person") == [("e1",)]
            world.apply(loads(world.text() + NEUTRAL + listed))
            with acting(attacker, ticket(attacker, "contract")):
                assert refusal(attacker, "SELECT email FROM public.ref_person") == PRIVILEGE
            with acting(attacker, ticket(attacker, "personnel")):
                assert rows(attacker, "SELECT email FROM public.ref_person") == [("e1",)]
            world.apply(world.policy)
            with acting(attacker, ticket(attacker, "personnel")):
                assert refusal(attacker, "SELECT email FROM public.ref_person") == PRIVILEGE
                assert refusal(attacker, "SELECT code FROM public.ref_country") != ""


def test_a_purpose_that_loses_a_table_loses_it_with_its_compartment(server: Server) -> None:
    with new_world(server, one_schema=True) as world, world.connect() as attacker:
        before = ticket(attacker, "contract")
        text = world.text().replace('[schema.public.orders]\ncollected_for = ["contract", "accounting"]',
                                    '[schema.public.orders]\ncollected_for = ["care"]')
        assert text != world.text()
        world.apply(loads(text))
        attacker.execute("BEGIN")
        assert refusal(attacker, f"SELECT sminion.enter('{before}')", "SELECT count(*) FROM public.orders") == "SG208"
        attacker.execute("ROLLBACK")
        with acting(attacker, ticket(attacker, "contract")):
            assert rows(attacker, "SELECT count(*) FROM public.customer") == [(40,)]
            assert refusal(attacker, "SELECT count(*) FROM public.orders") == PRIVILEGE
        with acting(attacker, ticket(attacker, "care")):
            assert rows(attacker, "SELECT count(*) FROM public.orders") == [(40,)]
