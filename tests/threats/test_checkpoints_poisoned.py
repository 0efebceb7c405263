# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: an auditor records a checkpoint that is none. It can never be removed, so verifying would fail for ever.

Positive control: what a key signed is recorded by the same call, and its absence is found.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.keys import generate
from sminion_guard.cli.audit.given import newest
from sminion_guard.cli.audit.verify import lines
from sminion_guard.embedded import Server
from tests.database.audit import tree
from tests.database.audit.sealed import ORIGIN, Sealed, begin, fill
from tests.session.shop import Shop, new_shop

RECORD = b"SELECT sminion.record_checkpoint(%s, %s, %s)"
EMPTY = sha256().digest()
SIGNED = f"\n\N{EM DASH} {ORIGIN} AAAAAAAA\n"


def appoint(shop: Shop) -> None:
    shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")


@pytest.fixture(scope="module")
def large(server: Server) -> Iterator[Sealed]:
    """A log of more than one tile, for what is refused: nothing of it changes the log."""
    with new_shop(server) as shop:
        appoint(shop)
        fill(shop, batches=80)
        yield SimpleNamespace(shop=shop)  # type: ignore[misc]


@pytest.fixture
def sealed(server: Server, tmp_path: Path) -> Iterator[Sealed]:
    with new_shop(server) as shop:
        appoint(shop)
        sealed = begin(shop, tmp_path)
        for _ in range(2):
            fill(shop)
            sealed.seal()
        yield sealed


def body(size: int, root: bytes, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def record(sealed: Sealed, size: int | None, root: bytes | None, note: str | None) -> str | None:
    with psycopg.connect(sealed.shop.dsn("bert"), autocommit=True) as auditor:
        try:
            auditor.execute(RECORD, [size, root, note])
        except psycopg.Error as error:
            return error.sqlstate
    return None


def present(sealed: Sealed) -> tuple[int, bytes]:
    hashes = [sha256(b"\0" + leaf).digest() for _, _, leaf in tree.leaves(sealed.shop.database)]
    return len(hashes), sealed.shop.database.execute("SELECT sminion.tree_root(%s)", len(hashes))[0][0]


def test_the_root_that_the_database_computes_is_that_of_the_tree(large: Sealed) -> None:
    leaves = [leaf for _, _, leaf in tree.leaves(large.shop.database)]
    assert len(leaves) > 256
    for size in (*range(20), 127, 128, 255, 256, 257, len(leaves)):
        assert large.shop.database.execute("SELECT sminion.tree_root(%s)", size) == [(tree.tree_hash(leaves[:size]),)]
    assert large.shop.database.execute("SELECT sminion.tree_root(%s)", len(leaves) + 1) == [(None,)]
    assert large.shop.database.execute("SELECT sminion.tree_root(-1) IS NOT DISTINCT FROM sha256('')") == [(False,)]


@pytest.mark.parametrize(("size", "root", "note"), [
    (0, sha256(b"x").digest(), "garbage"), (0, EMPTY, "garbage"), (0, EMPTY, None), (0, None, body(0, EMPTY) + SIGNED),
    (None, EMPTY, body(0, EMPTY) + SIGNED), (-1, EMPTY, body(-1, EMPTY) + SIGNED), (1, EMPTY, body(1, EMPTY) + SIGNED),
    (2**62, EMPTY, body(2**62, EMPTY) + SIGNED), (0, EMPTY, body(1, EMPTY) + SIGNED), (0, EMPTY, body(0, bytes(32)) + SIGNED),
    (0, EMPTY, body(0, EMPTY)), (0, EMPTY, body(0, EMPTY) + "\n"), (0, EMPTY, body(0, EMPTY) + SIGNED + "more"),
    (0, EMPTY, body(0, EMPTY, "") + SIGNED), (0, EMPTY, body(0, EMPTY) + "an extension\n" + SIGNED),
    (0, EMPTY, body(0, EMPTY, "\x1b[2J") + SIGNED), (0, EMPTY, body(0, EMPTY) + SIGNED[:-2] + "!\n"),
    (0, EMPTY, body(0, EMPTY, "x" * 16384) + SIGNED), (0, EMPTY, body(0, EMPTY) + SIGNED + SIGNED[1:] * 100),
], ids=range(19))
def test_what_is_no_checkpoint_of_this_tree_is_refused(large: Sealed, size: int | None, root: bytes | None, note: str | None) -> None:
    before = large.shop.database.execute("SELECT count(*) FROM sminion.checkpoint")
    assert record(large, size, root, note) == "SG617"
    assert large.shop.database.execute("SELECT count(*) FROM sminion.checkpoint") == before


def test_a_note_that_nobody_signed_is_a_remark(sealed: Sealed) -> None:
    """Also one that says to be of the key of the log, and one that another key signed."""
    size, root = present(sealed)
    own = f"\n\N{EM DASH} {ORIGIN} {b64encode(sealed.key.key.key_id + bytes(64)).decode()}\n"
    other = bytes(Checkpoint(ORIGIN, size, root).signed([generate(ORIGIN)])).decode()
    elsewhere = bytes(Checkpoint("log.example/other", 0, EMPTY).signed([sealed.key])).decode()
    for poison in ((0, EMPTY, body(0, EMPTY) + SIGNED), (size, root, body(size, root) + own), (size, root, other), (0, EMPTY, elsewhere)):
        assert record(sealed, *poison) is None
    for outside in (True, False):
        found = sealed.verify(outside)
        assert found.clean and found.sealed == found.size == size and found.remarked == len(found.remarks) == 4
        assert all(f"not signed by a known key: recorded by {sealed.shop.name}_bert at " in remark for remark in found.remarks)
        assert sum(line.startswith("remark: ") for line in lines(found)) == 4
    with sealed.log() as log:
        assert newest(log, [str(sealed.key.key)], [])[0].size == size


def test_one_of_events_that_are_not_sealed_yet_fails_until_the_next_seal(sealed: Sealed) -> None:
    fill(sealed.shop)
    size, root = present(sealed)
    assert record(sealed, size, root, body(size, root) + SIGNED) is None
    assert sealed.found() == {"checkpoint"}
    sealed.seal()
    assert sealed.verify().clean and sealed.verify().remarked == 1


REPLACED = "UPDATE sminion.checkpoint SET note = 'garbage'"
NEWEST = " WHERE size = (SELECT max(c.size) FROM sminion.checkpoint c)"
OLDEST = " WHERE size = (SELECT min(c.size) FROM sminion.checkpoint c)"


def test_signed_notes_that_were_replaced_by_garbage_are_missed(sealed: Sealed) -> None:
    sealed.shop.database.execute("CREATE TABLE public.saved AS SELECT size, note FROM sminion.checkpoint")
    for which, outside in (("", True), ("", False), (NEWEST, True), (NEWEST, False), (OLDEST, True)):
        assert sealed.found(outside) == set()
        sealed.tamper(REPLACED + which)
        assert sealed.found(outside) == {"checkpoint"}, (which, outside)
        sealed.tamper("UPDATE sminion.checkpoint c SET note = s.note FROM public.saved s WHERE s.size = c.size")


def test_a_tree_made_anew_behind_garbage_is_found_by_what_was_published(sealed: Sealed) -> None:
    sealed.tamper(REPLACED + "; UPDATE sminion.ticket SET actor = 'somebody else'; TRUNCATE sminion.tile; UPDATE sminion.tree_state SET size = 0")
    tree.grow(sealed.shop.database)
    assert sealed.found() == {"checkpoint", "tree"} and sealed.found(outside=False) == {"checkpoint"}


def test_what_a_known_key_signed_and_the_tree_contradicts_stays_a_finding(sealed: Sealed) -> None:
    size, root = present(sealed)
    true = bytes(Checkpoint(ORIGIN, size, root).signed([sealed.key])).decode()
    assert record(sealed, size, root, true) is None
    assert sealed.verify().clean and sealed.verify().remarked == 0
    false = bytes(Checkpoint(ORIGIN, size, sha256(b"x").digest()).signed([sealed.key])).decode()
    assert record(sealed, size, sha256(b"x").digest(), false) == "SG617"
    assert record(sealed, size, root, false) == "SG617"
    with sealed.shop.database.connect(autocommit=True) as owner:
        owner.execute("INSERT INTO sminion.checkpoint (size, root, note) VALUES (%s, %s, %s)", [size, root, false])
    assert sealed.found() == {"tree"}
