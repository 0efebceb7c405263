"""What has changed of the profiles of recipients between two policies."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.model import Policy
from sminion_guard.policy.model.recipient_profiles import coordinates


def differences_of_profiles(name: str, before: Policy, after: Policy) -> Iterator[Sentence]:
    """What has changed of the profile of a recipient of both; that it may get other categories is said with `never`."""
    old, new = before.recipients[name], after.recipients[name]
    if old.profile != new.profile:
        if old.profile is not None:
            yield Sentence(f"texts for recipient `{name}` are no longer scanned, and times no longer coarse", True)
        if new.profile is not None:
            yield Sentence(f"texts for recipient `{name}` are scanned, and times are no finer than "
                           f"a whole {new.times}", False)
    elif old.times is not None and new.times is not None and old.times != new.times:
        finer = old.times.value not in new.times.and_coarser[1:] and new.times.value not in old.times.and_coarser
        yield Sentence(f"times for recipient `{name}` are no finer than a whole {new.times}", finer)
    if old.profile is not None and new.profile is not None:
        for category in sorted(coordinates(before.holds) ^ coordinates(after.holds)):
            coarse = category in coordinates(after.holds)
            yield Sentence(f"places in `{category}` {'are now' if coarse else 'are no longer'} coarse for recipient "
                           f"`{name}`", not coarse)
