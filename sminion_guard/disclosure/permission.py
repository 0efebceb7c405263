"""What a recipient may get for a purpose, by the policy alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sminion_guard.errors import TransferRefused
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


def permission(policy: Policy, recipient: str, purpose: str, today: date) -> Permission:
    """The permission of a recipient for a purpose.

    :param today: the day in the time zone of the policy; a contract ends with its last day.
    :raises TransferRefused: SG704 when the policy has no such recipient, the recipient gets no data for the purpose,
        the purpose does not transfer, or the contract has ended.
    """
    known = policy.recipients.get(recipient)
    if known is None:
        listed = ", ".join(f"`{name}`" for name in sorted(policy.recipients)) or "none"
        raise TransferRefused("SG704", f"the policy has no recipient `{recipient}`", detail=f"recipients: {listed}",
                              hint="correct the name, or declare `[recipient.NAME]` with its contract")
    if purpose not in policy.purposes or purpose not in known.purposes:
        raise TransferRefused("SG704", f"recipient `{recipient}` gets no data for purpose `{purpose}`",
                              detail=f"its contract covers: {', '.join(known.purposes)}",
                              hint="name a purpose that `[recipient.NAME]` lists")
    held = policy.purposes[purpose]
    if Operation.TRANSFER not in held.may:
        raise TransferRefused("SG704", f"purpose `{purpose}` transfers no data",
                              hint="add `transfer` to `may` of the purpose, if people were told so")
    if known.until is not None and today > known.until:
        raise TransferRefused("SG704", f"the contract with recipient `{recipient}` ended on {known.until}",
                              hint="renew the contract, and `until` in the policy")
    return Permission(known, held)
