"""Builds the recipients of a policy, and what its own categories hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from sminion_guard.policy.file import shape
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Recipient
from sminion_guard.policy.model.recipient_profiles import Holds, RecipientProfile, TimeUnit, never_for
from sminion_guard.policy.positions import Path

E = TypeVar("E", bound=StrEnum)
K_LEAST, K_MOST = 2, 1000
"""What `k` of a recipient may be."""


def build_holds(raw: Mapping[str, Any], report: Report) -> dict[str, Holds]:
    """What the policy's own categories hold, for those that say it. Their shape is reported elsewhere."""
    found = {}
    for name, entry in raw.items():
        said = entry.get("holds") if isinstance(entry, dict) else None
        if isinstance(said, str):
            held = _word(Holds, said, "content of a category", ("category", name, "holds"), report)
            if held is not None:
                found[name] = held
    return found


def build_recipients(
    raw: Mapping[str, Any], purposes: Collection[str], categories: Collection[str], holds: Mapping[str, Holds],
    report: Report,
) -> Mapping[str, Recipient]:
    """The recipients, as far as they can be built.

    :param purposes: all names, also of purposes that could not be built.
    :param categories: names of all categories of personal data.
    """
    found = {}
    allowed = frozenset(categories) | {"key"}
    for name, section in raw.items():
        path: Path = ("recipient", name)
        entry = shape.validate(shape.RecipientShape, section, path, report)
        if entry is None:
            continue
        for key, words in (("never", entry.never), ("gives", entry.gives or ())):
            for at, word in enumerate(words):
                _known(word, allowed, "SG309", "category", (*path, key, at), report)
        for at, word in enumerate(entry.gives or ()):
            if word in entry.never:
                report.add("SG375", (*path, "gives", at), f"`{word}` is also in `never`", "keep it in one of the two")
        # A list, not a generator: every unknown word is reported, not just the first.
        known = [_known(word, purposes, "SG308", "purpose", (*path, "purposes", at), report)
                 for at, word in enumerate(entry.purposes)]
        profile, times = _profile(entry, path, report)
        refused = frozenset() if profile is None else never_for(profile, holds)
        _groups(entry, path, report)
        if profile is not None:
            _refuse_given(entry, profile, refused | {"key"}, path, report)
        if all(known):
            found[name] = Recipient(
                name, entry.title, entry.contract, tuple(entry.purposes), frozenset(entry.never) & allowed | refused,
                None if entry.gives is None else frozenset(entry.gives) & allowed, entry.until, profile, times,
                entry.k)
    return MappingProxyType(found)


def _profile(
    entry: shape.RecipientShape, path: Path, report: Report
) -> tuple[RecipientProfile | None, TimeUnit | None]:
    profile = None if entry.profile is None else _word(
        RecipientProfile, entry.profile, "profile of recipients", (*path, "profile"), report)
    times = None if entry.times is None else _word(TimeUnit, entry.times, "unit of time", (*path, "times"), report)
    if entry.times is not None and entry.profile is None:
        report.add("SG386", (*path, "times"), "`times` without a profile limits nothing",
                   'add `profile = "web_analytics"`, or leave `times` out')
    return profile, times or (None if profile is None else TimeUnit.HOUR)


def _groups(entry: shape.RecipientShape, path: Path, report: Report) -> None:
    if entry.k is None:
        return
    if not K_LEAST <= entry.k <= K_MOST:
        report.add("SG398", (*path, "k"), f"`k` is {K_LEAST} to {K_MOST:,}", "write the least number of people: 10")
    for at, word in enumerate(entry.gives or ()):
        if word == "key":
            report.add("SG399", (*path, "gives", at), "a recipient with `k` gets groups, and a key is of one person",
                       "leave `key` out, or `k`")


def _refuse_given(
    entry: shape.RecipientShape, profile: RecipientProfile, refused: frozenset[str], path: Path, report: Report
) -> None:
    if entry.gives is None:
        report.add("SG385", path, f"a recipient with profile `{profile}` needs `gives`",
                   'list what it gets: `gives = ["behaviour"]`')
    for at, word in enumerate(entry.gives or ()):
        if word in refused:
            report.add("SG385", (*path, "gives", at), f"a recipient with profile `{profile}` never gets `{word}`",
                       "leave it out: it identifies a person or a device")


def _known(word: str, words: Collection[str], code: str, kind: str, path: Path, report: Report) -> bool:
    if word not in words:
        report.add_unknown(code, path, kind, word, words)
    return word in words


def _word(words: type[E], word: str, kind: str, path: Path, report: Report) -> E | None:
    return words(word) if _known(word, [entry.value for entry in words], "SG310", kind, path, report) else None
