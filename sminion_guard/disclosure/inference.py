"""What may be sent by its categories, and tells who somebody is all the same."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer import Catalog, Manner, Reason, Statement
from sminion_guard.disclosure.generated import behind
from sminion_guard.policy.inference import free_texts, inferring, telling
from sminion_guard.policy.model import Policy


def doubts(policy: Policy, catalog: Catalog, statement: Statement, *, grouped: bool) -> Iterator[Reason]:
    """Warnings about a query that may be sent: columns that identify people or could single them out, and free texts.

    Columns of several tables count together, since a query may join them. Those of depersonalized views do not count:
    their groups are large enough.

    :param grouped: the recipient gets groups of so many people only that no row singles anybody out.
    """
    sent: dict[str, str] = {}
    for output in statement.outputs:
        for schema, relation, column, manner in output.sources:
            if manner in (Manner.COUNTED, Manner.AGGREGATED):
                continue
            for source in _sources(catalog, schema, relation, column):
                category = _category(policy, *source)
                if category is not None:
                    sent[".".join(source)] = category
    together = inferring(sent)
    if together:
        yield Reason(
            "SG730", f"{', '.join(f'`{name}`' for name in together)} identify people together",
            "birth, place and sex name most people, although each alone names nobody",
            "show groups of people in a depersonalized view, or leave one of the columns out")
    elif not grouped and len(several := telling(sent)) > 1:
        yield Reason(
            "SG710", f"{', '.join(f'`{name}`' for name in several)} may single people out together",
            "by names nobody can tell how many: `sminion-guard doctor` counts them in the data",
            "show groups of people in a depersonalized view, or leave one of the columns out")
    for name in free_texts(sent):
        yield Reason("SG731", f"`{name}` is a free text", "anything may stand in it, also about others",
                     "leave the column out, unless the contract covers such texts")


def _sources(catalog: Catalog, schema: str, relation: str, column: str) -> Iterator[tuple[str, str, str]]:
    yield schema, relation, column
    made = behind(catalog, schema, relation, column)
    for output in () if made is None else made.outputs:
        yield from ((source[0], source[1], source[2]) for source in output.sources)


def _category(policy: Policy, schema: str, relation: str, column: str) -> str | None:
    found = policy.schemas.get(schema)
    table = None if found is None else found.tables.get(relation)
    return None if table is None else table.columns.get(column)
