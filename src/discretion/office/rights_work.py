"""What is done about a request for rights: lines decided, a second person where it takes one, carried out, answered.

Rules:
* Nothing is carried out before every line has its disposition and its reason. Deleting the whole record, or more than
  ten things, takes the yes of somebody else, who looks at exactly what is then done.
* A line is done when the database finds that it was: an order of erasure carried out, a mark in force, an entry of the
  ledger about this guest. The answer is made of lines that are done, so it cannot promise what was not.
* What must be kept is stored and no more: its line says until when, and by which law.

Left to others: erasing (orders, which the keeper carries out), opening and writing records (the keeper), words.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from discretion.hotel.purpose import FieldGroup
from discretion.office import erasures
from discretion.office.free_words import fault_of, one_line
from discretion.office.guest_posts import tell
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.rights import SECONDS, SQL, WORKERS, RightsCase, RightsDone, acted, noted, step, whole
from discretion.office.rights_kinds import KINDS, REASONS, WHOLE
from discretion.office.rights_map import held

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty
    from discretion.office.retention import Kept
    from discretion.office.rights import Concerned, RightsLine, RightsRequest

_LINKS: Final = "links"
_OF_KEYS: Final = frozenset({"delete", "object", "restrict"})  # rights that keys and backups have to do with
RECORDED: Final = frozenset({"copy", "correct"})
WORDS_CHARACTERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about one line, and why."""

    position: int
    disposition: str
    reason: str
    until_on: date | None = None
    basis_zh: str = ""
    basis_en: str = ""


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What an answer is made of: the request, its lines as done, words of the person who answers, and who was told."""

    request: RightsRequest
    lines: tuple[RightsLine, ...]
    words: str
    told: tuple[Concerned, ...] = ()


async def take_up(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """Begin the work: find what is held of the guest, a line each. A case that nobody answers for is one's own then.

    Refusals: `not_yours`, `not_found`, `rights_state` while it is not known who asks.
    """

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state != "checked":
            raise RefusedError("rights_state")
        await step(now, who.property_id, request.case_id, "take_up")
        place = {"property_id": who.property_id, "case_id": request.case_id}
        await now.run(SQL["own_case"], {**place, "staff_id": who.staff_id})
        found = [
            each for each in await held(now, who.property_id, request.guest_id, request.groups)
            if request.kind in _OF_KEYS or each.what not in ("key", "backup")
        ]
        await now.run(SQL["add_lines"], {
            **place, "positions": list(range(len(found))), "whats": [each.what for each in found],
            "groups": [each.groups for each in found], "counts": [each.counted for each in found],
        })
        await noted(now, who.property_id, request.case_id, "taken_up", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


def suggestions(case: RightsCase, kept: Sequence[Kept]) -> tuple[Decision, ...]:
    """Return what follows from the right asked for, and from what must be kept, for every line."""
    kind, why = case.request.kind, case.request.why
    first = KINDS[kind][0]
    until = {WHOLE if each.group == _LINKS else FieldGroup[each.group.upper()].bit: each for each in kept}
    is_whole = first == "delete" and not until
    made = []
    for line in case.lines:
        bound = until.get(line.groups) if kind in ("delete", "object") else None
        if bound is not None:
            disposition = "stop" if bound.until else "keep"
            reason = "legal_duty" if bound.until else "hold"
            made.append(Decision(line.position, disposition, reason, bound.until, bound.law_zh, bound.law_en))
        elif first == "delete" and line.groups == WHOLE and not is_whole:
            made.append(Decision(line.position, "stop", "legal_duty"))
        else:
            reason = why if why in REASONS[first] else REASONS[first][0]
            made.append(Decision(line.position, first, reason))
    return tuple(made)


async def decide(
    office: Office, who: OnDuty, number: str, act_id: bytes, decisions: Sequence[Decision],
) -> RightsDone | ActRefusal:
    """Decide some lines.

    Refusals: `not_yours`, `not_found`, `rights_state`, `rights_proposed` while a second person looks at them,
    `rights_disposition`, `rights_reason`, `rights_until`, `rights_whole` where something goes only with the whole
    record and the rest does not go.
    """

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state != "in_work":
            raise RefusedError("rights_state")
        if request.proposed_at is not None and request.carried_at is None:
            raise RefusedError("rights_proposed")
        if wrong := _wrong(case, decisions):
            raise RefusedError(wrong)
        changed = await now.run(SQL["decide"], {
            "property_id": who.property_id, "case_id": request.case_id,
            "positions": [each.position for each in decisions],
            "dispositions": [each.disposition for each in decisions],
            "reasons": [each.reason for each in decisions], "untils": [each.until_on for each in decisions],
            "zh": [each.basis_zh for each in decisions], "en": [each.basis_en for each in decisions],
        })
        if changed:
            await noted(now, who.property_id, request.case_id, "decided", who.staff_id, act_id, str(changed))

    return await acted(office, who, WORKERS, number, act_id, do)


async def propose(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """Lay what is decided before a second person. Refusals: `not_yours`, `rights_undecided`, `rights_state`."""

    async def do(now: Statements, case: RightsCase) -> None:
        if case.request.state != "in_work" or case.request.proposed_at or case.request.carried_at:
            raise RefusedError("rights_state")
        if not case.is_decided:
            raise RefusedError("rights_undecided")
        params = {"property_id": who.property_id, "case_id": case.request.case_id, "staff_id": who.staff_id}
        await now.run(SQL["propose"], params)
        await noted(now, who.property_id, case.request.case_id, "proposed", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


async def second(
    office: Office, who: OnDuty, number: str, act_id: bytes, *, is_yes: bool, words: str = "",
) -> RightsDone | ActRefusal:
    """Say yes as the second person, or send it back with what is missing.

    Refusals: `not_yours`, `rights_own` for one's own proposal, `rights_state`, `words`, `words_number`.
    """
    if wrong := fault_of(words, at_least=0 if is_yes else 3):
        return ActRefusal(wrong)

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.proposed_at is None or request.seconded_at or request.carried_at:
            raise RefusedError("rights_state")
        if request.proposed_by == who.staff_id:
            raise RefusedError("rights_own")
        params = {"property_id": who.property_id, "case_id": request.case_id, "staff_id": who.staff_id}
        await now.run(SQL["second" if is_yes else "send_back"], params)
        act = "seconded" if is_yes else "sent_back"
        await noted(now, who.property_id, request.case_id, act, who.staff_id, act_id, one_line(words))

    return await acted(office, who, SECONDS, number, act_id, do)


async def send_for_change(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """Take one's own proposal back, to decide lines anew. Refusals: `not_yours`, `rights_state`."""

    async def do(now: Statements, case: RightsCase) -> None:
        if case.request.proposed_at is None or case.request.carried_at:
            raise RefusedError("rights_state")
        await now.run(SQL["send_back"], {"property_id": who.property_id, "case_id": case.request.case_id})
        await noted(now, who.property_id, case.request.case_id, "sent_back", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


async def carry_out(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """Have done what is decided: an order of erasure for what goes, the mark for what is only stored.

    Copies and corrections are done one by one after this, each under its entry.
    Refusals: `not_yours`, `rights_undecided`, `rights_second` where a second person's yes is missing, `rights_state`,
    and what stops an erasure: `erasure_held`, `erasure_open_stay`, `erasure_unknown`, `erasure_ordered`.
    """

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state != "in_work" or request.carried_at is not None:
            raise RefusedError("rights_state")
        if not case.is_decided:
            raise RefusedError("rights_undecided")
        if case.needs_second and request.seconded_at is None:
            raise RefusedError("rights_second")
        groups = 0
        for line in case.lines:
            groups |= line.groups if line.disposition == "delete" else 0
        stops = any(line.disposition == "stop" for line in case.lines)
        place = {"property_id": who.property_id, "case_id": request.case_id, "guest_id": request.guest_id}
        mark_id = secrets.token_bytes(16) if stops else None
        order_id = secrets.token_bytes(16) if groups else None
        if mark_id is not None:
            await now.run(SQL["restriction"], {**place, "mark_id": mark_id, "staff_id": who.staff_id})
        if order_id is not None:
            ordered = await erasures.order(now, who.property_id, erasures.NewErasure(
                order_id, request.guest_id, groups, request.case_id, who.staff_id, request.seconded_by,
            ))
            if isinstance(ordered, ActRefusal):
                raise RefusedError(f"erasure_{ordered.code}")
        await now.run(SQL["carry_out"], {
            **place, "staff_id": who.staff_id, "order_id": order_id, "mark_id": mark_id,
        })
        if stops:
            await now.run(SQL["settle"], {**place, "disposition": "stop", "entry": None})
        await noted(now, who.property_id, request.case_id, "carried_out", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


async def settle(office: Office, property_id: bytes, number: str) -> int:
    """Take up that an erasure was carried out; return how many lines are done by it now."""
    async with office.changing() as now:
        case = await whole(now, property_id, number)
        if case is None or case.request.state != "in_work":
            return 0
        if not await erasures.is_done(now, property_id, case.request.order_id):
            return 0
        place = {"property_id": property_id, "case_id": case.request.case_id}
        return await now.run(SQL["settle"], {**place, "disposition": "delete", "entry": None})


async def recorded(
    office: Office, who: OnDuty, number: str, act_id: bytes, disposition: str, entry: int, *,
    position: int | None = None, detail: str = "",
) -> RightsDone | ActRefusal:
    """Say under which entry a copy was made, or a correction written. The database looks whether it is about the guest.

    Refusals: `not_yours`, `not_found`, `rights_state`, `words`, `words_number`.
    """
    if disposition not in RECORDED or (detail and (wrong := fault_of(detail))):
        return ActRefusal(wrong if disposition in RECORDED else "rights_disposition")

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state != "in_work" or request.carried_at is None:
            raise RefusedError("rights_state")
        params = {
            "property_id": who.property_id, "case_id": request.case_id, "entry": entry, "disposition": disposition,
            "position": position,
        }
        await now.run(SQL["settle" if position is None else "settle_one"], params)
        act = "copied" if disposition == "copy" else "corrected"
        await noted(now, who.property_id, request.case_id, act, who.staff_id, act_id, one_line(detail))

    return await acted(office, who, WORKERS, number, act_id, do)


async def handed_over(
    office: Office, who: OnDuty, number: str, act_id: bytes, digest: str,
) -> RightsDone | ActRefusal:
    """Say that the file with this SHA-256 was given to the receiver that the request names.

    Refusals: `not_yours`, `not_found`, `rights_state` before a copy was made, `rights_digest`.
    """
    is_digest = len(digest) == 64 and set(digest) <= set("0123456789abcdef")  # noqa: PLR2004 - SHA-256 in hex
    if not is_digest:
        return ActRefusal("rights_digest")

    async def do(now: Statements, case: RightsCase) -> None:
        if case.request.kind != "transfer" or not any(act.act == "copied" for act in case.acts):
            raise RefusedError("rights_state")
        await noted(now, who.property_id, case.request.case_id, "handed_over", who.staff_id, act_id, digest)

    return await acted(office, who, WORKERS, number, act_id, do)


async def answer(
    office: Office, who: OnDuty, number: str, act_id: bytes, words: str,
    compose: Callable[[LetterFacts], tuple[str, str]],
) -> RightsDone | ActRefusal:
    """Keep the answer in both languages, made by `compose` from what was done, and give it.

    Refusals: `not_yours`, `not_found`, `rights_state`, `rights_undone` while anything decided is not done,
    `rights_untold` while somebody who holds it too was not told, `words` also for an explanation without any,
    `words_number`.
    """
    if words and (wrong := fault_of(words, at_most=WORDS_CHARACTERS_MAX)):
        return ActRefusal(wrong)

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state != "in_work":
            raise RefusedError("rights_state")
        if request.kind == "explain" and not words:
            raise RefusedError("words")
        if request.carried_at is None or not case.is_done:
            raise RefusedError("rights_undone")
        if case.untold:
            raise RefusedError("rights_untold")
        facts = LetterFacts(request, case.lines, one_line(words), case.told)
        text_zh, text_en = compose(facts)
        place = {"property_id": who.property_id, "case_id": request.case_id, "staff_id": who.staff_id}
        await now.run(SQL["letter"], {
            **place, "letter_id": secrets.token_bytes(16), "text_zh": text_zh, "text_en": text_en,
            "facts": msgspec.json.encode([
                {"what": line.what, "counted": line.counted, "disposition": line.disposition, "reason": line.reason,
                 "until": line.until_on, "entry": line.done_entry}
                for line in case.lines
            ] + [{"told": one.name, "on": one.told_on, "confirmed": one.confirmed_on} for one in case.told]).decode(),
        })
        await now.run(SQL["answered"], place)
        await tell(now, who.property_id, request.guest_id, "answer")
        await noted(now, who.property_id, request.case_id, "answered", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


async def lift(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """End “storage only” because what it was for is over. Refusals: `not_yours`, `not_found`, `rights_state`."""

    async def do(now: Statements, case: RightsCase) -> None:
        if case.request.mark_id is None or any(act.act == "lifted" for act in case.acts):
            raise RefusedError("rights_state")
        await now.run(SQL["lift"], {"property_id": who.property_id, "mark_id": case.request.mark_id})
        await noted(now, who.property_id, case.request.case_id, "lifted", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


async def close(office: Office, who: OnDuty, number: str, act_id: bytes) -> RightsDone | ActRefusal:
    """Close an answered or withdrawn request, and its case. Refusals: `not_yours`, `not_found`, `rights_state`."""

    async def do(now: Statements, case: RightsCase) -> None:
        request = case.request
        if request.state not in ("answered", "withdrawn") or request.is_case_closed:
            raise RefusedError("rights_state")
        place = {
            "property_id": who.property_id, "case_id": request.case_id, "staff_id": who.staff_id,
            "outcome": request.state,
        }
        if request.state == "answered":
            await now.run(SQL["closed"], place)
        await now.run(SQL["close_case"], place)
        await now.run(SQL["note_closed"], place)
        await noted(now, who.property_id, request.case_id, "closed", who.staff_id, act_id)

    return await acted(office, who, WORKERS, number, act_id, do)


def _wrong(case: RightsCase, decisions: Sequence[Decision]) -> str:
    """Return the code of what is wrong with some decisions, "" when nothing is."""
    known = {line.position: line for line in case.lines}
    allowed = KINDS[case.request.kind]
    for each in decisions:
        if each.position not in known or each.disposition not in allowed:
            return "rights_disposition"
        if each.reason not in REASONS[each.disposition]:
            return "rights_reason"
        is_bound = each.disposition == "keep" and each.reason not in ("hold", "right_as_it_is")
        if (is_bound and each.until_on is None) or (each.until_on and each.disposition not in ("keep", "stop")):
            return "rights_until"
    after = {line.position: (line.groups, line.disposition) for line in case.lines}
    after.update({each.position: (known[each.position].groups, each.disposition) for each in decisions})
    goes = {groups for groups, disposition in after.values() if disposition == "delete"}
    stays = {groups for groups, disposition in after.values() if disposition not in ("delete", "")}
    return "rights_whole" if WHOLE in goes and any(groups != WHOLE for groups in stays) else ""
