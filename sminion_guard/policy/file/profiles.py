"""The terms of two laws, as data: what a policy names as ``profile``.

- ``RU``: Federal Law 152-FZ, articles 14, 15, 20 and 21. Terms in working days; the answer may take 5 working days
  more with a reasoned notice. What cannot be destroyed in time is blocked, and destroyed within six months (article 21,
  part 6).
- ``GDPR``: Regulation (EU) 2016/679, article 12(3): one month, extendable by two with a notice within the first.
  Contested data are restricted meanwhile (article 18).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sminion_guard.policy.model.rights import Length, RequestKind, Term, TermUnit, Trigger

_ANSWER = Term(Length(10, TermUnit.WORKING_DAY), Length(5, TermUnit.WORKING_DAY))
_SIX_MONTHS = Length(6, TermUnit.MONTH)


def _working_days(count: int, *, interim: bool = False) -> Term:
    return Term(Length(count, TermUnit.WORKING_DAY), interim=interim)


def _destroyed(length: Length) -> Term:
    return Term(length, _SIX_MONTHS, extend_total=True)


def _blocking(term: Term) -> Term:
    return Term(term.length, term.extend, term.extend_total, interim=True)


_RU: Mapping[RequestKind, Mapping[Trigger, Term]] = {
    RequestKind.ACCESS: {Trigger.REQUEST: _ANSWER},
    RequestKind.CLARIFY: {Trigger.REQUEST: _blocking(_ANSWER), Trigger.PROOF: _working_days(7, interim=True)},
    RequestKind.BLOCK: {Trigger.REQUEST: _blocking(_ANSWER), Trigger.DETECTION: _working_days(3, interim=True)},
    RequestKind.DESTROY: {
        Trigger.REQUEST: _ANSWER,
        Trigger.PROOF: _destroyed(Length(7, TermUnit.WORKING_DAY)),
        Trigger.DETECTION: _destroyed(Length(10, TermUnit.WORKING_DAY)),
        Trigger.PURPOSE_REACHED: _destroyed(Length(30, TermUnit.DAY)),
    },
    RequestKind.WITHDRAW_CONSENT: {Trigger.REQUEST: _destroyed(Length(30, TermUnit.DAY))},
    RequestKind.OBJECT: {Trigger.REQUEST: _ANSWER},
    RequestKind.STOP: {Trigger.REQUEST: _ANSWER, Trigger.DETECTION: _working_days(3)},
    RequestKind.MISCONDUCT: {Trigger.REQUEST: _blocking(_ANSWER), Trigger.DETECTION: _working_days(3, interim=True)},
}

_MONTH = Term(Length(1, TermUnit.MONTH), Length(2, TermUnit.MONTH))
_CONTESTING = (RequestKind.CLARIFY, RequestKind.BLOCK, RequestKind.MISCONDUCT)
_GDPR: Mapping[RequestKind, Mapping[Trigger, Term]] = {
    kind: {Trigger.REQUEST: _blocking(_MONTH) if kind in _CONTESTING else _MONTH} for kind in RequestKind
}


def _complete(
    terms: Mapping[RequestKind, Mapping[Trigger, Term]]
) -> Mapping[RequestKind, Mapping[Trigger, Term]]:
    """For a trigger that the law does not name, the term from the request: the same duty, whoever noticed first."""
    return MappingProxyType({
        kind: MappingProxyType({trigger: said.get(trigger, said[Trigger.REQUEST]) for trigger in Trigger})
        for kind, said in terms.items()
    })


PROFILES: Mapping[str, Mapping[RequestKind, Mapping[Trigger, Term]]] = MappingProxyType(
    {"GDPR": _complete(_GDPR), "RU": _complete(_RU)})
"""Name of a profile to a term for each kind of request and each trigger."""

CALENDARS: Mapping[str, str] = MappingProxyType({"GDPR": "weekends", "RU": "RU"})
"""Name of a profile to the calendar that is used where the policy names none."""
