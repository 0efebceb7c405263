"""What another policy changes for third parties: who may get more, and who gets less."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.policy.differences.profiles import differences_of_profiles
from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.model import Policy


def differences_of_recipients(before: Policy, after: Policy) -> Iterator[Sentence]:
    """What is different about the recipients: what they may get for which purposes, and until when."""
    for name in sorted(before.recipients.keys() | after.recipients.keys()):
        old, new = before.recipients.get(name), after.recipients.get(name)
        if old is None or new is None:
            yield Sentence(f"recipient `{name}` is {'new' if old is None else 'gone'}", old is None)
            continue
        for purpose in sorted(set(new.purposes) ^ set(old.purposes)):
            more = purpose in new.purposes
            yield Sentence(f"recipient `{name}` may {'now' if more else 'no longer'} get data for `{purpose}`", more,
                           purpose)
        for category in sorted(new.never ^ old.never):
            never = category in new.never
            yield Sentence(f"recipient `{name}` {'now never gets' if never else 'may now get'} `{category}`", not never)
        yield from _given(name, old.gives, new.gives)
        yield from differences_of_profiles(name, before, after)
        yield from _groups(name, old.k, new.k)
        if old.until != new.until:
            said = "has no end any more" if new.until is None else f"now ends on {new.until}"
            yield Sentence(f"the contract with recipient `{name}` {said}",
                           old.until is not None and (new.until is None or new.until > old.until))
        if old.contract != new.contract:
            yield Sentence(f"the contract with recipient `{name}` is now {new.contract}", False)


def _groups(name: str, old: int | None, new: int | None) -> Iterator[Sentence]:
    if old == new:
        return
    if new is None:
        yield Sentence(f"recipient `{name}` may now get rows of one person", True)
    else:
        yield Sentence(f"recipient `{name}` gets groups of {new:,} people or more", old is not None and new < old)


def _given(name: str, old: frozenset[str] | None, new: frozenset[str] | None) -> Iterator[Sentence]:
    if old is None and new is not None:
        listed = ", ".join(f"`{word}`" for word in sorted(new))
        yield Sentence(f"recipient `{name}` gets nothing but {listed} any more", False)
    elif old is not None and new is None:
        yield Sentence(f"recipient `{name}` may now get all that the purpose needs", True)
    elif old is not None and new is not None:
        for category in sorted(old ^ new):
            more = category in new
            yield Sentence(f"recipient `{name}` {'may now get' if more else 'no longer gets'} `{category}`", more)
