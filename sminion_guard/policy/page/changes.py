"""What has changed for people between two pages: purposes by title, categories of data, times and recipients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace

from sminion_guard.policy.page.notice import Asked, Kept, Notice, PurposeNotice, RecipientNotice
from sminion_guard.policy.page.phrases import Phrases


def changes(before: Notice, after: Notice, say: Phrases) -> tuple[str, ...]:
    """Sentences; none exactly where both pages say the same, except for the version.

    :param say: with the categories of both.
    """
    found = (
        *_operator(before, after, say), *_purposes(before, after, say), *_recipients(before, after, say),
        *_requests(before, after, say), *_rest(before, after, say),
    )
    alike = _comparable(before) == _comparable(after)
    return found or (() if alike else (say.words("change.words"),))


def _comparable(notice: Notice) -> Notice:
    """Without what is no statement of the page itself."""
    return replace(notice, version="", policy="", held=frozenset())


def _operator(before: Notice, after: Notice, say: Phrases) -> Iterator[str]:
    if before.operator != after.operator:
        yield say.words("change.operator")


def _purposes(before: Notice, after: Notice, say: Phrases) -> Iterator[str]:
    old, new = ({entry.name: entry for entry in found.purposes} for found in (before, after))
    for name in sorted(new.keys() - old.keys(), key=lambda name: new[name].title):
        yield say.words("change.purpose_new", purpose=new[name].title)
    for name in sorted(old.keys() - new.keys(), key=lambda name: old[name].title):
        yield say.words("change.purpose_gone", purpose=old[name].title)
    for entry in after.purposes:
        if entry.name in old:
            yield from _purpose(old[entry.name], entry, say)


def _purpose(old: PurposeNotice, new: PurposeNotice, say: Phrases) -> Iterator[str]:
    named = {"purpose": new.title}
    if old.title != new.title:
        yield say.words("change.title", old=old.title, **named)
    if old.basis != new.basis:
        yield say.words("change.basis", old=say.words(f"basis.{old.basis}"), new=say.words(f"basis.{new.basis}"),
                        **named)
    had, has = set(old.data), set(new.data)
    if has - had:
        yield say.words("change.data_more", list=say.data(has - had), **named)
    if had - has:
        yield say.words("change.data_less", list=say.data(had - has), **named)
    could, can = set(old.may), set(new.may)
    if can - could:
        yield say.words("change.may_more", list=say.operations(can - could), **named)
    if could - can:
        yield say.words("change.may_less", list=say.operations(could - can), **named)
    if old.sees_blocked != new.sees_blocked:
        yield say.words(f"change.blocked_{'on' if new.sees_blocked else 'off'}", **named)
    if old.kinds != new.kinds:
        yield say.words("change.kinds", **named)
    yield from _kept(old, new, say)


def _kept(old: PurposeNotice, new: PurposeNotice, say: Phrases) -> Iterator[str]:
    """For categories that both use; categories with the same change share a sentence."""
    found: dict[tuple[tuple[Kept, ...], tuple[Kept, ...]], list[str]] = {}
    for category in sorted(set(old.data) & set(new.data)):
        had, has = (
            tuple(replace(entry, categories=()) for entry in page.kept if category in entry.categories)
            for page in (old, new))
        if set(had) != set(has):
            found.setdefault(_apart(had, has), []).append(category)
    for (had, has), categories in found.items():
        yield say.words("change.kept", purpose=new.title, data=say.data(categories),
                        new=" ".join(map(say.kept, has)), old=" ".join(map(say.kept, had)))


def _apart(had: tuple[Kept, ...], has: tuple[Kept, ...]) -> tuple[tuple[Kept, ...], tuple[Kept, ...]]:
    """Without what both have; all of it where nothing would be left on one side."""
    gone, come = tuple(set(had) - set(has)), tuple(set(has) - set(had))
    if not gone or not come:
        return had, has
    return (tuple(entry for entry in had if entry in gone), tuple(entry for entry in has if entry in come))


def _recipients(before: Notice, after: Notice, say: Phrases) -> Iterator[str]:
    old, new = ({entry.name: entry for entry in found.recipients} for found in (before, after))
    for name in sorted(new.keys() - old.keys(), key=lambda name: new[name].title):
        yield say.words("change.recipient_new", who=new[name].title)
    for name in sorted(old.keys() - new.keys(), key=lambda name: old[name].title):
        yield say.words("change.recipient_gone", who=old[name].title)
    held = before.held | after.held
    titles = {**before.titles, **after.titles}
    for name in sorted(old.keys() & new.keys(), key=lambda name: new[name].title):
        yield from _recipient(old[name], new[name], titles, held, say)


def _recipient(
    old: RecipientNotice, new: RecipientNotice, titles: Mapping[str, str], held: Set[str], say: Phrases
) -> Iterator[str]:
    if (old.title, old.contract) != (new.title, new.contract):
        yield say.words("change.recipient", who=new.title)
    for key, more, less in (("more", new, old), ("less", old, new)):
        if found := set(more.purposes) - set(less.purposes):
            yield say.words(f"change.recipient_{key}", who=new.title,
                            list=say.words.list(sorted(titles[name] for name in found)))
    for key, more, less in (("more", new, old), ("less", old, new)):
        if found := (set(more.never) - set(less.never)) & held:
            yield say.words(f"change.never_{key}", who=new.title, list=say.data(found))


def _requests(before: Notice, after: Notice, say: Phrases) -> Iterator[str]:
    if bool(before.asked) != bool(after.asked):
        yield say.words(f"change.requests_{'on' if after.asked else 'off'}")
        return
    terms = {(entry.kind, entry.proof): entry for entry in before.asked}
    for entry in after.asked:
        # Without a term of its own, a proof changes nothing about the term of the request.
        old = terms.get((entry.kind, entry.proof)) or terms[entry.kind, False]
        if old.term != entry.term:
            yield say.words("change.term", what=say.asked(entry), new=_term(entry, say), old=_term(old, say))
    named = {(entry.kind, entry.proof) for entry in after.asked}
    for entry in before.asked:
        if (entry.kind, entry.proof) not in named:
            new = next(each for each in after.asked if each.kind is entry.kind)
            yield say.words("change.term", what=say.asked(entry), new=_term(new, say), old=_term(entry, say))


def _term(entry: Asked, say: Phrases) -> str:
    time = say.term(entry.term)
    return f"{time} ({say.meanwhile(entry)})" if entry.term.interim else time


def _rest(before: Notice, after: Notice, say: Phrases) -> Iterator[str]:
    if (before.pairs, before.further) != (after.pairs, after.further):
        yield say.words("change.together")
    if before.backup != after.backup:
        yield say.words(f"change.backup_{'on' if after.backup else 'off'}")
    if before.require_tls != after.require_tls:
        yield say.words("change.measures")
