"""What a recipient may get for a purpose, by the policy alone."""

from __future__ import annotations

from datetime import date

from sminion_guard.errors import TransferRefused
from sminion_guard.policy.model import Operation, Policy
from sminion_guard.policy.permission import KEY, NONE, Permission

__all__ = ["KEY", "NONE", "Permission", "permission"]


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
                              hint=f"correct the name, or declare `[recipient.{recipient}]` with its contract")
    if purpose not in policy.purposes or purpose not in known.purposes:
        raise TransferRefused("SG704", f"recipient `{recipient}` gets no data for purpose `{purpose}`",
                              detail=f"its contract covers: {', '.join(known.purposes)}",
                              hint=f"name one of these purposes, or add it to `purposes` of `[recipient.{recipient}]`")
    held = policy.purposes[purpose]
    if Operation.TRANSFER not in held.may:
        raise TransferRefused("SG704", f"purpose `{purpose}` transfers no data",
                              hint="add `transfer` to `may` of the purpose, if people were told so")
    if known.until is not None and today > known.until:
        raise TransferRefused("SG704", f"the contract with recipient `{recipient}` ended on {known.until}",
                              hint="renew the contract, and `until` in the policy")
    return Permission(known, held)
