"""Addresses of SQLAlchemy and of libpq are the same to the guard."""

from __future__ import annotations

import pytest
from psycopg.conninfo import conninfo_to_dict

from sminion_guard.errors import InstallError
from sminion_guard.migrate.address import conninfo


@pytest.mark.parametrize("address", ["", "host=/tmp dbname=shop", "postgresql://ann@db/shop", "postgres://ann@db/shop"])
def test_what_libpq_understands_stays_as_it_is(address: str) -> None:
    assert conninfo(address) == address


def test_a_sqlalchemy_url_becomes_one_of_libpq() -> None:
    parts = conninfo_to_dict(conninfo("postgresql+psycopg://ann:a%40b@/shop?host=/tmp/s&port=5&plugin=sminion_guard"))
    assert parts == {"user": "ann", "password": "a@b", "dbname": "shop", "host": "/tmp/s", "port": "5"}


@pytest.mark.parametrize("address", [
    "mysql://ann:secret@db/shop", "postgresql+asyncpg://ann:secret@db/shop", "x+y+://:secret",
])
def test_another_database_or_driver_is_refused_without_repeating_the_password(address: str) -> None:
    with pytest.raises(InstallError) as caught:
        conninfo(address)
    assert caught.value.code == "SG416"
    assert caught.value.hint
    assert "secret" not in str(caught.value)
