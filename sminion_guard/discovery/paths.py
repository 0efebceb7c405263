"""Whom the rows of each table are about: own keys first, then foreign keys to people, then paths through parents."""

from __future__ import annotations

from collections.abc import Mapping

from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.context import Around, around
from sminion_guard.discovery.model import Database, ForeignKey, Kind, Name, Relation, Sampled, Subject
from sminion_guard.discovery.naming import read
from sminion_guard.discovery.people import by_table
from sminion_guard.discovery.supposed import keys_by_name

DECLARED, SUPPOSED = 0.9, 0.6
"""Confidence in a foreign key that the database has, and in one that only a column's name suggests."""


def subjects(
    database: Database, kinds: tuple[Kind, ...], sampled: Mapping[Name, Mapping[str, Sampled]] | None = None
) -> dict[Name, Subject]:
    """Whom the rows of each table are about; where that is not clear, the question stays open."""
    people = by_table(kinds)
    found: dict[Name, Subject] = {}
    for name, relation in database.relations.items():
        if name in people:
            kind = people[name]
            found[name] = Subject(f"each row is one person: {kind.reason}", kind.confidence,
                                  ((kind.column, kind.name, False),))
        elif (direct := _direct(relation, people) or _unnamed(relation)) is not None:
            found[name] = direct
    while new := _next(database, found):
        found |= new
    left = [relation for relation in database.relations.values() if relation.id not in found]
    seen = sampled or {}
    found |= {relation.id: doubt for relation in left
              if (doubt := _personal(relation, seen.get(relation.id)) or _alike(relation, found)) is not None}
    while new := {relation.id: doubt for relation in left
                  if relation.id not in found and (doubt := _doubtful(relation, found)) is not None}:
        found |= new
    nobody = Subject("no key leads to a person, and no column looks personal", 0.7)
    return {name: found.get(name, nobody) for name in database.relations}


def _direct(relation: Relation, people: Mapping[Name, Kind]) -> Subject | None:
    """The table holds keys of people itself."""
    links = [(key, people[key.parent]) for key in relation.references
             if key.parent in people and people[key.parent].column == key.key]
    about = [link for link in links if not is_handler(link[0].column)]
    if not about:
        handlers = [key.column for key, _ in links]
        return _open(handlers, "only names who handled the row", doubtful=False) if handlers else None
    # A row about a customer is not about the employee who served him, although it names both.
    chosen = [link for link in about if not link[1].staff] or about
    several = len(chosen) > 1
    columns = tuple((key.column, kind.name, several and not relation.columns[key.column].required)
                    for key, kind in chosen)
    reason = ", ".join(_how(key) for key, _ in chosen)
    left = [key.column for key, _ in links if key.column not in {column for column, _, _ in columns}]
    if left:
        reason += "; " + ", ".join(f"`{column}`" for column in left) + " names who handled it"
    confidence = min(_confidence(key) for key, _ in chosen) - (0.2 if several else 0)
    return Subject(reason, round(confidence, 2), columns)


def _unnamed(relation: Relation) -> Subject | None:
    """Columns for people, of which nothing says in which table they are: `owner`, `voter`."""
    referring = {key.column for key in relation.references} | relation.compound
    columns = [
        column.name for column, words in keys_by_name(relation)
        if column.name not in referring and not is_handler(column.name)
        and any(span.says("people", "staff") for span in read(" ".join(words))[-1:])
    ]
    return _open(columns, "refers to people, and nothing says to whom") if columns else None


def _how(key: ForeignKey) -> str:
    return f"{'foreign key' if key.declared else 'the name of'} `{key.column}` to `{'.'.join(key.parent)}`"


def _confidence(key: ForeignKey) -> float:
    return DECLARED if key.declared else SUPPOSED


def is_handler(column: str) -> bool:
    """Whether the column names who dealt with the row, and not whom it is about."""
    return any(span.says("handlers") for span in read(column))


def _next(database: Database, found: Mapping[Name, Subject]) -> dict[Name, Subject]:
    """Tables one step further from people: their parents have a subject."""
    new = {}
    for name, relation in database.relations.items():
        if name in found:
            continue
        links = [key for key in relation.references
                 if key.parent in found and found[key.parent].leads and key.parent != name]
        links = [key for key in links if not is_handler(key.column)]
        if links:
            new[name] = _through(relation, links, found)
    return new


def _through(relation: Relation, links: list[ForeignKey], found: Mapping[Name, Subject]) -> Subject:
    best = max(_weight(relation, key) for key in links)
    chosen = [key for key in links if _weight(relation, key) == best]
    ends = {_end(found, key.parent) for key in chosen}
    if len(chosen) > 1:
        columns = [key.column for key in chosen]
        why = "leads to several people" if len(ends) > 1 else "leads to people in several ways"
        return _open(columns, why)
    if len(found[_end(found, chosen[0].parent)].columns) != 1:
        return _open([chosen[0].column], "leads to a row about several people")
    key = chosen[0]
    confidence = min(_confidence(key), found[key.parent].confidence - 0.05)
    return Subject(f"{_how(key)}, which leads to a person", round(confidence, 2), path=key)


def _weight(relation: Relation, key: ForeignKey) -> tuple[bool, bool, bool, bool]:
    """How much the row belongs to this parent: by a declared key, its name, what identifies it, what it needs."""
    return (
        key.declared, relation.name.startswith(key.parent[1]), key.column in relation.primary,
        relation.columns[key.column].required,
    )


def _end(found: Mapping[Name, Subject], name: Name) -> Name:
    while (path := found[name].path) is not None:
        name = path.parent
    return name


def _personal(relation: Relation, sampled: Mapping[str, Sampled] | None) -> Subject | None:
    personal = [name for name, decision in classify(relation, sampled=sampled).items()
                if decision.category not in (None, "key", "none")]
    return _open(personal, "has personal columns, and no key leads to a person") if personal else None


def _alike(relation: Relation, found: Mapping[Name, Subject]) -> Subject | None:
    """Its name begins with that of a table about people, and no key says more: `order_redirect`."""
    if around(relation.name) is Around.THING:
        return None
    for (schema, table), subject in found.items():
        if subject.leads and schema == relation.schema and relation.name.startswith(f"{table}_"):
            return _open([table], "its name begins like that of a table about people")
    return None


def _doubtful(relation: Relation, found: Mapping[Name, Subject]) -> Subject | None:
    columns = [key.column for key in relation.references
               if not is_handler(key.column) and key.parent in found and found[key.parent].doubtful]
    return _open(columns, "belongs to a table of which that is not known") if columns else None


def _open(columns: list[str], why: str, *, doubtful: bool = True) -> Subject:
    listed = ", ".join(f"`{column}`" for column in columns[:6]) + (" and more" if len(columns) > 6 else "")
    return Subject(f"{why} ({listed})", 0.0, known=False, doubtful=doubtful)
