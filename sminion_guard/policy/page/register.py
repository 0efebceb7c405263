"""The record of processing activities, GDPR article 30(1): what a policy knows of it."""

from __future__ import annotations

from typing import Any

from sminion_guard.policy.page.notice import Notice, PurposeNotice, RecipientNotice
from sminion_guard.policy.page.phrases import Phrases


def measures(page: Notice) -> tuple[str, ...]:
    """What the guard enforces for a policy, as keys of the catalogue; last, whom it does not bind."""
    return ("access", "needed", "apart", "choice", "kept", "log", *(("encrypted",) if page.require_tls else ()),
            *(("copies",) if page.backup else ()), "limits")


def recipients(page: Notice, purpose: PurposeNotice, say: Phrases) -> tuple[str, ...]:
    """Who may get data for a purpose, each with the agreement, and what it never gets."""
    return tuple(_recipient(page, entry, say) for entry in page.recipients if purpose.name in entry.purposes)


def _recipient(page: Notice, entry: RecipientNotice, say: Phrases) -> str:
    never = [category for category in entry.never if category in page.held]
    if not never:
        return say.words("register.recipient", title=entry.title, contract=entry.contract)
    return say.words("register.recipient_never", title=entry.title, contract=entry.contract, never=say.data(never))


def document(page: Notice, say: Phrases) -> dict[str, Any]:
    """The record as JSON: keys in English, texts in the language of ``say``, and the policy's own names."""
    operator = page.operator
    return {
        "policy": page.policy,
        "version": page.version,
        "operator": None if operator is None else {
            "name": operator.name, "address": operator.address, "contact": operator.contact},
        "activities": [
            {
                "name": entry.name,
                "title": entry.title,
                "basis": entry.basis,
                "basis_text": say.words(f"law.{entry.basis}"),
                "kinds": list(entry.kinds),
                "categories": list(entry.data),
                "categories_text": say.data(entry.data),
                "recipients": list(recipients(page, entry, say)),
                "time_limits": [
                    {"categories": list(kept.categories), "keep": kept.keep, "then": kept.then, "text": say.kept(kept)}
                    for kept in entry.kept
                ],
            }
            for entry in page.purposes
        ],
        "technical_measures": [say.words(f"measure.{key}") for key in measures(page)],
        "not_covered": say.words("register.missing_is"),
    }
