"""What a verdict on a long list costs for each of its elements, and what hostile texts cost until they are refused.

Run: ``python bench/analyzer_lists.py``. CPU time and the highest memory of one process for each text. A list that is
shortened (analyzer/fold.py) costs what shortening costs; one of literals is judged whole; both must not cost more for
each element when it is longer.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from analyzer import PURPOSE, own_catalog, policy_for

from sminion_guard.analyzer import analyze

LISTS: dict[str, Callable[[int], str]] = {
    "rows of 11 parameters": lambda n: "INSERT INTO app.table_1 (id) VALUES " + ", ".join(
        "(" + ", ".join(f"${row * 11 + column}::INTEGER" for column in range(1, 12)) + ")" for row in range(n // 11)),
    "IN, parameters": lambda n: "SELECT id FROM app.table_1 WHERE id IN (" + ", ".join(
        f"${i + 1}::INTEGER" for i in range(n)) + ")",
    "IN, literals": lambda n: f"SELECT id FROM app.table_1 WHERE id IN ({', '.join(repr(str(i)) for i in range(n))})",
    "rows of 11 literals": lambda n: "INSERT INTO app.table_1 (id) VALUES " + ", ".join(
        "(" + ", ".join(f"'a{row}'" for _ in range(11)) + ")" for row in range(n // 11)),
    "UNION ALL": lambda n: " UNION ALL ".join(f"SELECT ${i + 1}::INTEGER AS a" for i in range(n)),
}
HOSTILE = {
    "nested comments, 400 kB": "SELECT " + "/*" * 100_000 + "*/" * 100_000 + "1",
    "twenty queries joining each other": "WITH c0 AS (SELECT * FROM app.table_1), " + ", ".join(
        f"c{n} AS (SELECT a.*, b.* FROM c{n - 1} a JOIN c{n - 1} b ON true)" for n in range(1, 20))
    + " SELECT * FROM c19",
    "names among 3,000 items": "SELECT 1 FROM " + ", ".join(f"app.table_1 a{i}" for i in range(3_000))
    + " WHERE (" + "id, " * 30_000 + "1) IS NULL",
    "100,000 statements": "SELECT 1;" * 100_000,
    "a tree of 190,000 names": "SELECT 1 WHERE 1 IN (" + "a.b, " * 190_000 + "1)",
}


def _measure(sql: str) -> tuple[float, int, str]:
    catalog = own_catalog()
    policy = policy_for(catalog)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    verdict = analyze(sql, catalog=catalog, policy=policy, purpose=PURPOSE)
    spent = time.process_time() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return spent, grown // 1024, verdict.reasons[0].code if verdict.reasons else "allowed"


def measure(sql: str) -> tuple[float, int, str]:
    """In a process of its own, whose memory is that of this text."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_measure, (sql,))


def main() -> None:
    for name, make in LISTS.items():
        for number in (1_100, 11_000, 65_000):
            sql = make(number)
            spent, grown, said = measure(sql)
            print(f"{name:<34} {number:>7} {len(sql):>9} bytes {spent * 1e3:>8.1f} ms"
                  f" {spent * 1e6 / number:>6.2f} us each {grown:>4} MB {said}")
    for name, sql in HOSTILE.items():
        spent, grown, said = measure(sql)
        print(f"{name:<42} {len(sql):>9} bytes {spent * 1e3:>8.1f} ms {grown:>19} MB {said}")


if __name__ == "__main__":
    main()
