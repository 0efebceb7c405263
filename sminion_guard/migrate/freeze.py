"""For developers: ``python -m sminion_guard.migrate.freeze`` writes sql/ as it is to the newest migration.

A migration listed in migrations/frozen/RELEASED is not written again: the next change needs a new one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sminion_guard import resources
from sminion_guard.migrate.frozen import checksums, released

HEADER = "-- Frozen: written by `python -m sminion_guard.migrate.freeze` from sql/, never edited after its release.\n"


def load_order() -> tuple[str, ...]:
    """The files of sql/ in the order in which they can be run."""
    return tuple((resources.sql() / "LOAD_ORDER").read_text(encoding="utf-8").split())


def current() -> str:
    """sql/ as one script: what a new database gets."""
    parts = (f"-- {name}\n{(resources.sql() / name).read_text(encoding='utf-8')}" for name in load_order())
    return HEADER + "\n" + "\n".join(parts)


def newest() -> Path:
    """The directory of the newest migration's SQL."""
    return max(path for path in (resources.migrations() / "frozen").iterdir() if path.is_dir())


def main() -> int:
    """Write sql/ to the newest migration, and the checksums of all."""
    target = newest()
    if target.name in released():
        print(f"migration {target.name} is released: add a new one with the difference", file=sys.stderr)
        return 2
    (target / "upgrade.sql").write_text(current(), encoding="utf-8")
    listed = "".join(f"{digest}  {name}\n" for name, digest in checksums().items())
    (target.parent / "CHECKSUMS").write_text(listed, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
