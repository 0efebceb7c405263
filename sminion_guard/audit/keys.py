"""Where the signing key of a log comes from. It never lies in the database that it seals.

As text a private key is the line that Go's ``note.GenerateKey`` writes: ``PRIVATE+KEY+NAME+ID+SEED``.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sminion_guard.audit.encoding import base64_bytes, base64_text
from sminion_guard.audit.signing import Signer
from sminion_guard.audit.vkey import KeyType, VerifierKey, parse_vkey
from sminion_guard.errors import ProofError, SealRefused

_PREFIX = "PRIVATE+KEY+"
SIGNATURE_SIZE = 64


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that this process holds."""

    key: VerifierKey
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def secret_text(self) -> str:
        """To be written where only the sealing program reads it."""
        seed = bytes([self.key.type]) + self._private.private_bytes_raw()
        return f"{_PREFIX}{self.key.name}+{self.key.key_id.hex()}+{base64_text(seed)}"


@dataclass(frozen=True, slots=True)
class CommandKey:
    """A key that another program holds, such as one that asks a KMS or an HSM.

    :param key: its public key: it is not asked of the program.
    :param command: gets the message on standard input and writes the signature to standard output, as 64 bytes or
        as base64.
    :param timeout: in seconds.
    """

    key: VerifierKey
    command: Sequence[str]
    timeout: float = 30.0

    def sign(self, message: bytes) -> bytes:
        """:raises SealRefused: SG662 when the program fails, or its signature is not one by :attr:`key`."""
        try:
            done = subprocess.run(self.command, input=message, capture_output=True, timeout=self.timeout, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failed(str(error)) from error
        if done.returncode != 0:
            raise self._failed(f"exit code {done.returncode}: {done.stderr[-500:].decode(errors='replace').strip()}")
        signature = done.stdout if len(done.stdout) == SIGNATURE_SIZE else _decoded(done.stdout)
        if not self.key.verify(message, signature):
            raise self._failed(f"what it wrote is not a signature by the key {self.key}")
        return signature

    def _failed(self, detail: str) -> SealRefused:
        return SealRefused("SG662", f"`{self.command[0]}` did not sign", detail=detail,
                           hint="run it by hand: message on standard input, signature on standard output")


def generate(name: str, kind: KeyType = KeyType.NOTE) -> PrivateKey:
    """A new key for the log or witness ``name``."""
    return _private(name, kind, Ed25519PrivateKey.generate())


def parse_private_key(text: str) -> PrivateKey:
    """Reads ``PRIVATE+KEY+NAME+ID+SEED``. An error never repeats it.

    :raises ProofError: SG651 when it is none.
    """
    parts = text.strip().removeprefix(_PREFIX).split("+", 2)
    seed = base64_bytes(parts[2]) if len(parts) == 3 and text.strip().startswith(_PREFIX) else None
    if seed is None or len(seed) != 33 or seed[0] not in list(KeyType):
        raise ProofError("SG651", "not a private key", detail="it must be one line, `PRIVATE+KEY+NAME+ID+SEED`",
                         hint="write a new one with `sminion_guard.audit.keys.write_key`")
    private = _private(parts[0], KeyType(seed[0]), Ed25519PrivateKey.from_private_bytes(seed[1:]))
    if private.key.key_id.hex() != parts[1]:
        raise ProofError("SG651", "not a private key", detail="its ID is not that of its name and key")
    return private


def read_key(path: Path) -> PrivateKey:
    """The key in a file that only its owner can read: us, or root.

    :raises SealRefused: SG661 when others can read it, or we cannot.
    """
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_mode & 0o077 or state.st_uid not in (0, os.geteuid()):
                raise SealRefused("SG661", f"key file `{path}` is not private",
                                  detail=f"mode {stat.filemode(state.st_mode)}, owner {state.st_uid}",
                                  hint=f"`chmod 600 {path}`, owned by who seals; make a new key if somebody"
                                       " may have read it")
            text = file.read(10_000).decode(errors="replace")
    except OSError as error:
        raise SealRefused("SG661", f"key file `{path}` cannot be read", detail=str(error)) from error
    return parse_private_key(text)


def write_key(path: Path, key: PrivateKey) -> None:
    """Writes a new file that only its owner can read; never over another one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(key.secret_text() + "\n")
        file.flush()
        os.fsync(file.fileno())


def signer(source: str, vkey: str | None = None) -> Signer:
    """The key that a setting names.

    :param source: ``file:PATH``, ``env:VARIABLE`` with the text of the key, or ``command:PROGRAM ARGUMENTS``.
    :param vkey: the public key: needed for a command, and compared with the other two where it is given.
    :raises SealRefused: SG661 when there is no such key.
    """
    kind, _, rest = source.partition(":")
    known = None if vkey is None else parse_vkey(vkey)
    if kind == "command" and rest and known is not None:
        return CommandKey(known, tuple(shlex.split(rest)))
    if kind == "file" and rest:
        private = read_key(Path(rest))
    elif kind == "env" and os.environ.get(rest):
        private = parse_private_key(os.environ[rest])
    else:
        raise SealRefused("SG661", "no signing key", detail=_missing(kind, rest),
                          hint="name `file:PATH`, `env:VARIABLE`, or `command:PROGRAM ARGUMENTS` with the public key")
    if known not in (None, private.key):
        raise SealRefused("SG661", f"the signing key is not `{known}`", detail=f"it is `{private.key}`")
    return private


def _missing(kind: str, rest: str) -> str:
    if kind == "env":
        return f"variable `{rest}` is not set"
    if kind == "command":
        return "a command needs the public key beside it"
    return "the setting has none of the three forms"


def _private(name: str, kind: KeyType, private: Ed25519PrivateKey) -> PrivateKey:
    return PrivateKey(VerifierKey(name, private.public_key().public_bytes_raw(), kind), private)


def _decoded(output: bytes) -> bytes:
    return base64_bytes(output.decode("ascii", errors="replace").strip()) or b""
