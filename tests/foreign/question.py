"""What verifiers are asked: proofs and notes of random logs, and altered ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.merkle import consistency_proof, inclusion_proof, leaf_hash
from tests.unit.audit.keys import LOG, ORIGIN
from tests.unit.audit.trees import Tree

KINDS = ("inclusion", "consistency", "note")


@dataclass(frozen=True)
class Question:
    """Fields as of tests/foreign/go/verify.go."""

    kind: str
    old: int = 0
    size: int = 0
    known: bytes = b""
    root: bytes = b""
    proof: tuple[bytes, ...] = ()
    note: bytes = b""
    text: str = ""
    vkey: str = str(LOG.key)


def of_random_trees(count: int, seed: int) -> Iterator[list[Question]]:
    """For each tree a leaf, a growth and a checkpoint. Half of the trees are small, the largest has 2,000 leaves."""
    chance = random.Random(seed)
    for _ in range(count):
        size = chance.randint(1, chance.choice((8, 64, 300, 2000)))
        entries = [chance.randbytes(chance.randint(0, 40)) for _ in range(size)]
        tree = Tree(entries)
        index, old, root = chance.randrange(size), chance.randint(1, size), tree.root()
        note = Checkpoint(ORIGIN, size, root).signed([LOG])
        yield [
            Question("inclusion", index, size, leaf_hash(entries[index]), root,
                     tuple(inclusion_proof(index, size, tree.hashes))),
            Question("consistency", old, size, tree.root(old), root,
                     tuple(consistency_proof(old, size, tree.hashes))),
            Question("note", note=bytes(note), text=note.text),
        ]


def altered(question: Question, chance: random.Random) -> Question:
    """The same with one thing wrong."""
    if question.kind == "note":
        at = chance.randrange(len(question.note))
        at -= at == len(question.note) - 3  # of this character Go, unlike us, ignores the bits that mean nothing
        return replace(question, note=_turned(question.note, at, chance))
    hashes = [question.known, *question.proof, question.root]
    how, at = chance.choice(("turn", "turn", "drop", "add", "swap")), chance.randrange(len(hashes))
    if how == "drop" and question.proof:
        del hashes[1 + at % len(question.proof)]
    elif how == "add":
        hashes.insert(1 + at % (len(question.proof) + 1), chance.randbytes(32))
    elif how == "swap" and question.proof and hashes[0] != hashes[1]:
        hashes[0], hashes[1] = hashes[1], hashes[0]
    else:
        hashes[at] = _turned(hashes[at], chance.randrange(32), chance)
    return replace(question, known=hashes[0], proof=tuple(hashes[1:-1]), root=hashes[-1])


def _turned(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]
