"""Signed notes, C2SP signed-note (https://c2sp.org/signed-note@v1.0.0): a text, and below it who signed it.

Nothing of a note may be used before a signature by a known key has been verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.audit.encoding import base64_bytes, base64_text
from sminion_guard.audit.vkey import VerifierKey, valid_name
from sminion_guard.errors import ProofError

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""Limits of what is parsed. The specification asks for 16 signatures at least."""
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below the text.

    :param name: of the key.
    :param key_id: of the key, four bytes.
    :param body: the signature in the form of the key's type; of an unknown key anything.
    """

    name: str
    key_id: bytes
    body: bytes

    def is_of(self, key: VerifierKey) -> bool:
        """Whether it says to be made by ``key``."""
        return self.name == key.name and self.key_id == key.key_id

    def __str__(self) -> str:
        """The line, without its newline."""
        return f"{_DASH}{self.name} {base64_text(self.key_id + self.body)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures.

    :param text: with its last newline: what is signed.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(f"{each}\n" for each in self.signatures)).encode()

    def of(self, key: VerifierKey) -> Signature | None:
        """The signature that says to be made by ``key``; it is not verified here.

        :raises ProofError: SG650 when there are two.
        """
        found = [each for each in self.signatures if each.is_of(key)]
        if len(found) > 1:
            raise _malformed(f"`{key.name}` signed twice with one key")
        return found[0] if found else None

    def with_signatures(self, more: Sequence[Signature]) -> Note:
        """The note with signatures added, each line once."""
        return Note(self.text, (*self.signatures, *(each for each in more if each not in self.signatures)))


def parse_note(data: bytes) -> Note:
    """Reads a note; verifies nothing.

    :raises ProofError: SG650 when it is none.
    """
    if len(data) > MAX_BYTES:
        raise _malformed(f"it has more than {MAX_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    if any(each < " " and each != "\n" for each in whole):
        raise _malformed("it contains a control character")
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise _malformed("it must end with an empty line and lines of signatures")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed(f"it has more than {MAX_SIGNATURES} signatures")
    if len(set(lines)) != len(lines):
        raise _malformed("a line of signatures stands there twice")
    return Note(head + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """Reads one line, without its newline.

    :raises ProofError: SG650 when it is no signature line.
    """
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = base64_bytes(encoded)
    if not line.startswith(_DASH) or not space or not valid_name(name) or data is None or len(data) < 5:
        raise _malformed("a line of signatures must be dash, name and base64")
    return Signature(name, data[:4], data[4:])


def _malformed(detail: str) -> ProofError:
    return ProofError("SG650", "not a signed note", detail=detail)
