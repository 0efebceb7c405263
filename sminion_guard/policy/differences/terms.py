"""The operator and the terms of requests, in words: as a policy shows them, and what another policy changes."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.model import Policy
from sminion_guard.policy.model.rights import RequestKind, Term, Trigger

TRIGGERS = {
    Trigger.REQUEST: "the request", Trigger.PROOF: "proof", Trigger.DETECTION: "detection",
    Trigger.PURPOSE_REACHED: "the purpose is reached",
}
"""What a term counts from, in words."""


def term_text(term: Term) -> str:
    """A term in one clause, such as ``10 working days, once extended by 5 working days; blocked meanwhile``."""
    extended = "" if term.extend is None else f", once extended {'to' if term.extend_total else 'by'} {term.extend}"
    return f"{term.length}{extended}{'; blocked meanwhile' if term.interim else ''}"


_KEPT = {"processor": "who processes data for the operator:", "backups": "backups are kept for:",
         "certificates": "certificates of destruction are kept for:",
         "actors": "the log says who acted for:"}
"""What else a policy says about the operator, in words."""


def _named(policy: Policy) -> tuple[str, str, str] | None:
    said = policy.operator
    return None if said is None else (said.name, said.address, said.contact)


def rights(before: Policy, after: Policy) -> Iterator[Sentence]:
    """What is different about the operator and the terms of requests. None of it lets anybody see more."""
    if before.operator != after.operator:
        said = "no longer named" if after.operator is None else f"{after.operator.name}, {after.operator.contact}"
        if _named(before) != _named(after):
            yield Sentence(f"the operator is {said}", False)
        for name, of in _KEPT.items():
            old_said, new_said = (getattr(policy.operator, name, None) for policy in (before, after))
            if old_said != new_said:
                yield Sentence(f"{of} {new_said or 'not said'}, and before {old_said or 'not said'}", False)
    old, new = before.requests, after.requests
    if old is None or new is None:
        if old is not new:
            yield Sentence(f"requests {'are no longer recorded' if new is None else 'are recorded now'}", False)
        return
    if old.calendar != new.calendar:
        yield Sentence(f"terms of requests are counted by calendar {new.calendar}, and were by {old.calendar}", False)
    for kind in RequestKind:
        for trigger in Trigger:
            had, has = old.terms[kind][trigger], new.terms[kind][trigger]
            if had != has:
                yield Sentence(
                    f"the term of {kind} from {TRIGGERS[trigger]} is {term_text(has)}, and was {term_text(had)}", False)
