"""A draft as privacy.toml. Each decision stands on a line of its own, with its reason and confidence behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby

from sminion_guard.discovery.model import Decision, Draft, Name, Relation, Subject
from sminion_guard.discovery.sayable import unlisted
from sminion_guard.policy.model import OPEN_CATEGORIES
from sminion_guard.policy.names import identifier_problem

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_UNQUOTED = re.compile(r'[^\s".>]+')

HEAD = """\
# A first policy for database {database}, written by `sminion-guard init`{how}.
# Names, types{what} and keys were read; a person must read it all once, from the lowest confidence up.
#
# Everything is closed so far: each schema was collected for no purpose.
# 1. Name the purposes and the logins, as in the example below, and list the purposes in `collected_for`. If one schema
#    has tables for different purposes, give each table its own `collected_for`.
# 2. Answer the open questions: tables with `?`. They keep `collected_for = []`, so they stay closed until you do.
# 3. Decide about the columns that are commented out: nobody can read them.
# 4. Run `sminion-guard policy check` and `sminion-guard plan`.
#
# Behind each line: the reason, and a confidence between 0 and 1: a guess, to sort by. docs/DISCOVERY.md has more.
"""

EXAMPLE = """\
# [login.app]                        # a login of PostgreSQL, and the purposes it may act for
# purposes = ["contract"]
#
# [purpose.contract]
# title = "Fulfil contracts"
# basis = "contract"
# needs = [{needs}]
# may = ["collect", "use", "clarify"]
"""


def write(draft: Draft) -> str:
    """The text of the policy file; `sminion-guard policy check` finds nothing in it."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    database = draft.database
    how = " --sample" if draft.sampled else ""
    yield HEAD.format(database=_safe(database.name), how=f" with `{how.strip()}`" if how else "",
                      what=", comments, forms of values" if how else ", comments")
    yield "[policy]"
    yield f'name = "{policy_name(database.name)}"'
    yield 'version = "draft"'
    yield from _keys(draft)
    yield ""
    needs = sorted({decision.category for columns in draft.columns.values() for decision in columns.values()
                    if decision.category is not None} - OPEN_CATEGORIES)
    yield EXAMPLE.format(needs=", ".join(f'"{category}"' for category in needs))
    for schema, names in groupby(sorted({*database.relations, *database.others}), key=lambda name: name[0]):
        yield from _schema(draft, schema, list(names))


def _keys(draft: Draft) -> Iterator[str]:
    if len(draft.kinds) < 2:
        key = draft.kinds[0].key if draft.kinds else "bigint"
        yield f'subject_key = "{key}"' + ("" if draft.kinds else "  # no table of people was found")
        yield 'ticket_lifetime = "15 minutes"'
        return
    yield 'ticket_lifetime = "15 minutes"'
    for kind in draft.kinds:
        yield ""
        yield f"[subject.{kind.name}]"
        yield f'key = "{kind.key}"' + _why(f"table {_safe('.'.join(kind.table))}: {kind.reason}", kind.confidence)


def _schema(draft: Draft, schema: str, names: list[Name]) -> Iterator[str]:
    if problem := identifier_problem(schema):
        yield f"# schema {_safe(schema)} cannot be listed: {_safe(problem)}"
        yield ""
        return
    yield f"[schema.{_key(schema)}]"
    yield "collected_for = []  # closed until you list purposes"
    for name in names:
        if name in draft.database.others:
            yield f"# not listed: {draft.database.others[name]} {_safe(name[1])}"
    yield ""
    for name in names:
        if name in draft.database.relations:
            yield from _table(draft, draft.database.relations[name])


def _table(draft: Draft, relation: Relation) -> Iterator[str]:
    if problem := unlisted(relation.id, draft.database):
        yield f"# table {_safe(relation.qualified)} cannot be listed, and stays closed: {_safe(problem)}"
        yield ""
        return
    subject = draft.subjects[relation.id]
    path = f"[schema.{_key(relation.schema)}.{_key(relation.name)}"
    yield f"{path}]"
    yield from _subject(draft, subject)
    if reason := draft.unsampled.get(relation.id):
        yield f"# its values were not looked at: {reason}"
    yield ""
    yield f"{path}.columns]"
    for name, decision in draft.columns[relation.id].items():
        yield _column(name, decision)
    yield ""


def _subject(draft: Draft, subject: Subject) -> Iterator[str]:
    if not subject.known:
        yield f"subject = false  # ? {_safe(subject.reason)}"
        yield "collected_for = []  # closed: whom the rows are about is an open question"
        return
    why = _why(_safe(subject.reason), subject.confidence)
    if subject.path is not None:
        parent = subject.path.parent
        parts = ".".join(_part(part) for part in (*parent, subject.path.key))
        yield f"subject = {_text(f'{_part(subject.path.column)} -> {parts}')}{why}"
    elif not subject.columns:
        yield f"subject = false{why}"
    elif len(draft.kinds) < 2:
        marked = [_text(column + ("?" if optional else "")) for column, _, optional in subject.columns]
        yield f"subject = {marked[0] if len(marked) == 1 else '[' + ', '.join(marked) + ']'}{why}"
    elif len(subject.columns) == 1:
        ((column, kind, _),) = subject.columns
        yield f"subject = {_text(column)}{why}"
        yield f'kind = "{kind}"'
    else:
        pairs = (f'{_key(column)} = "{kind}{"?" if optional else ""}"' for column, kind, optional in subject.columns)
        yield f"subject = {{ {', '.join(pairs)} }}{why}"


def _column(name: str, decision: Decision) -> str:
    if problem := identifier_problem(name):
        return f"# {_safe(name)}: cannot be listed, and stays closed: {_safe(problem)}"
    if decision.category is None:
        return f'# {_key(name)} = ""  # closed: {_safe(decision.reason)}'
    return f'{_key(name)} = "{decision.category}"{_why(_safe(decision.reason), decision.confidence)}'


def _why(reason: str, confidence: float) -> str:
    return f"  # {reason}; {confidence:.2f}"


def policy_name(database: str) -> str:
    """The name of the database as that of a policy."""
    name = re.sub(r"[^a-z0-9_]", "_", database.lower()).lstrip("_0123456789")[:20].rstrip("_")
    return "shop" if not name or name in ("pg", "sminion") or name.startswith("pg_") else name


def _safe(text: str) -> str:
    """``text`` for a comment: on one line, whatever names are in it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _part(name: str) -> str:
    return name if _UNQUOTED.fullmatch(name) else '"' + name.replace('"', '""') + '"'
