"""A login that goes round the guard is not served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine

from sminion_guard import connect
from sminion_guard.errors import TicketRefused
from sminion_guard.session import Guard
from tests.session.shop import Shop


@contextmanager
def changed(shop: Shop, there: str, back: str) -> Iterator[None]:
    names: dict[str, Any] = {"login": f"{shop.name}_app", "role": f"{shop.name}_contract"}
    shop.database.execute(there.format(**names))
    try:
        yield
    finally:
        shop.database.execute(back.format(**names))


LOOSE = {
    "it inherits compartment": (
        "DO $$ BEGIN ALTER ROLE {login} INHERIT; GRANT {role} TO {login};"
        " IF current_setting('server_version_num')::int >= 160000 THEN"
        " EXECUTE 'GRANT {role} TO {login} WITH INHERIT TRUE'; END IF; END $$",
        "DO $$ BEGIN ALTER ROLE {login} NOINHERIT;"
        " IF current_setting('server_version_num')::int >= 160000 THEN"
        " EXECUTE 'GRANT {role} TO {login} WITH INHERIT FALSE'; END IF; END $$",
    ),
    "it may grant compartment": (
        "GRANT {role} TO {login} WITH ADMIN OPTION", "REVOKE ADMIN OPTION FOR {role} FROM {login}",
    ),
    "it may act as the owner of `crm.customer`": (
        "ALTER TABLE crm.customer OWNER TO {login}", "ALTER TABLE crm.customer OWNER TO CURRENT_USER",
    ),
    "it is BYPASSRLS": ("ALTER ROLE {login} BYPASSRLS", "ALTER ROLE {login} NOBYPASSRLS"),
    "it is CREATEROLE": ("ALTER ROLE {login} CREATEROLE", "ALTER ROLE {login} NOCREATEROLE"),
}


@pytest.mark.parametrize("why", LOOSE)
def test_a_login_that_is_not_bound_is_refused_when_it_connects(own_shop: Shop, why: str) -> None:
    connect(own_shop.dsn("app"), policy=own_shop.policy).close()
    own_shop.database.suspend_ddl_guard()
    with changed(own_shop, *LOOSE[why]):
        for refused in (
            lambda: connect(own_shop.dsn("app"), policy=own_shop.policy),
            lambda: create_engine(own_shop.url("app"), plugins=["sminion_guard"], guard_policy=Guard()).connect(),
        ):
            with pytest.raises(TicketRefused) as refusal:
                refused()
            assert refusal.value.code == "SG219"
            assert why in (refusal.value.detail or "")
    connect(own_shop.dsn("app"), policy=own_shop.policy).close()
