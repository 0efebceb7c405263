"""Purposes and the declared pairs between them."""

from __future__ import annotations

from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Basis, Operation, Policy
from sminion_guard.policy.positions import Path

MAX_PURPOSES = 60
"""Each purpose is one bit of ``guard_mask``, a signed bigint; bits 60 to 63 stay free."""


def declared(policy: Policy, report: Report) -> None:
    """Report purposes and pairs that contradict themselves."""
    if len(policy.purposes) > MAX_PURPOSES:
        report.add("SG320", ("purpose",), f"{len(policy.purposes)} purposes are more than {MAX_PURPOSES}",
                   "combine purposes that are always used together")
    for purpose in policy.purposes.values():
        if purpose.sees_blocked and purpose.basis is Basis.CONSENT:
            report.add("SG322", ("purpose", purpose.name, "sees_blocked"),
                       f"purpose `{purpose.name}` sees blocked subjects but rests on consent",
                       "who is blocked has not consented: give it a legal basis of its own")
    _consents(policy, report)
    _compatible(policy, report)
    _further(policy, report)


def _consents(policy: Policy, report: Report) -> None:
    """A consent counts for a purpose. Who may get its data must follow from it, or nobody could refuse one of two."""
    first: dict[str, str] = {}
    for recipient in policy.recipients.values():
        for at, word in enumerate(recipient.purposes):
            purpose = policy.purposes.get(word)
            if purpose is None or purpose.basis is not Basis.CONSENT or Operation.TRANSFER not in purpose.may:
                continue
            other = first.setdefault(word, recipient.name)
            if other != recipient.name:
                report.add("SG550", ("recipient", recipient.name, "purposes", at),
                           f"people cannot consent to `{recipient.name}` without `{other}`: both get data for `{word}`,"
                           " which rests on consent",
                           "declare a purpose for each recipient, and ask for each with its own text")


def _compatible(policy: Policy, report: Report) -> None:
    seen: set[frozenset[str]] = set()
    for at, pair in enumerate(policy.compatible):
        path: Path = ("compatible", at)
        left, right = pair.purposes
        if left == right:
            report.add("SG315", path, f"purpose `{left}` is declared compatible with itself",
                       "leave it out: a purpose is always compatible with itself")
        elif frozenset(pair.purposes) in seen:
            report.add("SG315", path, f"purposes `{left}` and `{right}` are declared compatible twice",
                       "keep one of the two")
        seen.add(frozenset(pair.purposes))


def _further(policy: Policy, report: Report) -> None:
    seen: set[tuple[str, str]] = set()
    for at, entry in enumerate(policy.further):
        path: Path = ("further", at)
        for serve in entry.may_serve:
            if serve == entry.data_of:
                report.add("SG315", path, f"data of `{serve}` are declared to serve `{serve}` itself",
                           "leave it out: they always do")
            elif (entry.data_of, serve) in seen:
                report.add("SG315", path, f"data of `{entry.data_of}` are declared to serve `{serve}` twice",
                           "keep one of the two")
            seen.add((entry.data_of, serve))
