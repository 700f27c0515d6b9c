"""Who looked at my record: the guest's own list, to read, to question line by line, and to take home.

Rules:
* Reading the list is an entry, and stands in the next one.
* The page always says that the law can keep some look-ups secret for a time; whether it does now is told nowhere.
* A question is bound to an entry that the keeper has just said to be this guest's.
* What is taken home says the same as the page. The proof covers the list from its first entry to the last before
  anything secret; it says up to when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit import forms
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import GuestSeat, fresh_id
from discretion.faces.kit.words import marked as _
from discretion.faces.portal.told import Beside, Told, beside, by_day, is_withheld, looks_in, told
from discretion.office.guest_door import ask_about, known_of
from discretion.office.outcome import ActRefusal
from discretion.office.sheet import write_sheet
from discretion.wire.guests import OWN_ENTRIES_MAX, OwnEntries, OwnEntriesShown

if TYPE_CHECKING:
    from discretion.wire.guests import OwnEntry

YEAR = timedelta(days=365)
_PLACE = re.compile(r"(?:([1-9][0-9]{0,8})-)?(0|[1-9][0-9]{0,17})")
SHOWN_MAX = 60  # lines on a page, so that it stays light on a phone
HEADS = (
    _("Time"), _("What happened"), _("Purpose"), _("Duty"), _("How often"), _("Approved by"), _("Reviewed"),
    _("What the hotel says"), _("Ledger"),
)
READ_MAX = 20  # runs of entries read for one file


class Filter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines: all, looks by staff, or exceptions (emergencies, refusals, reviews); how far back; from where on."""

    show: Literal["all", "looks", "exceptions"] = "all"
    since: Literal["year", "all"] = "year"
    ledger: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    before: Annotated[int, Meta(ge=0, le=2**62)] = 2**62
    said: Annotated[str, Meta(max_length=40)] = ""


class QuestionForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the guest asks."""

    words: Annotated[str, Meta(max_length=500)] = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Entries read for one answer, whether all that there are were found, and where to go on: ledger and index."""

    entries: tuple[OwnEntry, ...]
    found: Beside
    lines: tuple[Told, ...]
    missing: int
    more: tuple[int, int]


@get("/my")
async def who_looked_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show who looked, newest first."""
    asked = forms.filled(forms.fields_of(guest.request.scope["query_string"]), Filter)
    if asked.value is None:
        raise forms.MalformedFormError("filter")
    wanted = asked.value
    read = await _read(guest, wanted.ledger, wanted.before, OWN_ENTRIES_MAX)
    floor = datetime.now(UTC) - YEAR if wanted.since == "year" else None
    lines = [line for line in read.lines if (floor is None or line.at >= floor) and _fits(line, wanted.show)]
    shown = lines[:SHOWN_MAX]
    more = read.more if len(lines) == len(read.lines) else (0, 0)
    if len(lines) > SHOWN_MAX:
        more = (shown[-1].ledger, shown[-1].indexes[-1])
    looks, purposes = looks_in(line for line in read.lines if floor is None or line.at >= floor)
    return guest.page(
        "who_looked.html", here="/my", tab="/my", days=by_day(guest, shown), looks=looks, purposes=purposes,
        wanted=wanted, more=f"ledger={more[0]}&before={more[1]}" if more[1] else "", missing=read.missing,
        in_review=len({line.emergency for line in read.lines if line.verdict == "open" and line.emergency}),
    )


@get("/my/looked/{place:str}/question")
async def question_page(place: FromPath[str], guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Ask what the question is."""
    line = await _own_line(guest, place)
    return guest.page("question.html", here=f"/my/looked/{line.place}/question", tab="/my", line=line, raw={}, error="")


@post("/my/looked/{place:str}/question")
async def ask_question(place: FromPath[str], guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Open a case about one entry."""
    filled = await guest.form(QuestionForm)
    line = await _own_line(guest, place)
    words = filled.value.words if filled.value else ""
    asked = await ask_about(guest.office, guest.property_id, guest.guest_id, (line.ledger, line.index), words)
    if isinstance(asked, ActRefusal):
        return guest.page(
            "question.html", status=422, here=f"/my/looked/{line.place}/question", tab="/my", line=line, raw=filled.raw,
            error=act_sentence(guest.words, asked.code, asked.params),
        )
    return guest.page("question_asked.html", here="/my", tab="/my", number=asked)


@get("/my/looked.csv")
async def looked_file(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Give the whole list as a table."""
    lines = await whole(guest)
    words = guest.words
    heads = [words.gettext(each) for each in HEADS]
    body = write_sheet(heads, [
        [
            guest.formats.local(line.at).isoformat(timespec="minutes"), line.title, line.purpose, line.who,
            str(len(line.indexes)), line.approved_by, verdict_words(guest, line.verdict), line.sentence,
            line.kept,
        ]
        for line in lines
    ])
    return Response(
        body, media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="list.csv"'},
    )


def verdict_words(guest: GuestSeat, verdict: str) -> str:
    """Return what came of a review, in words for guests."""
    words = guest.words
    return {
        "": "", "open": words.gettext("being reviewed"), "justified": words.gettext("reviewed: justified"),
        "too_broad": words.gettext("reviewed: more was seen than needed"),
        "unjustified": words.gettext("reviewed: not justified"),
    }[verdict]


async def whole(guest: GuestSeat) -> list[Told]:
    """Return every line there is, newest first."""
    return list(told(guest, await _every_entry(guest), await _beside(guest)))


async def readable(guest: GuestSeat) -> list[OwnEntry]:
    """Return the entries that a proof may be given of, oldest first: all before the first that is secret for now."""
    entries = await _every_entry(guest)
    found = await _beside(guest)
    proved: list[OwnEntry] = []
    for entry in reversed(entries):
        if is_withheld(entry, guest.formats.unix(entry.at), found):
            break
        proved.append(entry)
    return proved


async def _every_entry(guest: GuestSeat) -> list[OwnEntry]:
    """Return all entries about the guest, newest first; reading them is one entry."""
    ledger, before, is_first = 0, 2**62, True
    entries: list[OwnEntry] = []
    for _run in range(READ_MAX):
        shown = await _ask(guest, ledger, before, OWN_ENTRIES_MAX, is_quiet=not is_first)
        entries += shown.lines
        ledger, before, is_first = shown.next_ledger, shown.next_before, False
        if not before:
            break
    return entries


async def _read(guest: GuestSeat, ledger: int, before: int, count: int) -> Read:
    shown = await _ask(guest, ledger, before, count, is_quiet=before != 2**62)
    found = await _beside(guest)
    return Read(
        tuple(shown.lines), found, told(guest, shown.lines, found), shown.missing,
        (shown.next_ledger, shown.next_before),
    )


async def _ask(guest: GuestSeat, ledger: int, before: int, count: int, *, is_quiet: bool) -> OwnEntriesShown:
    answer = await guest.means.hatches.ask(OwnEntries(
        ticket=guest.ticket, request_id=bytes.fromhex(fresh_id()), ledger=ledger, before=before, count=count,
        is_quiet=is_quiet,
    ))
    if not isinstance(answer, OwnEntriesShown):
        raise TypeError(type(answer).__name__)
    return answer


async def _beside(guest: GuestSeat) -> Beside:
    today = guest.formats.local(datetime.now(UTC)).date()
    return beside(await known_of(guest.office, guest.property_id, guest.guest_id, today))


async def _own_line(guest: GuestSeat, place: str) -> Told:
    """Return the line of one entry of the guest's own. Errors: `MalformedFormError` for any other."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise forms.MalformedFormError("entry")
    shown = await _ask(guest, int(found[1] or 0), int(found[2]) + 1, 1, is_quiet=True)
    lines = told(guest, shown.lines, await _beside(guest))
    if not lines or lines[0].place != place:
        raise forms.MalformedFormError("entry")
    return lines[0]


def _fits(line: Told, show: str) -> bool:
    if show == "looks":
        return line.kind in {"look", "emergency"}
    if show == "exceptions":
        return line.kind in {"emergency", "refused"} or bool(line.verdict or line.approved_by or line.question)
    return True


