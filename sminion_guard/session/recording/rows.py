"""What goes on record, as values: a statement before its result is released, and what came of it.

Their form on the way is that of sql/functions/log/log_shape.sql and sql/functions/log/journal_entries.sql.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from sminion_guard.session.recording.normalise import safe

LONGEST_KEY = 400
"""Characters of a subject's key that the log keeps."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same for statements that differ only in their constants: it is recorded once.

    :param codes: why it is refused; none when it is allowed.
    :param operations: values of :class:`~sminion_guard.policy.Operation`, sorted.
    :param relations: qualified names, sorted.
    :param columns: names qualified with schema and relation, sorted.
    :param fingerprint: the same for statements that differ only in their constants.
    :param statement: the text without constants.
    """

    codes: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    fingerprint: str = ""
    statement: str = ""
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Each statement looks up the number of its shape: hash it once.
        said = (self.codes, self.operations, self.relations, self.columns, self.fingerprint, self.statement)
        object.__setattr__(self, "_hash", hash(said))

    def __hash__(self) -> int:
        return self._hash

    def entry(self) -> dict[str, Any]:
        """The row for the server."""
        return {
            "codes": list(self.codes),
            "operations": list(self.operations),
            "relations": [safe(name, 200) for name in self.relations],
            "columns": [safe(name, 200) for name in self.columns],
            "fingerprint": safe(self.fingerprint, 200),
            "statement": safe(self.statement),
        }


@dataclass(slots=True)
class Statement:
    """A statement that is about to be sent, or is refused.

    :param ticket: the number of the ticket it stands under.
    """

    ticket: int
    shape: Shape = Shape()


@dataclass(slots=True)
class Result:
    """What came of a statement.

    :param outcome: ``refused`` by the server for what the policy says, ``failed`` for any other error.
    :param codes: the SQLSTATE of an error.
    :param rows: how many were returned or changed; None when nobody counted.
    :param microseconds: from sending to the arrival of the result.
    :param subjects: whose data it holds, in the form of ``sminion.subject_key``.
    :param bulk: how many subjects are not among ``subjects``; None when all are.
    """

    outcome: Literal["done", "refused", "failed"] = "done"
    codes: tuple[str, ...] = ()
    rows: int | None = None
    microseconds: int = 0
    subjects: tuple[str, ...] = ()
    bulk: int | None = None

    def members(self) -> str:
        """The members of its JSON object; a tenth of what a serializer takes, and everybody waits for it."""
        codes = json.dumps(self.codes) if self.codes else "[]"
        found = f'"outcome":"{self.outcome}","codes":{codes},"rows":{_number(self.rows)}'
        found += f',"microseconds":{self.microseconds}'
        if self.subjects:
            found += f',"subjects":[{",".join(map(_key, self.subjects))}]'
        return found if self.bulk is None else f'{found},"bulk":{self.bulk}'


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _key(key: str) -> str:
    if key.isascii() and key.isalnum() and len(key) <= LONGEST_KEY:  # numbers, mostly
        return f'"{key}"'
    return json.dumps(safe(key, LONGEST_KEY), ensure_ascii=False)  # at most four bytes a character
