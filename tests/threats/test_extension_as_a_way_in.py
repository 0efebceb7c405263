"""Attack: use that the guard is an extension, before it is created and afterwards.

Its objects are members of an extension, which PostgreSQL lets its owner rearrange; and its script runs as a superuser,
who may have a search_path with a schema of the attacker.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.database.extension.conftest import extended, with_extension  # noqa: F401
from tests.servers import Database, new_database
from tests.world import refusal

TRAPS = """
CREATE TABLE public.caught (what text);
GRANT INSERT ON public.caught TO PUBLIC;
CREATE FUNCTION public.trap(name, text) RETURNS boolean LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO public.caught VALUES (current_user); RETURN true; END$$;
CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.trap);
CREATE OPERATOR public.<> (LEFTARG = name, RIGHTARG = text, FUNCTION = public.trap);
CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO public.caught VALUES (current_user); RETURN $1; END$$;
CREATE FUNCTION public.concat_ws(text, text, text) RETURNS text LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO public.caught VALUES (current_user); RETURN $1; END$$;
CREATE DOMAIN public.text AS pg_catalog.text CHECK (false);
"""


@pytest.fixture
def database(with_extension: Server) -> Iterator[Database]:  # noqa: F811
    with new_database(with_extension) as database:
        database.execute(f"CREATE ROLE intruder LOGIN; GRANT CREATE ON SCHEMA public TO intruder;"
                         f"GRANT CREATE ON DATABASE {database.name} TO intruder")
        yield database


def test_names_of_others_are_not_found_while_it_is_created(database: Database) -> None:
    with database.connect("intruder") as intruder:
        intruder.execute(TRAPS.encode())
    with database.connect() as admin:
        admin.execute("SET search_path = public, pg_catalog")
        # The control: they are found, where nobody takes care.
        assert admin.execute("SELECT 'x'::name = 'y'::pg_catalog.text").fetchone() == (True,)
        admin.execute("TRUNCATE public.caught")
        admin.execute("CREATE EXTENSION sminion_guard")
        assert admin.execute("SELECT * FROM public.caught").fetchall() == []
    assert database.execute("SELECT * FROM sminion.guard_states()") == []


def test_a_schema_of_the_name_is_not_taken_over(database: Database) -> None:
    with database.connect("intruder") as intruder:
        intruder.execute("CREATE SCHEMA sminion; CREATE FUNCTION sminion.context(name, name) RETURNS text LANGUAGE sql"
                         " AS 'SELECT NULL'")
    with database.connect() as admin:
        assert refusal(admin, "CREATE EXTENSION sminion_guard") == "SG480"


@pytest.mark.parametrize("statement", [
    "CREATE EXTENSION sminion_guard",
    "ALTER EXTENSION sminion_guard UPDATE",
    "ALTER EXTENSION sminion_guard SET SCHEMA public",
    "ALTER EXTENSION sminion_guard DROP FUNCTION sminion.context(name, name)",
    "ALTER EXTENSION sminion_guard ADD FUNCTION public.own()",
    "DROP EXTENSION sminion_guard",
    "DROP EXTENSION sminion_guard CASCADE",
    "COMMENT ON EXTENSION sminion_guard IS 'mine'",
    "CREATE OR REPLACE FUNCTION sminion.purpose_bit(text) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "UPDATE pg_catalog.pg_extension SET extconfig = NULL",
    "SELECT pg_catalog.pg_extension_config_dump('public.own_table', '')",
])
def test_a_login_does_not_rearrange_it(database: Database, statement: str) -> None:
    if not statement.startswith("CREATE EXTENSION"):
        database.execute("CREATE EXTENSION sminion_guard")
    with database.connect("intruder") as intruder:
        intruder.execute("CREATE FUNCTION public.own() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
                         "CREATE TABLE public.own_table ()")
        assert refusal(intruder, statement) in ("42501", "0A000", "55000")
