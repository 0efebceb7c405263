"""Times and places that a recipient with a profile gets: none finer than its profile says.

What reaches the output must go through a call that makes it coarse. The query is resolved twice more: without these
calls nothing fine may be left, and what they were given must be the columns themselves. It errs to one side: what is
computed from a coarse time, and a view that makes one, are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pglast.parser import ParseError

from sminion_guard.analyzer import Catalog, Manner, Reason, Statement
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.statements import resolve
from sminion_guard.disclosure.coarsened import without
from sminion_guard.policy.model import Policy, Recipient
from sminion_guard.policy.model.recipient_profiles import TimeUnit, coordinates

_TIMES = frozenset({
    "time", "timetz", "timestamp", "timestamptz", "tsrange", "tstzrange", "tsmultirange", "tstzmultirange"})
Column = tuple[str, str, str]
IsFine = Callable[[Column], bool]


def too_fine(
    sql: str, statement: Statement, catalog: Catalog, policy: Policy, recipient: Recipient, path: tuple[str, ...]
) -> Iterator[Reason]:
    """Why times or places of a query are too fine for a recipient; nothing where they are not.

    :param statement: what the analyzer made of ``sql``.
    """
    if recipient.profile is None:
        return
    times = recipient.times or TimeUnit.HOUR
    for column in _left(sql, statement, catalog, path, lambda found: _is_time(found, catalog, times), times):
        yield Reason("SG725", f"recipient `{recipient.name}` gets no times finer than a whole {times}",
                     f"`{'.'.join(column)}` reaches what is sent as it is",
                     f"write `date_trunc('{times}', {column[2]})`, with the column itself, or leave it out")
    places = coordinates(policy.holds)
    for column in _left(sql, statement, catalog, path, lambda found: _category(policy, found) in places, None):
        yield Reason("SG726", f"recipient `{recipient.name}` gets no places finer than a square mile",
                     f"`{'.'.join(column)}` reaches what is sent as it is",
                     f"write `round({column[2]}::numeric, 1)`, with the column itself, or leave it out")


def _left(
    sql: str, statement: Statement, catalog: Catalog, path: tuple[str, ...], is_fine: IsFine, times: TimeUnit | None
) -> list[Column]:
    """The fine columns whose values reach the output in another way than through a call that makes them coarse."""
    every = _reaching(statement, is_fine)
    if not every:
        return []
    try:
        gone, bare = (_resolved(text, catalog, path) for text in without(sql, catalog, times))
    except (ParseError, Unparsed, ValueError, RecursionError, NotImplementedError):
        return sorted(every)
    if gone is None or bare is None:
        return sorted(every)
    changed = {column for column, manner in _reaching(bare, is_fine).items() if manner is not Manner.COPIED}
    return sorted(_reaching(gone, is_fine).keys() | changed)


def _resolved(text: str, catalog: Catalog, path: tuple[str, ...]) -> Statement | None:
    parts = parse(text)
    statement = resolve(parts[0], text, catalog, path) if len(parts) == 1 else None
    return None if statement is None or statement.facts else statement


def _reaching(statement: Statement, is_fine: IsFine) -> dict[Column, Manner]:
    """The fine columns that reach the output, each in the way that changes it most; counting tells no value."""
    found: dict[Column, Manner] = {}
    for output in statement.outputs:
        for schema, relation, column, manner in output.sources:
            key = schema, relation, column
            if manner is not Manner.COUNTED and is_fine(key):
                found[key] = max(manner, found.get(key, manner))
    return found


def _is_time(found: Column, catalog: Catalog, times: TimeUnit) -> bool:
    relation = catalog.relation(found[0], found[1])
    kinds = [] if relation is None else [column.type for column in relation.columns if column.name == found[2]]
    return not kinds or _tells_time(kinds[0], catalog, times)


def _tells_time(kind: str, catalog: Catalog, times: TimeUnit) -> bool:
    """Whether values of a type tell a time that is too fine: also of a domain, an array, a range or a composite one."""
    schema, _, name = kind.removesuffix("[]").partition(".")
    if schema == "pg_catalog":
        if name in ("date", "daterange", "datemultirange"):
            return times not in (TimeUnit.HOUR, TimeUnit.DAY)
        return name in _TIMES
    own = catalog.types.get((schema, name))
    if own is None:
        return False
    inner = [*([] if own.base is None else [own.base]), *(entry.type for entry in own.attributes)]
    return any(_tells_time(entry, catalog, times) for entry in inner)


def _category(policy: Policy, found: Column) -> str | None:
    schema = policy.schemas.get(found[0])
    table = None if schema is None else schema.tables.get(found[1])
    return None if table is None else table.columns.get(found[2])
