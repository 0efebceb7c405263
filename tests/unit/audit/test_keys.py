"""Signing keys: from files, variables and programs, and how none of them leaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sminion_guard.audit.keys import CommandKey, PrivateKey, generate, parse_private_key, read_key, signer, write_key
from sminion_guard.audit.signing import sign_note, verify_note
from sminion_guard.audit.vkey import KeyType
from sminion_guard.errors import GuardError
from tests.unit.audit.keys import LOG, NEXT, ORIGIN

KEY = PrivateKey(LOG.key, LOG.private)
SIGN = """
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
signature = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32).sign(sys.stdin.buffer.read())
"""
"""A program that holds the private key of LOG, as a KMS does."""


def code(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(GuardError) as caught:
        call(*arguments)
    assert KEY.secret_text()[-44:] not in str(caught.value)
    return caught.value.code


def program(rest: str, timeout: float = 30.0) -> CommandKey:
    return CommandKey(LOG.key, (sys.executable, "-c", SIGN + rest), timeout)


def test_a_key_is_written_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key(path, KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path).key == KEY.key
    note = sign_note("text\n", [read_key(path)])
    assert verify_note(note, [KEY.key]) == (KEY.key,)
    with pytest.raises(FileExistsError):
        write_key(path, KEY)


def test_each_new_key_is_another_one() -> None:
    one, two = generate(ORIGIN), generate(ORIGIN)
    assert one.key != two.key
    assert parse_private_key(one.secret_text()).key == one.key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_can_read_or_write_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key(path, KEY)
    path.chmod(mode)
    assert code(read_key, path) == "SG661"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_account_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key(path, KEY)
    os.chown(path, 65534, -1)
    assert code(read_key, path) == "SG661"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert code(read_key, tmp_path) == "SG661"
    assert code(read_key, tmp_path / "missing") == "SG661"
    assert code(read_key, Path("/dev/null")) == "SG661"


def test_a_private_key_is_never_shown() -> None:
    secret = KEY.secret_text()
    assert secret.startswith(f"PRIVATE+KEY+{ORIGIN}+")
    assert secret[-44:] not in repr(KEY) + str(KEY)


@pytest.mark.parametrize("text", [
    "", str(KEY.key), KEY.secret_text()[:-1], KEY.secret_text().replace("shop", "other"),
    KEY.secret_text().removeprefix("PRIVATE+"), "PRIVATE+KEY+a+00000000+AQ==", "PRIVATE+KEY+",
])
def test_what_is_not_a_private_key_is_refused(text: str) -> None:
    assert code(parse_private_key, text) == "SG651"


def test_the_private_key_of_a_witness_has_its_type() -> None:
    witness = generate("witness.example/w1", KeyType.COSIGNATURE)
    assert parse_private_key(witness.secret_text()).key == witness.key


def test_the_private_key_of_the_go_library_is_read() -> None:
    """The example of golang.org/x/mod/sumdb/note."""
    key = parse_private_key("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    assert str(key.key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.mark.parametrize("output", [
    "sys.stdout.buffer.write(signature)", "import base64; print(base64.b64encode(signature).decode())",
])
def test_a_program_signs(output: str) -> None:
    note = sign_note("text\n", [program(output)])
    assert verify_note(note, [LOG.key]) == (LOG.key,)


@pytest.mark.parametrize("rest", [
    "", "sys.stdout.buffer.write(bytes(64))", "print('nothing')", "sys.stdout.buffer.write(signature[:-1])",
    "sys.stdout.buffer.write(signature); sys.exit(3)", "sys.stdout.buffer.write(signature + b'\\n\\n')",
])
def test_what_a_program_writes_is_not_trusted(rest: str) -> None:
    assert code(program(rest).sign, b"message") == "SG662"


def test_a_program_that_hangs_or_does_not_exist_is_given_up() -> None:
    assert code(program("import time; time.sleep(60)", 0.2).sign, b"message") == "SG662"
    assert code(CommandKey(LOG.key, ("/nonexistent/signer",)).sign, b"message") == "SG662"


def test_what_the_program_said_is_told() -> None:
    with pytest.raises(GuardError, match=r"exit code 3: no such key") as caught:
        program("print('no such key', file=sys.stderr); sys.exit(3)").sign(b"message")
    assert caught.value.code == "SG662"


def test_a_setting_names_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_key(tmp_path / "key", KEY)
    monkeypatch.setenv("SEAL_KEY", KEY.secret_text())
    vkey = str(KEY.key)
    assert signer(f"file:{tmp_path / 'key'}").key == KEY.key
    assert signer("env:SEAL_KEY", vkey).key == KEY.key
    command = signer("command:kms-sign --key 'the log'", vkey)
    assert isinstance(command, CommandKey)
    assert (command.key, command.command) == (KEY.key, ("kms-sign", "--key", "the log"))


@pytest.mark.parametrize("arguments", [
    ("",), ("file:",), ("env:NO_SUCH_VARIABLE",), ("env:",), ("command:kms-sign",), ("PRIVATE+KEY+x",),
])
def test_a_setting_that_names_no_key_is_refused(arguments: tuple[str, ...]) -> None:
    assert code(signer, *arguments) == "SG661"


def test_another_key_than_the_expected_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEY", KEY.secret_text())
    assert code(signer, "env:SEAL_KEY", str(NEXT.key)) == "SG661"
