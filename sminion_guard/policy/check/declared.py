"""Purposes and the declared pairs between them."""

from __future__ import annotations

from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Basis, Policy
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
    _compatible(policy, report)
    _further(policy, report)


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
