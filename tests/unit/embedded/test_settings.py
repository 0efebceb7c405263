"""The configuration files as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard.embedded import EmbeddedServerError
from sminion_guard.embedded.settings import HBA, postgresql_conf


def _conf(durable: bool = True, extra: dict[str, str] | None = None) -> list[str]:
    return postgresql_conf(
        data=Path("/d"), hba=Path("/h"), sockets=Path('/s,"x'), port=5433, durable=durable, extra=extra or {},
    ).splitlines()


def test_a_socket_directory_with_commas_and_quotes_stays_one_directory() -> None:
    assert "unix_socket_directories = '\"/s,\"\"x\"'" in _conf()


def test_the_server_listens_on_loopback_only() -> None:
    assert "listen_addresses = '127.0.0.1'" in _conf()
    assert [line.split()[3] for line in HBA.splitlines() if line.startswith("host")] == ["127.0.0.1/32"]
    assert [line.split()[-1] for line in HBA.splitlines() if line.startswith("host")] == ["scram-sha-256"]


def test_only_a_volatile_server_goes_without_fsync() -> None:
    assert not any("fsync" in line for line in _conf(durable=True))
    assert {"fsync = 'off'", "full_page_writes = 'off'"} <= set(_conf(durable=False))


def test_a_value_can_not_end_its_line() -> None:
    lines = _conf(extra={"a.b": "x'\nfsync = 'off"})
    assert lines[-1] == r"a.b = 'x''\nfsync = ''off'"


def test_the_callers_setting_wins() -> None:
    assert [line for line in _conf(extra={"port": "1"}) if line.startswith("port")] == ["port = '1'"]


@pytest.mark.parametrize("name", ["", "a b", "fsync = off\nport", "1a", "a.b.c", "include 'x' #"])
def test_what_is_not_the_name_of_a_setting_is_refused(name: str) -> None:
    with pytest.raises(EmbeddedServerError) as caught:
        _conf(extra={name: "1"})
    assert caught.value.code == "SG857"
