"""Events of the log in plain words, for a terminal and for the page of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sminion_guard.audit.reading import Entry, Page, rfc3339
from sminion_guard.policy import OPEN_CATEGORIES, Basis, Operation
from sminion_guard.policy.page.words import words

__all__ = ["accesses", "basis", "data", "done", "dropped", "events", "moment", "plain", "purpose", "rfc3339", "rows",
           "who"]

_NAMES = {"closed": "data that the policy does not list"}


def moment(at: datetime) -> str:
    """A moment as people write it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def who(entry: Entry) -> str:
    """Who acted: the actor and the unit, or the login where nobody is named."""
    if entry.actor is None:
        return f"the login {entry.login}" + (", outside of any purpose" if entry.ticket is None else "")
    return f"{entry.actor} ({entry.unit})" if entry.unit else entry.actor


def purpose(entry: Entry) -> str:
    """For which purpose."""
    if entry.home is not None:
        return f"in the access log of database {entry.home}, ticket {entry.ticket}"
    return entry.title or entry.purpose or "none"


def basis(entry: Entry) -> str | None:
    """Why the law permits it."""
    if entry.basis is None:
        return None
    said = _BASES.get(entry.basis, entry.basis)
    return f"{said} ({entry.basis_ref})" if entry.basis_ref else said


def done(entry: Entry) -> str:
    """What was done with the data."""
    return ", ".join(_OPERATIONS.get(word, word) for word in entry.operations) or "nothing"


def data(entry: Entry) -> str:
    """Which categories of data it was."""
    if not entry.columns:
        return "whole rows"
    if not entry.categories:
        return "not known: " + ", ".join(entry.columns)
    named = [_NAMES.get(category, category.replace("_", " ")) for category in entry.categories
             if category not in OPEN_CATEGORIES]
    return ", ".join(named) or "keys only"


def rows(entry: Entry) -> str:
    """How many rows the statement had, of everybody."""
    if entry.refused_by or entry.verdict == "refused":
        return "no rows"
    return "rows not counted" if entry.rows is None else f"{entry.rows:,} {'row' if entry.rows == 1 else 'rows'}"


_ENGLISH = words("en")
_BASES = {basis.value: _ENGLISH(f"basis.{basis.value}") for basis in Basis}
_OPERATIONS = {operation.value: _ENGLISH(f"operation.{operation.value}") for operation in Operation}


def accesses(page: Page) -> Iterator[str]:
    """Accesses to a person's data, one after the other."""
    if page.other_keys:
        yield f"the same person: {plain(', '.join(page.other_keys))}, each with accesses of its own"
    for entry in page.entries:
        yield f"{moment(entry.at)}: {plain(who(entry))}"
        yield f"  purpose: {plain(purpose(entry))}"
        if (why := basis(entry)) is not None:
            yield f"  basis: {plain(why)}"
        yield f"  reason: {plain(entry.reason or 'none')}"
        yield f"  data: {plain(data(entry))}; {done(entry)}, in {plain(', '.join(entry.relations))}"
        yield f"  in all: {rows(entry)}, those of other people too"
    if not page.entries:
        yield "no access is on record"
    yield from dropped(page)


def events(page: Page) -> Iterator[str]:
    """Events of the log, one a line."""
    for entry in page.entries:
        refused = f"refused by {entry.refused_by}" if entry.refused_by else entry.verdict
        came = refused if refused != "allowed" else "/".join(entry.outcomes) or "cut off"
        codes = f" ({', '.join(entry.codes)})" if entry.codes else ""
        yield plain(f"{moment(entry.at)}  {who(entry)}  {entry.purpose or '-'}: {entry.reason or '-'}  "
                    f"{'/'.join(entry.operations)} {', '.join(entry.relations)}  {rows(entry)}  {came}{codes}")
    if not page.entries:
        yield "no event is on record"
    yield from dropped(page)


def dropped(page: Page) -> Iterator[str]:
    """What cannot be listed any more."""
    if page.dropped_before is not None:
        yield f"the log before {page.dropped_before} was dropped: nothing older is listed"


def plain(text: str) -> str:
    """``text`` for a terminal, which takes control characters as commands: a tampered log may have them."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
