"""What another policy changes of depersonalized views."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.model import Policy
from sminion_guard.policy.model.depersonalized_views import HIERARCHY, DepersonalizedView


def views(before: Policy, after: Policy) -> Iterator[Sentence]:
    """Each view that is new, gone or another one. Larger groups show less; what cannot be compared counts as more."""
    for name in sorted(before.depersonalized_views.keys() | after.depersonalized_views.keys()):
        old, new = before.depersonalized_views.get(name), after.depersonalized_views.get(name)
        if old is None and new is not None:
            yield Sentence(f"`{new.purpose}` may now see groups of {new.k} people of `{new.source}` in `{name}`:"
                           f" {_columns(new, sorted(new.columns))}", True, new.purpose, new.source)
        elif old is not None and new is None:
            yield Sentence(f"`{old.purpose}` no longer sees groups of people of `{old.source}` in `{name}`", False,
                           old.purpose, old.source)
        elif old is not None and new is not None:
            yield from _changed(before, after, old, new)


def _changed(before: Policy, after: Policy, old: DepersonalizedView, new: DepersonalizedView) -> Iterator[Sentence]:
    name = new.qualified
    if (old.source, old.purpose) != (new.source, new.purpose):
        yield Sentence(f"`{name}` now shows `{new.source}` to `{new.purpose}`, and did `{old.source}` to"
                       f" `{old.purpose}`", True, new.purpose, new.source)
        return
    more = sorted(column for column, shown in new.columns.items() if old.columns.get(column) != shown)
    less = sorted(old.columns.keys() - new.columns.keys())
    if more:
        yield Sentence(f"`{name}` now shows {_columns(new, more)}", True, new.purpose, new.source)
    if less:
        # Coarser groups: rows may come forth that were held back.
        yield Sentence(f"`{name}` no longer shows {_columns(old, less)}", True, new.purpose, new.source)
    if old.k != new.k:
        yield Sentence(f"groups in `{name}` are of at least {new.k} people, and were of {old.k}", new.k < old.k,
                       new.purpose, new.source)
    if (old.sensitive, old.distinct) != (new.sensitive, new.distinct):
        stricter = set(new.sensitive) >= set(old.sensitive) and (new.distinct or 0) >= (old.distinct or 0)
        said = f"{new.distinct} values of {', '.join(f'`{entry}`' for entry in new.sensitive)}" if new.sensitive \
            else "any values"
        yield Sentence(f"a group in `{name}` now has at least {said}", not stricter or new.sensitive != old.sensitive,
                       new.purpose, new.source)
    for hierarchy in sorted({shown.argument for shown in new.columns.values() if shown.operator == HIERARCHY}):
        if before.hierarchies.get(hierarchy) != after.hierarchies.get(hierarchy):
            yield Sentence(f"hierarchy `{hierarchy}`, by which `{name}` makes groups, is another one", True,
                           new.purpose, new.source)


def _columns(view: DepersonalizedView, names: list[str]) -> str:
    return ", ".join(f"`{name}` ({view.columns[name]})" for name in names)
