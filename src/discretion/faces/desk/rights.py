"""Requests for rights: the list with its clocks, taking one in, and the page on which one is worked (W8).

Rules:
* The page is pseudonymous: what is held stands as kinds and counts. What it says is a look-up, on a page of its own.
* A button works once what it needs is there; until then the page says what is missing.
* Who only takes requests in sees their state and no data map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.requests import SomeId
from discretion.faces.kit.address import Hex, id_in
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.field_groups import GroupWord, mask_of
from discretion.faces.kit.files import file_of
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.rights_letter import composed, what_is, what_to_do
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.faces.kit.words import marked
from discretion.office import erasures, processors, retention, rights, rights_intake, rights_told, rights_work
from discretion.office.free_words import one_line
from discretion.office.outcome import ActRefusal
from discretion.office.rights import asked_of
from discretion.office.rights_intake import NewRequest
from discretion.office.rights_kinds import (
    CHANNELS,
    IDENTITY,
    KINDS,
    NEEDS_GROUPS,
    REASONS,
    WAYS_TO_TELL,
    WHOLE,
    WHYS,
)
from discretion.office.sheet import write_sheet
from discretion.wire.exceptions import subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.processors import Processor
    from discretion.office.rights import Concerned, RightsCase, RightsDone, RightsLine

Kind = Literal["access", "correct", "delete", "explain", "object", "restrict", "transfer"]
AskedBy = Literal["guest", "guardian", "relative"]
_FIELD_OF: Final = {
    "reservation_unknown": "reservation", "rights_groups": "groups", "rights_kind": "kind", "rights_open": "kind",
    "rights_relative": "asked_by", "receiver": "receiver", "rights_why": "why", "channel": "channel",
}  # fmt: skip
_COLUMNS: Final = (
    marked("What is held"), marked("How many"), marked("What is done"), marked("Why"), marked("Until"), marked("Law"),
    marked("Done"),
)


class RightsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as somebody of the staff takes it in."""

    case_id: Hex
    kind: Kind
    asked_by: AskedBy
    channel: Literal["desk", "phone", "letter", "mail"]
    letter: Literal["zh_Hans", "en"]
    reservation: Annotated[str, Meta(max_length=40)] = ""
    guest: SomeId = ""
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()
    why: Annotated[str, Meta(max_length=40)] = ""
    receiver: Annotated[str, Meta(max_length=120)] = ""


@get("/rights")
async def rights_page(
    seat: NamedDependency[Seat], list: FromQuery[Literal["open", "waiting", "ended"]] = "open",  # noqa: A002 - as in the address
) -> Response[bytes]:
    """Show the requests, what is due first."""
    seat.require(Permission.RIGHTS_JUDGE)
    who = on_duty(seat)
    found = await rights.requests(seat.office, who, list)
    unsorted = await rights.unsorted_cases(seat.office, who) if list == "open" else ()
    return seat.page("rights.html", list=list, found=found, unsorted=unsorted, here="/rights")


@get("/rights/new")
async def new_rights_page(
    seat: NamedDependency[Seat], guest: FromQuery[str] = "", case: FromQuery[str] = "",
) -> Response[bytes]:
    """Show the form for a request that reached the house; `case` is one that lacks what it is about."""
    if guest:
        id_in(guest)
    return _form(seat, guest, case, {}, {})


@post("/rights/new")
async def take_in(seat: NamedDependency[Seat], case: FromQuery[str] = "") -> Response[bytes]:
    """Take a request in, or say of a case which right it is about."""
    seat.require(Permission.RIGHTS_TAKE)
    form = await seat.form(RightsForm)
    if (new := form.value) is None:
        errors = field_errors(seat.words, form.errors)
        return _form(seat, "", case, form.raw, errors, status=422)
    groups = mask_of(new.groups) if new.kind in NEEDS_GROUPS else WHOLE
    request = NewRequest(
        case_id=bytes.fromhex(new.case_id), kind=new.kind, groups=groups or WHOLE, why=new.why, asked_by=new.asked_by,
        channel=new.channel, language=new.letter, receiver=new.receiver,
        guest_id=bytes.fromhex(new.guest) or None, reservation_number=new.reservation,
    )
    if case:
        outcome = await rights_intake.sort(seat.office, on_duty(seat), case, request)
    else:
        outcome = await rights_intake.take_in(seat.office, on_duty(seat), request)
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return _form(seat, new.guest, case, form.raw, {_FIELD_OF.get(outcome.code, "kind"): sentence}, status=409)
    return seat.onward(f"/rights/{outcome.number}?said=rights_received")


@get("/rights/{number:str}")
async def request_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show one request; a case that lacks what it is about is asked for that first."""
    if seat.may(Permission.RIGHTS_TAKE):
        waiting = await rights.unsorted_cases(seat.office, on_duty(seat))
        if found := next((case.number for case in waiting if case.number == number), None):
            return seat.onward(f"/rights/new?case={found}")
    return await page_of(seat, number, {}, {})


@get("/rights/{number:str}/lines.csv")
async def lines_file(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Give what is held and what is decided about it as a table, to lay before whoever has no seat here."""
    seat.require(Permission.RIGHTS_JUDGE)
    found = await case_for(seat, number)
    words = seat.words
    header = [words.gettext(text) for text in _COLUMNS]
    rows = [
        (
            what_is(words, line.what), str(line.counted),
            noun(words, "disposition", line.disposition) if line.disposition else "",
            noun(words, "rights_reason", line.reason) if line.reason else "",
            line.until_on.isoformat() if line.until_on else "",
            line.basis_zh if seat.language == "zh_Hans" else line.basis_en,
            seat.formats.moment(line.done_at) if line.done_at else "",
        )
        for line in found.lines
    ]
    return file_of(write_sheet(header, rows), "csv", found.request.number)


async def case_for(seat: Seat, number: str) -> RightsCase:
    """Return the request that this person may see. Errors: `NotPermittedError`, `NotFoundException`."""
    if not (seat.may(Permission.RIGHTS_JUDGE) or seat.may(Permission.RIGHTS_TAKE)):
        raise NotPermittedError
    found = await rights.request_by_number(seat.office, seat.property_id, number)
    if found is None:
        raise NotFoundException
    return found


async def page_of(
    seat: Seat, number: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    """Return a request's page, with what is wrong in one of its forms."""
    found = await case_for(seat, number)
    request = found.request
    sees_lines = seat.may(Permission.RIGHTS_JUDGE)
    works = seat.may(Permission.RIGHTS_WORK)
    kept = await _kept(seat, found) if works and request.state == "in_work" and not request.carried_at else ()
    order = (
        await erasures.by_id(seat.office, seat.property_id, request.order_id) if request.order_id else None
    )
    to_tell = await _to_tell(seat, found) if sees_lines and request.state == "in_work" else ()
    counts = {
        name: sum(line.counted for line in found.lines if line.disposition == name)
        for name in ("delete", "stop", "keep", "copy")
    }
    return seat.page(
        "rights_request.html", status=status, found=found, request=request, raw=raw, errors=errors, order=order,
        works=works, takes=seat.may(Permission.RIGHTS_TAKE), sees_lines=sees_lines,
        may_second=sees_lines and request.proposed_by != seat.person.staff_id, counts=counts,
        suggested={each.position: each for each in rights_work.suggestions(found, kept)} if works else {},
        erased_by=subject_of([request.order_id]).hex() if request.order_id else "",
        identities=IDENTITY[request.asked_by], choices=_choices(seat, request.kind), here=f"/rights/{request.number}",
        what_is=lambda what: what_is(seat.words, what), is_gone=bool(order and order.done_at),
        drafts=_drafts(seat, found, str(raw.get("words", ""))) if works and found.is_done else (),
        ways=WAYS_TO_TELL, to_tell=to_tell,
        what_to_do=lambda groups: what_to_do(seat.words, asked_of(found.lines, groups)),
        others_of=lambda line: _others_of(seat, found, to_tell, line), told_badge=_told_badge(seat, found.concerned),
        today=seat.formats.local(request.now_at).date().isoformat(),
    )


async def after(seat: Seat, number: str, outcome: RightsDone | ActRefusal, said: str, field: str) -> Response[bytes]:
    """Go on to the request's page, or show there why nothing was done."""
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await page_of(seat, number, {}, {field: sentence}, status=409)
    return seat.onward(f"/rights/{outcome.number}?said={said}")


async def _to_tell(seat: Seat, found: RightsCase) -> tuple[Processor, ...]:
    """Return who will have to be told, while nothing is carried out yet."""
    if found.request.carried_at is not None:
        return ()
    return rights_told.to_be_concerned(found, await processors.active(seat.office, seat.property_id))


def _others_of(
    seat: Seat, found: RightsCase, to_tell: tuple[Processor, ...], line: RightsLine,
) -> tuple[str, str, str] | None:
    """Return the badge of one line that says how it stands with others who hold the same; None where nobody does."""
    of_line = [each for each in found.concerned if asked_of([line], each.groups)]
    if of_line:
        return _told_badge(seat, of_line)
    count = sum(bool(asked_of([line], each.groups)) for each in to_tell)
    if not count:
        return None
    return seat.words.ngettext("tell %(num)d company", "tell %(num)d companies", count) % {"num": count}, "info", "mail"


def _told_badge(seat: Seat, concerned: Sequence[Concerned]) -> tuple[str, str, str] | None:
    """Return how many are to be told yet, or have not confirmed, of how many."""
    counts = {
        "all": len(concerned), "untold": sum(each.told_on is None for each in concerned),
        "open": sum(each.confirmed_on is None for each in concerned),
    }
    if not concerned:
        return None
    if counts["untold"]:
        return seat.words.gettext("to be told %(untold)s/%(all)s") % counts, "warn", "circle-alert"
    if counts["open"]:
        return seat.words.gettext("awaiting confirmation %(open)s/%(all)s") % counts, "info", "clock"
    return seat.words.gettext("all confirmed"), "ok", "check"


async def _kept(seat: Seat, found: RightsCase) -> tuple[retention.Kept, ...]:
    async with seat.office.reading() as now:
        return await retention.kept(now, seat.property_id, found.request.guest_id)


def _drafts(seat: Seat, found: RightsCase, words: str) -> tuple[tuple[str, str], ...]:
    """Return the answer as it would be given now, in each language."""
    if found.letters or found.request.carried_at is None:
        return ()
    zh, en = composed(rights_work.LetterFacts(found.request, found.lines, one_line(words), found.told), seat.property)
    return (("zh-Hans-CN", zh), ("en", en))


def _choices(seat: Seat, kind: str) -> list[tuple[str, str]]:
    """Return what may be done about a line and why, as one choice each: the code is `disposition.reason`."""
    return [
        (
            f"{disposition}.{reason}",
            " · ".join((noun(seat.words, "disposition", disposition), noun(seat.words, "rights_reason", reason))),
        )
        for disposition in KINDS[kind] for reason in REASONS[disposition]
    ]  # fmt: skip


def _form(
    seat: Seat, guest: str, case: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.RIGHTS_TAKE)
    return seat.page(
        "rights_form.html", status=status, guest=guest, case=case, raw=raw, errors=errors, kinds=list(KINDS),
        channels=CHANNELS, askers=list(IDENTITY), whys=WHYS, here="/rights/new",
    )


