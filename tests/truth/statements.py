"""Statements in files: blocks of ``--@stmt NAME``, marks, one statement, ``;``.

Marks: ``--@since 17``, older servers do not know the form; ``--@needs xml``, so does a server built without it;
``--@refuse SG106``, refused whatever the policy says, for that reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent.parent / "cases" / "analyzer"

_BLOCK = re.compile(r"^--@stmt (?P<name>.+)\n(?P<marks>(?:--@(?:since|refuse|needs) .+\n)*)", re.MULTILINE)
_MARK = re.compile(r"--@(since|refuse|needs) (.+)\n")


@dataclass(frozen=True, slots=True)
class Case:
    """One statement.

    :param name: file and name, such as ``updates: set row``.
    :param since: the oldest major version of PostgreSQL that knows the form.
    :param needs: an optional part of the server, such as ``xml``.
    :param refuse: the code it is refused with under any policy; None when it only touches data.
    """

    name: str
    sql: str
    since: int = 15
    refuse: str | None = None
    needs: str | None = None


def read(path: Path) -> Iterator[Case]:
    """The statements of one file.

    :raises ValueError: for text before the first block that is no comment, and for an unknown mark.
    """
    text = path.read_text(encoding="utf-8")
    starts = list(_BLOCK.finditer(text))
    for line in text[: starts[0].start() if starts else None].splitlines():
        if line.strip() and not line.startswith("--"):
            raise ValueError(f"{path.name}: text before the first `--@stmt`: {line}")
    for match, after in zip(starts, [*starts[1:], None], strict=True):
        body = text[match.end() : after.start() if after else None].strip()
        if body.startswith("--@"):
            raise ValueError(f"{path.name}: unknown mark: {body.splitlines()[0]}")
        marks = dict(_MARK.findall(match["marks"]))
        yield Case(f"{path.stem}: {match['name']}", body.removesuffix(";"), int(marks.get("since", 15)),
                   marks.get("refuse"), marks.get("needs"))


def own() -> list[Case]:
    """Every statement of our own, in the order of files and places."""
    return [case for path in sorted(CASES.glob("*.sql")) for case in read(path)]
