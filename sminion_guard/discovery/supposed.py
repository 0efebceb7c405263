"""Foreign keys that a database means and does not have: columns that are named after a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sminion_guard.discovery.columns import common_prefix
from sminion_guard.discovery.context import is_person
from sminion_guard.discovery.model import Column, Database, ForeignKey, Name, Relation, Shape
from sminion_guard.discovery.naming import Span, read
from sminion_guard.discovery.people import key_type, own_key
from sminion_guard.discovery.tokens import is_cyrillic, skeleton, split

Words = tuple[str, ...]
_STEM, _ENDING = 3, 2
"""Letters that a word keeps, and that a plural or a case adds at most."""


def with_supposed(database: Database) -> Database:
    """The same database, with the foreign keys that names suggest."""
    tables = _Tables(database)
    return replace(database, relations={
        name: replace(relation, references=(*relation.references, *_supposed(relation, database, tables)))
        for name, relation in database.relations.items()
    })


class _Tables:
    """Which tables the words of a column may name."""

    def __init__(self, database: Database) -> None:
        self.whole: defaultdict[Words, list[Name]] = defaultdict(list)
        self.bare: defaultdict[Words, list[Name]] = defaultdict(list)
        self.people: defaultdict[Words, list[Name]] = defaultdict(list)
        self.stems: defaultdict[Words, list[Name]] = defaultdict(list)
        self.keys: defaultdict[str, list[Name]] = defaultdict(list)
        for name, relation in database.relations.items():
            spans = read(name[1])
            self.whole[_words(spans)].append(name)
            self.bare[_words(span for span in spans if not span.says("entity"))].append(name)
            self.stems[_stems(_words(spans))].append(name)
            if is_person(name[1]):
                last = next(span for span in reversed(spans) if span.says("people", "staff"))
                self.people[last.words].append(name)
            key = own_key(relation)
            if key is not None and len(split(key.name)) > 1:
                self.keys[key.name].append(name)

    def named(self, relation: Relation, column: str, words: Words) -> Name | None:
        """The one table that a column with these words means; None if there is none, or more than one."""
        ways = (
            [] if relation.id in self.keys[column] else self.keys[column],  # `kunden_nr`, as the table itself calls it
            self.whole[words],
            self.bare[words],  # `customer` for `customer_entity`
            # `collection` in `editor_collection_area`, for `editor_collection`
            [name for whole, names in self.whole.items() if whole[-len(words):] == words for name in names
             if relation.name.startswith(f"{name[1]}_")],
            self.people[words],  # `user` for `auth_user`
            self.people[words[-1:]],  # `billing_customer` for `customer`
            self.stems[_stems(words)],  # `klient` for `klienty`, `cliente` for `clientes`
        )
        for names in ways:
            near = [name for name in names if name[0] == relation.schema] or names
            if near:
                return near[0] if len(near) == 1 and near[0] != relation.id else None
        return None


def _supposed(relation: Relation, database: Database, tables: _Tables) -> Iterator[ForeignKey]:
    taken = {key.column for key in relation.references} | relation.compound
    for column, words in keys_by_name(relation):
        # What a sequence fills is the table's own number, whatever it is called.
        parent = None if column.name in taken or column.numbered else tables.named(relation, column.name, words)
        if parent is not None and (key := _fitting(column, database.relations[parent])) is not None:
            yield ForeignKey(column.name, parent, key.name, declared=False)


def keys_by_name(relation: Relation) -> Iterator[tuple[Column, Words]]:
    """Columns that look like a key of another table, with the words that name it."""
    prefix = common_prefix(relation)
    for column in relation.columns.values():
        spans = read(column.name[len(prefix):])
        last, first = bool(spans) and spans[-1].says("key"), bool(spans) and spans[0].says("key")
        said = last or first  # `customer_id`, `id_cliente`
        words = _words(spans[:-1] if last and len(spans) > 1 else spans[1:] if first and len(spans) > 1 else spans)
        # Without `id` at its end, only a number or a uuid is a key: a text is more likely the thing itself.
        if words and (said or column.shape in (Shape.NUMBER, Shape.UUID)):
            yield column, words


def _fitting(column: Column, parent: Relation) -> Column | None:
    key = own_key(parent)
    return key if key is not None and key_type(column) == key_type(key) else None


def _stems(words: Words) -> Words:
    """Words without what a plural or a case adds: `Kunde` and `Kunden`, `клиент` and `клиенты` are alike."""
    found = []
    for word in words:
        bare = skeleton(word) if is_cyrillic(word) else word
        for _ in range(_ENDING):
            bare = bare[:-1] if len(bare) > _STEM and bare[-1] in "aeiouyns" else bare
        found.append(bare)
    return tuple(found)


def _words(spans: Iterable[Span]) -> Words:
    return tuple(word for span in spans for word in span.words)
