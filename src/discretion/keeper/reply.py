"""Replies: from the keeper's papers to the wire. Rules bring their sentences in both languages with them.

Rules:
* A refusal of somebody who is not there, and of somebody out of the asker's reach, is told with the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from discretion.keeper.judge import guards_of_staff
from discretion.keeper.papers import AlreadyEntered, Ask, Denied, Opened, Refused, Reply
from discretion.keeper.release import MADE_BY
from discretion.wire.lookup import Disclosure, Entered, Failed, Line, OfferLine, Refusal

if TYPE_CHECKING:
    from discretion.keeper.rounds import Rounds
    from discretion.policy.decision import Decision, Offer
    from discretion.policy.table import Policy
    from discretion.wire.lookup import Answer

KEPT_MAX = 4096  # a policy's decisions name a few dozen different sets of rules
_Key = TypeVar("_Key")
_Told = TypeVar("_Told")
_LINES: dict[tuple[bytes, tuple[str, ...]], list[Line]] = {}  # sentences of rules, by policy and rules
_OFFERS: dict[tuple[bytes, tuple[Offer, ...]], list[OfferLine]] = {}


def told(reply: Reply, ask: Ask, policy: Policy) -> Answer:
    """Return what the house is told of one reply, in the words of the policy that decided it."""
    policy = _made_by(reply, policy)
    if isinstance(reply, Opened):
        draft = reply.receipt.committed.draft
        judged = draft.judged
        decision, guest = judged.decision, judged.facts.guest
        if decision is None or guest is None or isinstance(judged, Denied) or not judged.clear | judged.masked:
            return Entered(entry=draft.index)
        return Disclosure(
            guest_id=judged.facts.ask.guest_id,
            entry=draft.index,
            purpose=judged.facts.ask.purpose,
            relation=guest.relation,
            fields=dict(reply.fields),
            clear=judged.clear,
            masked=judged.masked,
            may_clear=decision.clear,
            may_masked=decision.masked,
            until_at=judged.until_at,
            lines=_lines(policy, (*decision.caps, *decision.rules)),
            offers=_offers(policy, decision),
            version=guest.version,
        )
    if isinstance(reply, Refused):
        return _refusal(reply, ask, policy)
    if isinstance(reply, AlreadyEntered):
        return Entered(entry=reply.index)
    return Refusal(
        entry=reply.receipt.committed.draft.index, reason="unopened", lines=[], offers=[], guest_id=ask.guest_id
    )


async def entered(ask: Ask, rounds: Rounds, detail: bytes = b"") -> Answer:
    """Have one ask answered that opens nothing, and return where it is entered, with what its asker needs next."""
    (reply,) = await rounds.ask([ask])
    if isinstance(reply, Opened):
        return Entered(entry=reply.receipt.committed.draft.index, detail=detail)
    if isinstance(reply, (Refused, AlreadyEntered)):
        return told(reply, ask, rounds.room.policy)
    return Failed(code="unavailable")


def _made_by(reply: Reply, policy: Policy) -> Policy:
    """Return the policy behind a reply: another may have come into force since it was decided."""
    draft = reply.draft if isinstance(reply, Refused) else None if isinstance(reply, AlreadyEntered) else (
        reply.receipt.committed.draft
    )
    decision = draft.judged.decision if draft else None
    return policy if decision is None or decision.policy == policy.hash else MADE_BY[decision.policy]


def _refusal(reply: Refused, ask: Ask, policy: Policy) -> Refusal | Failed:
    judged = reply.judged
    decision, reason = judged.decision, judged.reason
    if decision is None:
        return Failed(code=reason)
    lines: list[Line] = []
    offers: list[OfferLine] = []
    if reason == "guard":
        guest = judged.facts.guest
        known = guest is not None and guest.relation not in ("none", "departed")
        lines = _lines(policy, decision.guards if known else guards_of_staff(judged.facts, policy))
    elif reason != "not_found":
        near = (decision.nearest,) if decision.nearest else ()
        lines = _lines(policy, (*decision.caps, *near))
        offers = _offers(policy, decision)
    return Refusal(entry=reply.draft.index, reason=reason, lines=lines, offers=offers, guest_id=ask.guest_id)


def _lines(policy: Policy, rules: tuple[str, ...]) -> list[Line]:
    key = (policy.hash, rules)
    lines = _LINES.get(key)
    if lines is None:
        lines = [Line(rule, policy.rule_text(rule, "zh"), policy.rule_text(rule, "en")) for rule in rules]
        _keep(_LINES, key, lines)
    return lines


def _offers(policy: Policy, decision: Decision) -> list[OfferLine]:
    key = (policy.hash, decision.offers)
    lines = _OFFERS.get(key)
    if lines is None:
        lines = [
            OfferLine(
                offer.rule, list(offer.lacking), offer.clear, offer.masked,
                "、".join(policy.fact_text(fact, "zh") for fact in offer.lacking),
                ", ".join(policy.fact_text(fact, "en") for fact in offer.lacking),
            )
            for offer in decision.offers
        ]
        _keep(_OFFERS, key, lines)
    return lines


def _keep(kept: dict[_Key, list[_Told]], key: _Key, lines: list[_Told]) -> None:
    if len(kept) >= KEPT_MAX:
        kept.clear()
    kept[key] = lines
