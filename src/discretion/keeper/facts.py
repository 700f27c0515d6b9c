"""Facts: from what was read to the yes and no that the policy names, each with its end.

Rules:
* Only what the keeper read counts; nothing comes from the ask.
* Unknown is false for support, step and approval, and true for a restriction (`policy.md`, 2).
* An approval counts only under the policy it was asked under, and by the votes of roles that may give it.
* A consent is a claim like the others: the guest's last word, read for purposes that rest on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.keeper.papers import Claim, Facts
    from discretion.policy.table import Policy

_DAY_SECONDS = 86_400
EMERGENCY = "emergency"  # the claim that lets an ask for the purpose of that name be judged at all
STAFF_FACTS = ("on_shift", "badged_in", "trained", "passkey", "same_property")


def staff_bits(facts: Facts, bit: Mapping[str, int]) -> int:
    """Return the fact bits that rest on the asker alone. A session stands for a passkey: there is no other sign-in."""
    staff = facts.staff
    if staff is None:
        return bit["locked"]
    now = facts.now_at
    bits = bit["passkey"]
    if staff.shift_until_at > now:
        bits |= bit["on_shift"]
    if staff.badge_until_at > now:
        bits |= bit["badged_in"]
    if staff.trained_until_at > now:
        bits |= bit["trained"]
    if staff.is_locked:
        bits |= bit["locked"]
    return bits


def fact_bits(facts: Facts, bit: Mapping[str, int]) -> int:
    """Return every fact that holds for this ask.

    A guest who is not at this property is at no property of the asker's.
    """
    bits = staff_bits(facts, bit)
    guest = facts.guest
    if guest is None:
        return bits | bit["sealed"] | bit["restricted"] | bit["minor"] | bit["legal_hold"]
    bits |= bit["same_property"]
    if guest.relation == "departed":
        if 0 <= guest.departed_days <= 30:  # noqa: PLR2004 - the fact's own name says it
            bits |= bit["recent_30"]
        if 0 <= guest.departed_days <= 365:  # noqa: PLR2004
            bits |= bit["recent_365"]
    if guest.is_sealed:
        bits |= bit["sealed"]
    if guest.is_restricted:
        bits |= bit["restricted"]
    if guest.is_held:
        bits |= bit["legal_hold"]
    if guest.is_minor:
        bits |= bit["minor"]
    if guest.is_locked:
        bits |= bit["locked"]
    return bits | sum({bit.get(claim.fact, 0) for claim in facts.claims})  # one bit a fact, so a sum is their union


def reached_claims(facts: Facts, policy: Policy) -> tuple[Claim, ...]:
    """Return the claims that count for this ask.

    Whoever came back with four digits has the requests given to them, and all with a passkey verified for this ask.
    """
    claims = counting_claims(facts.claims, policy)
    by_digits = facts.staff is not None and facts.staff.by_digits
    if by_digits and not any(claim.fact == "fresh_passkey" for claim in claims):
        return tuple(claim for claim in claims if claim.fact == "assigned")
    return claims


def counting_claims(claims: tuple[Claim, ...], policy: Policy) -> tuple[Claim, ...]:
    """Return the claims that count under this policy: the keeper counts the votes of an approval itself."""
    return tuple(
        claim for claim in claims
        if not claim.policy
        or (
            claim.policy == policy.hash
            and sum(role in policy.rules.facts[claim.fact].by for role in claim.roles) >= claim.quorum > 0
        )
    )


def until_at(facts: Facts, reads: int, held: int, bit: Mapping[str, int]) -> int:
    """Return the earliest end, in UTC seconds, of the session and of the facts in `held` that the decision `reads`."""
    staff, guest = facts.staff, facts.guest
    if staff is None:
        return facts.now_at
    ends = [staff.session_until_at]
    used = reads & held
    if used & bit["on_shift"]:
        ends.append(staff.shift_until_at)
    if used & bit["badged_in"]:
        ends.append(staff.badge_until_at)
    if used & bit["trained"]:
        ends.append(staff.trained_until_at)
    if guest is not None and guest.relation == "arriving":
        ends.append(facts.midnight_at)
    if guest is not None and used & bit["recent_30"]:
        ends.append(facts.midnight_at + (30 - guest.departed_days) * _DAY_SECONDS)
    ends += [
        claim.until_at for claim in facts.claims
        if claim.until_at and (used & bit.get(claim.fact, 0) or claim.fact == EMERGENCY)
    ]
    return min(ends)
