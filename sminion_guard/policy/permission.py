"""Which categories a recipient may get for a purpose: the rule by which queries are judged, and columns are granted."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.policy.model import Operation, Policy, Purpose, Recipient

KEY = "key"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Permission:
    """A recipient and a purpose for which it may get data."""

    recipient: Recipient
    purpose: Purpose

    def covers(self, category: str) -> bool:
        """Whether values of a category may be in what is sent.

        A key tells persons apart for ever, so it is sent only where `gives` names it.
        """
        if not self.recipient.receives(category):
            return False
        if category == KEY:
            return self.recipient.gives is not None
        return category == NONE or self.purpose.needs_category(category)

    def decides(self, category: str) -> bool:
        """Whether a category may decide what is sent, as in a condition: keys may, since tables are joined by them."""
        return self.covers(category) or (category == KEY and KEY not in self.recipient.never)

    def why_not(self, category: str) -> str:
        """Why the recipient does not get a category, as the end of a sentence."""
        if category in self.recipient.never:
            return "`never` names it"
        if self.recipient.gives is not None:
            return "`gives` does not name it"
        return "a key is sent only where `gives` names it" if category == KEY else "the purpose does not need it"


def transferring(policy: Policy, recipient: Recipient) -> tuple[str, ...]:
    """The purposes for which data may be sent to a recipient, sorted."""
    return tuple(sorted(
        name for name in set(recipient.purposes)
        if name in policy.purposes and Operation.TRANSFER in policy.purposes[name].may))
