"""Who the server runs as."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from sminion_guard.embedded import EmbeddedServerError, account, server_account


def _entry(name: str, uid: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid + 1, "", "/", "/bin/sh"))


def _accounts(monkeypatch: pytest.MonkeyPatch, *known: pwd.struct_passwd) -> None:
    def getpwnam(name: str) -> pwd.struct_passwd:
        return {entry.pw_name: entry for entry in known}[name]

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)


def test_an_ordinary_user_runs_it_himself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: _entry("somebody", uid))
    chosen = server_account()
    assert (chosen.uid, chosen.lent, chosen.name) == (4711, False, "somebody")


def test_a_bare_number_of_a_container_is_told_that_postgresql_wants_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(EmbeddedServerError, match="user id 4711 has no name") as caught:
        server_account()
    assert caught.value.code == "SG854"


def test_root_lends_the_account_of_postgresql_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _accounts(monkeypatch, _entry("nobody", 65534), _entry("postgres", 101))
    assert server_account() == account.Account("postgres", 101, 102, lent=True)


def test_root_lends_nobody_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    _accounts(monkeypatch, _entry("nobody", 65534))
    assert server_account() == account.Account("nobody", 65534, 65535, lent=True)


@pytest.mark.parametrize("known", [[], [_entry("postgres", 0)]], ids=["none", "one that is root"])
def test_root_without_an_account_to_lend_is_told_to_make_one(
    monkeypatch: pytest.MonkeyPatch, known: list[pwd.struct_passwd]
) -> None:
    _accounts(monkeypatch, *known)
    with pytest.raises(EmbeddedServerError, match="no account to lend") as caught:
        server_account()
    assert caught.value.code == "SG854"


def test_root_that_may_not_change_its_user_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(EmbeddedServerError, match="root cannot run programs as `postgres` here") as caught:
        account.Account("postgres", 101, 102, lent=True).run(["/bin/true"])
    assert caught.value.code == "SG854"


def test_a_program_that_is_not_there_is_named() -> None:
    own = account.Account("me", os.geteuid(), os.getegid(), lent=False)
    with pytest.raises(EmbeddedServerError, match="`/no/such/program` cannot be run") as caught:
        own.run(["/no/such/program"])
    assert caught.value.code == "SG855"


def test_programs_see_nothing_of_the_callers_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGHOST", "production.example")
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    own = account.Account("me", os.geteuid(), os.getegid(), lent=False)
    assert own.run(["/usr/bin/env"], output=tmp_path / "said") == 0
    names = {line.split("=")[0] for line in (tmp_path / "said").read_text().splitlines()}
    assert names <= {"PATH", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PWD", "SHLVL", "_"}
    assert {"PATH", "LC_ALL", "TZ"} <= names


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")
def test_a_directory_closed_to_the_lent_account_is_known_as_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    lent = server_account()
    assert not lent.can_enter(tmp_path)
    assert lent.can_enter(Path("/tmp"))
