"""Which consents a new version of the policy outgrows: it does more for the purpose than what people consented to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sminion_guard.policy.differences.policies import accesses
from sminion_guard.policy.model import Basis, ConsentOnChange, Operation, Policy

_UNKNOWN = "whether it does more than before cannot be told: this version cannot read the policy that was in force"


def renewals(before: Policy | None, after: Policy) -> Mapping[str, tuple[str, ...]]:
    """Purposes whose consents are asked for again, with the reasons; none where the policy does not say `renew`.

    More is: columns and tables that it may see, fill in, change or delete; categories that a recipient may get for it;
    and that data may be passed on at all. Other words for the same are not more, nor is a longer retention.

    :param before: the last policy that was in force; None for one that cannot be read: then every consent is renewed.
    """
    if after.consent is ConsentOnChange.KEEP:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, purpose in sorted(after.purposes.items()):
        if purpose.basis is not Basis.CONSENT:
            continue
        if before is None:
            found[name] = (_UNKNOWN,)
        elif name in before.purposes and before.purposes[name].basis is Basis.CONSENT:
            more = tuple(_more(before, after, name))
            if more:
                found[name] = more
    return found


def _more(before: Policy, after: Policy, purpose: str) -> Iterator[str]:
    for sentence in accesses(before, after):
        if sentence.purpose == purpose and sentence.widens:
            yield sentence.text
    if Operation.TRANSFER in after.purposes[purpose].may - before.purposes[purpose].may:
        yield f"data may now be transferred for `{purpose}`"
    had = _received(before, purpose)
    for recipient, categories in _received(after, purpose).items():
        for category in sorted(categories - had.get(recipient, frozenset())):
            yield f"recipient `{recipient}` may now get `{category}` for `{purpose}`"


def _received(policy: Policy, purpose: str) -> dict[str, frozenset[str]]:
    """What each recipient may get for a purpose."""
    needs = policy.purposes[purpose].needs
    return {
        name: frozenset(category for category in (*policy.categories, *(() if entry.gives is None else ("key",)))
                        if entry.receives(category) and policy.purposes[purpose].needs_category(category))
        for name, entry in sorted(policy.recipients.items()) if purpose in entry.purposes and needs
    }
