"""Approvals: requests bound to one refused decision, the votes on them, and who may vote in whose place.

Rules:
* A request is made out of an offer: the ask is judged again, and what it would have lacked is what is asked for.
* A vote rests on a passkey verified over that very vote. Nobody votes on a request of their own, in no role and for
  nobody: by person, not by account. A deputy never votes on a request of whoever is deputised for.
* An approval opens nothing. It is a fact (`facts.counting_claims`) when its asker asks again.

Left to others: judging (`judge`), using an approval up (`store.appends`), words for codes (the faces).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from discretion.keeper.erasure import Erasing
from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.reply import entered, told
from discretion.keeper.store.database import Uid, uid_or_none
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import PasskeyError
from discretion.wire.erasure import CarryOutErasure
from discretion.wire.exceptions import (
    AcceptDeputy,
    Action,
    EndDeputy,
    EndRequest,
    OfferDeputy,
    PreviewRequest,
    RequestApproval,
    StepUp,
    Vote,
    subject_of,
)
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.tickets import Live
    from discretion.wire.lookup import Answer

_SQL = queries("exceptions.sql")
IDENTITY = 1  # of whoever an approval is about, the approver sees the masked name


class _Request:
    """A request for approval, as it stands."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        (self.requester_id, self.guest_id, self.purpose, self.groups, self.fact, self.facts, self.duty, self.state,
         self.policy, self.is_in_time, self.session_id) = row


class Approvals:
    """Requests, votes and deputies of all properties of this keeper."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._serve: dict[type, Callable[[Any, Live, Rounds], Awaitable[Answer]]] = {
            AcceptDeputy: self._accept_deputy, CarryOutErasure: self._erase, EndDeputy: self._end_deputy,
            EndRequest: self._end_request,
            OfferDeputy: self._offer_deputy, PreviewRequest: self._preview, RequestApproval: self._request,
            StepUp: self._step_up, Vote: self._vote,
        }

    async def answer(self, message: Any, live: Live, rounds: Rounds) -> Answer:  # noqa: ANN401 - one of those above
        """Do what a message asks for."""
        try:
            return await self._serve[type(message)](message, live, rounds)
        except PasskeyError:
            return Failed(code="passkey")

    async def _step_up(self, message: StepUp, live: Live, rounds: Rounds) -> Answer:
        action = Action("look_up", message.guest_id, message.purpose, message.groups)
        writes = await self._people.verified(message, action, live)
        step_up = (_SQL["add_step_up"], {
            "step_up": Uid(os.urandom(16)), "session": Uid(live.session_id), "guest": Uid(message.guest_id),
            "purpose": message.purpose, "groups": message.groups,
        })
        ask = Ask(
            AskKind.STEP_UP, message.request_id, live.session_id, guest_id=message.guest_id, purpose=message.purpose,
            details=(("groups", message.groups),), writes=(*writes, step_up),
        )
        return await entered(ask, rounds)

    async def _request(self, message: RequestApproval, live: Live, rounds: Rounds) -> Answer:
        policy = rounds.room.policy
        fact = policy.rules.facts.get(message.fact)
        if fact is None or fact.kind != "approval":
            return Failed(code="malformed", field="$.fact")
        bound = {
            "requester": Uid(live.staff_id), "guest": Uid(message.guest_id), "purpose": message.purpose,
            "groups": message.groups, "fact": message.fact,
        }
        await self._people.rows("expire", live.property_id, {}, _SQL)
        asking = {**bound, "approvers": list(fact.by), "quorum": fact.quorum}
        ((code,),) = await self._people.rows("may_request", live.property_id, asking, _SQL)
        if code:
            return Failed(code=code)
        request_id = os.urandom(16)
        request = (_SQL["add_request"], {
            **bound, "request": Uid(request_id), "duty": live.duty, "session": Uid(live.session_id),
            "rule": message.rule, "reason": message.reason, "reference": message.reference, "quorum": fact.quorum,
            "ask_minutes": fact.ask_minutes, "uses": fact.uses,
            "grant_seconds": max(60, min(fact.grant_minutes * 60, live.left_seconds())),
        })
        notices = tuple(
            (_SQL["tell_approvers"], {
                "role": role, "request": Uid(request_id), "rule": message.rule, "purpose": message.purpose,
            })
            for role in fact.by
        )
        ask = Ask(
            AskKind.REQUEST_OPEN, message.request_id, live.session_id, guest_id=message.guest_id,
            purpose=message.purpose, masked=message.groups,
            details=(("approval", request_id.hex()), ("fact", message.fact), ("rule", message.rule)),
            writes=(request, *notices),
        )
        return await entered(ask, rounds, request_id)

    async def _end_request(self, message: EndRequest, live: Live, rounds: Rounds) -> Answer:
        request = await self._find(message.approval_id, live)
        is_own = request is not None and request.requester_id == live.staff_id
        if request is None or not (is_own or await self._as_whom(request, live, rounds)):
            return Failed(code="not_found")
        why = "withdrawn" if is_own else "revoked"
        write = (_SQL["end_request"], {"request": Uid(message.approval_id), "why": why})
        ask = Ask(
            AskKind.REQUEST_END, message.request_id, live.session_id, guest_id=request.guest_id,
            purpose=request.purpose, details=(("approval", message.approval_id.hex()), ("why", why)), writes=(write,),
        )
        return await entered(ask, rounds)

    async def _preview(self, message: PreviewRequest, live: Live, rounds: Rounds) -> Answer:
        request = await self._find(message.approval_id, live)
        if request is None or not await self._as_whom(request, live, rounds):
            return Failed(code="not_found")
        held = request.facts | rounds.room.policy.fact_bit[request.fact] | rounds.room.policy.fact_bit["fresh_passkey"]
        ask = Ask(
            AskKind.PREVIEW, message.request_id, live.session_id, guest_id=request.guest_id, purpose=request.purpose,
            masked=request.groups | IDENTITY, details=(("approval", message.approval_id.hex()),),
            seen_as=(request.duty, held),
        )
        (reply,) = await rounds.ask([ask])
        return told(reply, ask, rounds.room.policy)

    async def _vote(self, message: Vote, live: Live, rounds: Rounds) -> Answer:
        request = await self._find(message.approval_id, live)
        voter = await self._as_whom(request, live, rounds) if request is not None else None
        if request is None or voter is None:
            return Failed(code="not_found")
        if request.state != "pending" or not request.is_in_time:
            return Failed(code="too_late")
        action = Action("vote_yes" if message.yes else "vote_no", message.approval_id)
        writes = await self._people.verified(message, action, live)
        role, for_id = voter
        vote = (_SQL["add_vote"], {
            "request": Uid(message.approval_id), "approver": Uid(live.staff_id), "role": role,
            "for_id": uid_or_none(for_id), "yes": message.yes, "note": message.note, "session": Uid(live.session_id),
            "seconds": message.seconds,
        })
        ask = Ask(
            AskKind.VOTE, message.request_id, live.session_id, guest_id=request.guest_id, purpose=request.purpose,
            details=(
                ("approval", message.approval_id.hex()), ("as", role), ("for", for_id.hex()),
                ("vote", "yes" if message.yes else "no"),
            ),
            writes=(*writes, vote),
        )
        return await entered(ask, rounds)

    async def _offer_deputy(self, message: OfferDeputy, live: Live, rounds: Rounds) -> Answer:
        action = Action("deputy_offer", message.to_id, message.role, until_at=message.until_at)
        writes = await self._people.verified(message, action, live)
        deputy_id = os.urandom(16)
        named = {"deputy": Uid(deputy_id), "to_id": Uid(message.to_id), "role": message.role}
        offer = (_SQL["add_deputy"], {**named, "from_id": Uid(live.staff_id), "until_at": message.until_at})
        ask = Ask(
            AskKind.DEPUTY, message.request_id, live.session_id,
            details=(
                ("deputy", deputy_id.hex()), ("does", "offer"), ("role", message.role), ("to", message.to_id.hex()),
            ),
            writes=(*writes, offer, (_SQL["tell_deputy"], named)),
        )
        return await entered(ask, rounds, deputy_id)

    async def _accept_deputy(self, message: AcceptDeputy, live: Live, rounds: Rounds) -> Answer:
        writes = await self._people.verified(message, Action("deputy_accept", message.deputy_id), live)
        accept = (_SQL["accept_deputy"], {"deputy": Uid(message.deputy_id), "staff": Uid(live.staff_id)})
        return await entered(_deputy_ask(message, live, "accept", (*writes, accept)), rounds)

    async def _end_deputy(self, message: EndDeputy, live: Live, rounds: Rounds) -> Answer:
        end = (_SQL["end_deputy"], {"deputy": Uid(message.deputy_id), "staff": Uid(live.staff_id)})
        return await entered(_deputy_ask(message, live, "end", (end,)), rounds)

    async def _erase(self, message: CarryOutErasure, live: Live, rounds: Rounds) -> Answer:
        writes = await self._people.verified(message, Action("erase", subject_of(message.order_ids)), live)
        erasing = Erasing(rounds, lambda query, params: self._people.run(query, live.property_id, params))
        return await erasing.by_person(message.order_ids, live, writes)

    async def _find(self, approval_id: bytes, live: Live) -> _Request | None:
        rows = await self._people.rows("request", live.property_id, {"request": Uid(approval_id)}, _SQL)
        return _Request(rows[0]) if rows else None

    async def _as_whom(self, request: _Request, live: Live, rounds: Rounds) -> tuple[str, bytes] | None:
        """Return the role in which this person may vote on a request, and for whom: empty for themselves."""
        fact = rounds.room.policy.rules.facts.get(request.fact)
        if fact is None or request.requester_id == live.staff_id:
            return None
        if live.duty in fact.by:
            return live.duty, b""
        deputised = await self._people.rows("deputies_for", live.property_id, {"staff": Uid(live.staff_id)}, _SQL)
        return next(
            ((role, whom) for role, whom in deputised if role in fact.by and whom != request.requester_id), None,
        )


def _deputy_ask(message: AcceptDeputy | EndDeputy, live: Live, does: str, writes: tuple[Any, ...]) -> Ask:
    details = (("deputy", message.deputy_id.hex()), ("does", does))
    return Ask(AskKind.DEPUTY, message.request_id, live.session_id, details=details, writes=writes)
