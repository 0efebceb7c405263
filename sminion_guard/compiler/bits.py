"""Which bit of ``guard_mask`` stands for which purpose.

A bit keeps its purpose for ever: rows carry what it meant when they were last settled. So a purpose that changes the
kind of its permission gets a new bit that no row has yet: hidden until the masks are filled in, never the other way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sminion_guard.errors import PolicyError
from sminion_guard.policy import Basis, Policy, Purpose

MAX_BITS = 60
"""Bits in use of a bigint's 64: the sign stays out of arithmetic, and three are kept for later."""


@dataclass(frozen=True, slots=True)
class InstalledPurpose:
    """A row of the registry of purposes, in force or retired."""

    bit: int
    name: str
    basis: Basis
    sees_blocked: bool
    retired: bool = False


def permission_kind(basis: Basis, sees_blocked: bool) -> tuple[str, bool]:
    """What decides over a bit: by default, by consent or until an objection; and whether a block clears it."""
    by = {Basis.CONSENT: "consent", Basis.LEGITIMATE_INTEREST: "objection"}.get(basis, "default")
    return by, sees_blocked


def assign_bits(
    policy: Policy, installed: Sequence[InstalledPurpose] = (), *, rows_masked: bool = True,
    renewed: Collection[str] = (),
) -> Mapping[str, int]:
    """Purpose to bit: installed ones keep theirs, new ones and those of another kind get the lowest never used.

    :param rows_masked: rows carry masks of a policy in force. After its removal none does, so a purpose that comes back
        on the same kind of basis gets its bit again, and with it the consents and objections that people left.
    :param renewed: purposes whose consents are asked for again: each gets a bit that no state and no row has.
    :raises PolicyError: SG408 when all bits were used, by purposes in force and retired.
    """
    kept = {
        known.name: known.bit
        for known in sorted(installed, key=lambda entry: (not entry.retired, entry.bit))
        if not (known.retired and rows_masked)
        and known.name in policy.purposes
        and known.name not in renewed
        and permission_kind(known.basis, known.sees_blocked) == _kind(policy.purposes[known.name])
    }
    used = {known.bit for known in installed}
    free = (bit for bit in range(MAX_BITS) if bit not in used)
    bits = dict(kept)
    for name in sorted(policy.purposes):
        if name in bits:
            continue
        bit = next(free, None)
        if bit is None:
            raise PolicyError(
                "SG408",
                f"no bit is left for purpose `{name}`",
                detail=f"{len(used)} of {MAX_BITS} bits are taken by purposes in force and by retired ones",
                hint="keep to the names of earlier purposes, or uninstall the guard, which forgets all states",
            )
        bits[name] = bit
    return {name: bits[name] for name in sorted(bits)}


def _kind(purpose: Purpose) -> tuple[str, bool]:
    return permission_kind(purpose.basis, purpose.sees_blocked)
