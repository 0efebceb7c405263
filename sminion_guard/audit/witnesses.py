"""Asking witnesses for cosignatures, C2SP tlog-witness (https://c2sp.org/tlog-witness), ``add-checkpoint``.

A witness that does not answer delays nothing for ever and is never passed over in silence: each has a result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sminion_guard.audit.checkpoint import parse_checkpoint
from sminion_guard.audit.cosignature import verify_cosignatures
from sminion_guard.audit.encoding import base64_text, decimal
from sminion_guard.audit.note import Note, Signature, parse_signature
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.errors import GuardError, ProofError
from sminion_guard.http import post

Prove = Callable[[int], Sequence[bytes]]
"""The consistency proof from a smaller size to that of the checkpoint."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Whom to ask.

    :param url: the submission prefix.
    """

    key: VerifierKey
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one witness.

    :param signature: its cosignature, verified; None when there is none.
    :param error: why not: SG668 when it did not answer, SG669 when it refused, which may mean that it saw another log.
    """

    witness: Witness
    signature: Signature | None = None
    error: GuardError | None = None


def cosigned(
    note: Note, witnesses: Sequence[Witness], prove: Prove, timeout: float = 10.0
) -> tuple[Note, list[Answer]]:
    """Asks all witnesses at once.

    :param note: a checkpoint that the log signed.
    :param prove: may be called from several threads.
    :returns: the note with the cosignatures that came, and an answer for each witness, in their order.
    """
    if not witnesses:
        return note, []
    with ThreadPoolExecutor(len(witnesses)) as threads:
        answers = list(threads.map(lambda witness: _asked(note, witness, prove, timeout), witnesses))
    return note.with_signatures([each.signature for each in answers if each.signature is not None]), answers


def request_body(note: Note, old: int, proof: Sequence[bytes]) -> bytes:
    """What ``add-checkpoint`` takes."""
    return "".join(f"{line}\n" for line in (f"old {old}", *map(base64_text, proof), "")).encode() + bytes(note)


def _asked(note: Note, witness: Witness, prove: Prove, timeout: float) -> Answer:
    try:
        return Answer(witness, _cosignature(note, witness, prove, timeout))
    except GuardError as error:
        return Answer(witness, error=error)
    except (OSError, ValueError) as error:
        return Answer(witness, error=ProofError("SG668", f"witness `{witness.key.name}` did not answer",
                                                detail=f"{witness.url}: {error}"))


def _cosignature(note: Note, witness: Witness, prove: Prove, timeout: float) -> Signature:
    """The witness is asked from size 0 first; it answers with the size that it knows."""
    url, size = f"{witness.url.rstrip('/')}/add-checkpoint", parse_checkpoint(note.text).size
    status, kind, body = post(url, request_body(note, 0, ()), timeout)
    if status == 409 and kind == "text/x.tlog.size":
        known = decimal(body.decode("ascii", errors="replace").removesuffix("\n"))
        if known is None or known > size:
            raise _refused(witness, f"it knows a log of {known} entries, this checkpoint has {size}")
        status, _, body = post(url, request_body(note, known, prove(known)), timeout)
    if status != 200:
        raise _refused(witness, f"HTTP {status} {body[:200].decode(errors='replace').strip()}")
    for line in body.decode().splitlines():
        signature = parse_signature(line)
        if signature.is_of(witness.key):
            verify_cosignatures(Note(note.text, (signature,)), [witness.key])
            return signature
    raise _refused(witness, "its answer has no signature by its key")


def _refused(witness: Witness, detail: str) -> ProofError:
    return ProofError("SG669", f"witness `{witness.key.name}` did not cosign", detail=detail,
                      hint="if it saw a larger or another log under this name, this one was rewritten or restored")
