"""Attack: delete a blocked person's rows under a role that names no purpose, as one changed in mid-statement does."""

from __future__ import annotations

import pytest

from tests.world import World, refusal

SETUP = """
CREATE FUNCTION public.attempt(permitted bigint) RETURNS boolean LANGUAGE sql SECURITY DEFINER
  AS 'SELECT sminion.permit_delete(permitted, ARRAY[''1''])';
GRANT EXECUTE ON FUNCTION public.attempt(bigint) TO PUBLIC;
"""
ONLY_CONSENT = "UPDATE sminion.policy SET objection_bits = 0, default_bits = default_bits & blocked_bits"


@pytest.mark.parametrize("policy", ["SELECT 1", ONLY_CONSENT, "DELETE FROM sminion.policy"])
def test_what_is_blocked_stays(world: World, policy: str) -> None:
    with world.database.connect(autocommit=False) as admin:
        admin.execute((SETUP + policy).encode())
        admin.execute(f"SET LOCAL ROLE {world.name}_owner".encode())
        assert refusal(admin, "SELECT public.attempt(0)") == "SG216"
        admin.rollback()


def test_the_same_delete_goes_on_where_everything_is_permitted(world: World) -> None:
    with world.database.connect(autocommit=False) as admin:
        admin.execute(SETUP.encode())
        admin.execute(f"SET LOCAL ROLE {world.name}_owner".encode())
        admin.execute(b"SELECT public.attempt(-1)")
        admin.rollback()
