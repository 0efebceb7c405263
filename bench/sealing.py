"""What sealing the log costs: appending to its tree, signing, verifying, proving, and the space that it takes.

Run: ``python -m bench.sealing [--events 1000000] [--pg system|wheel|DIRECTORY]``. The journal is filled by the
login of the application in batches of 100 statements with a subject each, folded, and appended to the tree. Folding and
appending are counted as the time that the backend had a processor (Linux), verifying as elapsed time.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.log import Application, fold, prepare
from bench.row_security import processor
from sminion_guard.audit import database
from sminion_guard.audit.checkpoint import verify_checkpoint
from sminion_guard.audit.keys import generate
from sminion_guard.audit.memory import Memory
from sminion_guard.audit.merkle import inclusion_proof
from sminion_guard.embedded import Server, find_binaries

ORIGIN = "log.example/bench"
SPACE = """
SELECT pg_total_relation_size('sminion.tile') + pg_total_relation_size('sminion.event_run'),
       pg_total_relation_size('sminion.salt'),
       (SELECT sum(pg_relation_size(c.oid)) FROM pg_class c JOIN pg_am a ON a.oid = c.relam
        WHERE a.amname = 'brin' AND c.relnamespace = 'sminion'::regnamespace),
       (SELECT count(*) FROM sminion.salt)
"""


def grown(conn: psycopg.Connection[Any]) -> tuple[float, float]:
    """Append all that is numbered: seconds of the backend's processor, and elapsed."""
    start, began = processor(conn), time.perf_counter()
    while True:
        row = conn.execute("SELECT sminion.grow_tree()").fetchone()
        assert row is not None
        if not row[0]:
            return (processor(conn) - start) / 1e9, time.perf_counter() - began


def sealed(server: Server, directory: Path, events: int) -> None:
    """Seal, verify and prove, and print what each took."""
    key, memory, notes = generate(ORIGIN), Memory(directory / "memory", ORIGIN), list[bytes]()
    memory.create()
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        log = database.SealedLog(conn)
        began = time.perf_counter()
        database.seal(log, memory, [key], notes.append)
        print(f"sign a checkpoint       {(time.perf_counter() - began) * 1000:8.1f} ms")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        found = database.verify(log, ORIGIN, [key.key], notes)
        took = time.perf_counter() - began
        assert found.clean and found.sealed == found.size, found.findings
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"verify                  {took:8.1f} s, {found.size / took:,.0f} events/s, {more:.0f} MB more memory")
        checkpoint, alone, taken = verify_checkpoint(notes[-1], ORIGIN, [key.key]), [], []
        for number in range(1, found.size, max(1, found.size // 50)):
            began = time.perf_counter()
            inclusion_proof(number - 1, checkpoint.size, log.hashes(checkpoint.size))
            middle = time.perf_counter()
            database.prove(log, number, checkpoint, notes[-1])
            alone.append((middle - began) * 1000)
            taken.append((time.perf_counter() - middle) * 1000)
        print(f"an inclusion proof      {statistics.median(alone):8.1f} ms, {max(alone):.1f} at most")
        print(f"with entry, verified    {statistics.median(taken):8.1f} ms, {max(taken):.1f} at most")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--pg", default=None)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Server(find_binaries(given.pg)) as server:
        prepare(server)
        app = Application(server)
        with psycopg.connect(server.dsn(), autocommit=True) as conn:
            folding = growing = elapsed = 0.0
            for _ in range(0, given.events, 100_000):
                app.write(min(given.events, 100_000) // 100, 100)
                folding += fold(conn)[0]
                processed, took = grown(conn)
                growing, elapsed = growing + processed, elapsed + took
            conn.execute("VACUUM ANALYZE")
            tree, salts, ranges, people = conn.execute(SPACE).fetchone() or (0, 0, 0, 1)
        print(f"fold                    {given.events / folding:8,.0f} events per second of CPU")
        print(f"append to the tree      {given.events / growing:8,.0f} events per second of CPU,"
              f" {given.events / elapsed:,.0f} elapsed")
        print(f"tree and numbers        {tree / given.events:8.1f} bytes an event")
        print(f"ranges of numbers       {ranges / given.events:8.2f} bytes an event")
        print(f"salts                   {salts / people:8.1f} bytes a person, {people:,} people")
        sealed(server, Path(scratch), given.events)


if __name__ == "__main__":
    main()
