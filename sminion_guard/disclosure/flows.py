"""From what a statement reads to what of it leaves: each column, and the ways that it takes into what is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.analyzer import Manner, Statement

_SAID = {
    Manner.COPIED: "copied", Manner.COMPUTED: "computed from it", Manner.AGGREGATED: "aggregated from it",
    Manner.COUNTED: "counted",
}


@dataclass(frozen=True, slots=True)
class Way:
    """An output column that a column reaches."""

    output: str
    manner: Manner

    def __str__(self) -> str:
        return f"output column `{self.output}` ({_SAID[self.manner]})"


@dataclass(frozen=True, slots=True)
class Reading:
    """A column that a statement reads.

    :param ways: into the output; none for what only decides: in WHERE, ON, GROUP BY or ORDER BY, or in a function.
    :param via: the views and functions that lead to it, outermost first.
    :param start: its place in the text, in bytes.
    """

    schema: str
    relation: str
    column: str
    ways: tuple[Way, ...]
    via: tuple[str, ...]
    start: int

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.relation}.{self.column}"

    @property
    def counted(self) -> bool:
        """Whether nothing of its values leaves but how many there are."""
        return bool(self.ways) and all(way.manner is Manner.COUNTED for way in self.ways)

    def path(self) -> str:
        """How it gets into what is sent, in words."""
        steps = f" through {' > '.join(f'`{step}`' for step in self.via)}" if self.via else ""
        if not self.ways:
            return f"`{self.name}`{steps} decides which rows are sent, their order, or their groups"
        return f"`{self.name}`{steps} reaches {', '.join(map(str, self.ways))}"


def readings(statement: Statement) -> Iterator[Reading]:
    """Every column that the statement reads, also behind views and in functions, each once."""
    ways: dict[tuple[str, str, str], list[Way]] = {}
    for output in statement.outputs:
        for schema, relation, column, manner in output.sources:
            ways.setdefault((schema, relation, column), []).append(Way(output.name, manner))
    seen = set()
    for access in statement.accesses:
        for column in access.columns:
            key = (access.schema, access.relation, column)
            if key not in seen:
                seen.add(key)
                yield Reading(*key, tuple(ways.get(key, ())), access.via, access.places.get(column, access.start))
    # A source that no access names must not be missed: then its way is all that is known of it.
    for key in sorted(ways.keys() - seen):
        yield Reading(*key, tuple(ways[key]), (), statement.start)
