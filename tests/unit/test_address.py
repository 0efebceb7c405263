"""An address means the same to the command line, to migrations, to the session, and to SQLAlchemy itself."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine, event

from sminion_guard import connect
from sminion_guard.address import read
from sminion_guard.cli.database import conninfo as of_the_command_line
from sminion_guard.errors import GuardError, InstallError, PolicyError
from sminion_guard.migrate import install
from sminion_guard.policy import loads
from sminion_guard.session import GuardedConnection
from sminion_guard.session.address import checked
from sminion_guard.session.psycopg import connection
from tests.policies import SHOP as POLICY

SHOP = {"dbname": "shop"}
ANN = {"user": "ann", "dbname": "shop"}
AT_DB = {**ANN, "host": "db"}
GUARD = "plugin=sminion_guard&guard_policy=privacy.toml&guard_audit=strict"

TABLE: dict[str, dict[str, str]] = {
    # libpq's own
    "": {},
    "dbname=shop": SHOP,
    "host=/tmp dbname=shop user=ann": {**ANN, "host": "/tmp"},
    "host='a b' password='it''s' dbname=shop".replace("''", "\\'"): {**SHOP, "host": "a b", "password": "it's"},
    "postgresql://": {},
    "postgresql:///shop": SHOP,
    "postgres://ann@db/shop": AT_DB,
    "postgresql://ann@db:5433/shop?sslmode=verify-full": {**AT_DB, "port": "5433", "sslmode": "verify-full"},
    "postgresql://ann@a:1,b:2/shop?target_session_attrs=primary":
        {**ANN, "host": "a,b", "port": "1,2", "target_session_attrs": "primary"},
    "postgresql://ann@%2Frun%2Fpostgresql/shop": {**ANN, "host": "/run/postgresql"},
    "postgresql://ann@[::1]:5433/shop": {**ANN, "host": "::1", "port": "5433"},
    # SQLAlchemy's, whatever the driver
    "postgresql+psycopg://ann@db/shop": AT_DB,
    "postgresql+psycopg_async://ann@db/shop": AT_DB,
    "postgresql+sminion://ann@db/shop": AT_DB,
    "postgresql+asyncpg://ann@db/shop": AT_DB,
    "postgresql+psycopg2://ann@db/shop": AT_DB,
    "POSTGRESQL+psycopg://ann@db/shop": AT_DB,
    "postgresql+psycopg://ann@[::1]:5433/shop": {**ANN, "host": "::1", "port": "5433"},
    # passwords
    "postgresql://ann:p%40ss%2Fw%3Ard%25@db/shop": {**AT_DB, "password": "p@ss/w:rd%"},
    "postgresql+psycopg://ann:p%40ss%2Fw%3Ard%25@db/shop": {**AT_DB, "password": "p@ss/w:rd%"},
    "postgresql+sminion://ann:a+b%20c@db/shop": {**AT_DB, "password": "a+b c"},
    f"postgresql://ann:p%40ss@db/shop?{GUARD}": {**AT_DB, "password": "p@ss"},
    "postgresql+psycopg://ann:%D0%B6'\\@db/shop": {**AT_DB, "password": "ж'\\"},
    # the guard's parameters
    f"postgresql+psycopg://ann@db/shop?{GUARD}": AT_DB,
    f"postgresql://ann@db/shop?{GUARD}": AT_DB,
    f"postgresql+psycopg://ann@db/shop?{GUARD}&sslmode=require": {**AT_DB, "sslmode": "require"},
    "postgresql://ann@db/shop?guard_audit=strict": AT_DB,
    "postgresql+psycopg://ann@db/shop?guard_primary=postgresql%3A%2F%2Fprimary%2Fshop&guard_log=postgresql%3A%2F%2Flog":
        AT_DB,
    # several hosts, as either writes them
    f"postgresql+psycopg://ann@/shop?host=a:1&host=b:2&{GUARD}": {**ANN, "host": "a,b", "port": "1,2"},
    "postgresql://ann@/shop?host=a:1&host=b:2": {**ANN, "host": "a,b", "port": "1,2"},
    "postgresql+psycopg://ann@/shop?host=a&host=b": {**ANN, "host": "a,b", "port": ","},
    "postgresql+psycopg://ann@/shop?host=a,b&port=1,2": {**ANN, "host": "a,b", "port": "1,2"},
    f"postgresql+psycopg://ann@a:1,b:2/shop?{GUARD}": {**ANN, "host": "a,b", "port": "1,2"},
    # sockets
    "postgresql+psycopg://ann@/shop?host=/run/postgresql": {**ANN, "host": "/run/postgresql"},
    f"postgresql+sminion://ann@/shop?host=/tmp/s&port=5&{GUARD}": {**ANN, "host": "/tmp/s", "port": "5"},
    f"postgresql+psycopg:///shop?{GUARD}": SHOP,
    # how a driver works, and how asyncpg says it
    "postgresql+asyncpg://ann@db/shop?ssl=require&command_timeout=5": {**AT_DB, "sslmode": "require"},
    "postgresql+asyncpg://ann@db/shop?ssl=true&prepared_statement_cache_size=0": {**AT_DB, "sslmode": "require"},
    "postgresql+psycopg://ann@db/shop?prepare_threshold=5": AT_DB,
    "postgresql+psycopg://ann@db/shop?options=-c%20search_path%3Dcrm": {**AT_DB, "options": "-c search_path=crm"},
}
WRONG = [
    "sqlite:///s3cret.db", "mysql://ann:s3cret@db/shop", "postgresql://ann:s3cret%zz@db/shop", "nonsense s3cret",
    "postgresql+psycopg://ann:s3cret@db/shop?sslmod=require", "postgresql+asyncpg://ann:s3cret@db/shop?sl=require",
    "postgresql+psycopg://ann:s3cret@db:port/shop", "x+y+://:s3cret", "postgresql://ann:s3cret@db:port/shop",
]


@pytest.mark.parametrize(("address", "means"), TABLE.items(), ids=list(TABLE))
def test_each_reader_takes_an_address_for_the_same(
    monkeypatch: pytest.MonkeyPatch, address: str, means: dict[str, str]
) -> None:
    assert conninfo_to_dict(read(address).conninfo) == means
    if address:
        assert conninfo_to_dict(of_the_command_line(address, {})) == means
        assert conninfo_to_dict(of_the_command_line(None, {"DATABASE_URL": address})) == means
    assert conninfo_to_dict(checked(address, "guard_log")) == means
    assert conninfo_to_dict(_of_migrations(monkeypatch, address)) == means
    assert conninfo_to_dict(_of_the_session(monkeypatch, address)) == means


def _of_migrations(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    asked: list[str] = []
    monkeypatch.setattr(install.psycopg, "connect", lambda conninfo: asked.append(conninfo) or _stop())
    with pytest.raises(_Stopped):
        install.upgrade(address)
    return asked[0]


def _of_the_session(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    asked: list[str] = []
    monkeypatch.setattr(
        connection.Connection, "connect", classmethod(lambda cls, conninfo, **_: asked.append(conninfo) or _stop()))
    monkeypatch.setattr(connection.Guard, "of", classmethod(lambda cls, source, **_: None))
    with pytest.raises(_Stopped):
        connect(address)
    return asked[0]


class _Stopped(Exception):
    pass


def _stop() -> Any:
    raise _Stopped


NOT_OF_AN_ENGINE = ("asyncpg", "psycopg2", "@a:1,b:2", "prepare_threshold", "%2Frun")
"""Of another driver, or in the way of libpq alone."""
ENGINES = [address for address in TABLE if address.startswith("postgresql") and address != "postgresql://"
           and not any(part in address for part in NOT_OF_AN_ENGINE)]


@pytest.mark.parametrize("address", ENGINES)
def test_an_engine_of_that_url_connects_there_too(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The application itself: SQLAlchemy reads the URL, and hands the parts to psycopg."""
    monkeypatch.setattr("sminion_guard.session.guard.load", lambda path: loads(POLICY))
    engine = create_engine(address, **({} if "plugin=" in address else {"plugins": ["sminion_guard"]}))
    arguments: dict[str, Any] = {}

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> Any:
        arguments.update(parameters)
        _stop()

    with pytest.raises(_Stopped):
        engine.connect()
    arguments.pop("context", None)  # of psycopg's types
    assert {name: str(value) for name, value in arguments.items() if value is not None} == TABLE[address]


@pytest.mark.parametrize("address", WRONG)
def test_what_is_no_address_is_refused_by_each_without_repeating_a_password(address: str) -> None:
    for refuse, kind, code in (
        (read, InstallError, "SG802"), (lambda url: of_the_command_line(url, {}), InstallError, "SG802"),
        (install.upgrade, InstallError, "SG802"), (lambda url: checked(url, "guard_primary"), PolicyError, "SG244"),
    ):
        with pytest.raises(kind) as refused:
            refuse(address)  # type: ignore[operator]
        assert refused.value.code == code
        assert refused.value.hint
        assert "s3cret" not in str(refused.value)
    if "://" in address:
        with pytest.raises(GuardError, match="SG802"):
            GuardedConnection.connect(address)


def test_a_misspelled_parameter_is_named() -> None:
    with pytest.raises(InstallError, match="parameter that nobody knows: `sslmod`"):
        read("postgresql+psycopg://ann@db/shop?sslmod=require")


def test_the_guard_s_parameters_are_read_for_psycopg_too() -> None:
    assert read(f"postgresql+psycopg://ann@db/shop?{GUARD}").guard == {
        "guard_policy": "privacy.toml", "guard_audit": "strict"}
    assert read("postgresql://ann@db/shop?guard_policy=a%20b.toml").guard == {"guard_policy": "a b.toml"}
    with pytest.raises(PolicyError, match="SG305"):
        connect("postgresql://ann@db/shop?guard_audit=lax")
    with pytest.raises(PolicyError, match="SG301"):
        connect("postgresql://ann@db/shop?guard_policy=/nowhere/privacy.toml")


def test_an_address_is_never_shown_with_its_password() -> None:
    assert "s3cret" not in repr(read("postgresql://ann:s3cret@db/shop"))
