"""Entries about a guest, told to the guest: who acted, what was seen, for which purpose, and what came of it.

Rules:
* A sentence says who acts. Staff are told by their duty; names are the privacy officer's to tell.
* Entries that a law keeps secret are not here until the day on which they may be; whose look-up they are is not told.
* What concerns others too is told as another guest's matter, and no more.
* An entry of a ledger that was closed says so: the hotel keeps it as evidence, and it is no less the guest's.
* The same look at the same parts in the same hour by the same duty is one line with a number, so that a list read
  every minute hides nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.words import marked as _
from discretion.hotel.purpose import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from babel.support import Translations

    from discretion.faces.kit.seat import GuestSeat
    from discretion.office.guest_door import Known
    from discretion.wire.guests import OwnEntry

LOOKS: Final = frozenset({"look_up", "list", "preview"})
_SHARED: Final = frozenset({"complaint", "security_incident", "lawful_request"})
_SAME_SECONDS: Final = 3600
_WITHHOLDING: Final = "lawful_request"

PURPOSES: Final = MappingProxyType({
    "check_in": _("to register your stay, as the law and your booking ask for"),
    "check_out": _("for your bill and your departure"),
    "guest_request": _("to do what you asked for"),
    "housekeeping": _("to look after your room"),
    "security_incident": _("to clear up an incident in the house"),
    "complaint": _("to deal with a complaint"),
    "analytics": _("to count how the hotel does; you had agreed"),
    "marketing": _("to write to you about offers; you had agreed"),
    "lawful_request": _("because an authority demanded it by law"),
    "emergency": _("to protect you or others in an emergency"),
    "dsr": _("to answer what you asked about your data"),
    "audit": _("to check that the rules are kept"),
})  # fmt: skip
"""Why, in words for guests: what follows "Purpose:"."""

_ACTS: Final = MappingProxyType({
    "inscribe": _("%(who)s entered or changed: %(what)s"),
    "emergency_begin": _("%(who)s began an emergency viewing"),
    "emergency_end": _("The emergency viewing ended"),
    "emergency_note": _("%(who)s added what happened in the emergency"),
    "request_open": _("%(who)s asked for permission to see: %(what)s"),
    "request_end": _("A request for permission to see your record ended"),
    "vote": _("%(who)s decided on a request to see your record"),
    "step_up": _("%(who)s confirmed with a passkey that they want to look"),
    "explain": _("The entries about you were listed to answer you"),
    "duplicates": _("%(who)s looked whether another record of the hotel is yours too"),
    "merge": _("%(who)s worked on joining two records that are both yours"),
    "unmerge": _("%(who)s parted two records that had been joined, or kept them apart"),
})  # fmt: skip
_OWN: Final = MappingProxyType({
    "guest_code": _("A code to come in was asked for"),
    "guest_code_wrong": _("A wrong code was tried"),
    "guest_passkey": _("You made a passkey for these pages"),
    "guest_post": _("A message was sent to your contact"),
    "guest_read": _("You looked at this list"),
    "guest_sign_in": _("You came in to these pages"),
    "guest_sign_out": _("You left these pages"),
    "guest_view": _("You looked at your own details"),
})  # fmt: skip
_OTHER: Final = _("Your record was worked on")
_YOU, _SYSTEM = _("You"), _("The system")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the list.

    Shapes: `kind` is `look`, `refused`, `emergency`, `work`, `own` or `untold`; `index` and `indexes` are the newest
    and all of the entries it stands for, in the ledger in use or the closed one numbered `ledger`, of which `kept`
    tells; `verdict` is a review's, or "open" while it waits; `question` a case's number.
    """

    index: int
    indexes: tuple[int, ...]
    at: datetime
    kind: str
    title: str
    purpose: str
    who: str
    ledger: int = 0
    kept: str = ""
    verdict: str = ""
    sentence: str = ""
    approved_by: str = ""
    question: str = ""
    is_question_open: bool = False
    answer: str = ""
    emergency: bytes = b""
    key: tuple[object, ...] = ()

    @property
    def place(self) -> str:
        """Where its newest entry stands, as an address says it: the index, behind a closed ledger's number."""
        return f"{self.ledger}-{self.index}" if self.ledger else str(self.index)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the ledger, found by what it belongs to."""

    reviews: dict[tuple[int, int], Known]
    emergencies: dict[bytes, Known]
    approvals: dict[bytes, Known]
    shared: frozenset[bytes]
    secret_since: datetime | None
    questions: dict[tuple[int, int], Known]
    closed: dict[int, Known]


def beside(known: Iterable[Known]) -> Beside:
    """Return what is known, by entry and by row."""
    of: dict[str, list[Known]] = defaultdict(list)
    for each in known:
        of[each.what].append(each)
    # Entries have whole seconds: one of the same second comes after.
    secret = [each.at.replace(microsecond=0) for each in of["withheld"] if each.at is not None]
    return Beside(
        {(each.ledger, each.entry_idx): each for each in of["review"] if each.entry_idx is not None},
        {each.ref: each for each in of["review"] if each.entry_idx is None and each.ref is not None},
        {each.ref: each for each in of["approval"] if each.ref is not None},
        frozenset(each.ref for each in of["shared_case"] if each.ref is not None),
        min(secret, default=None),
        {(each.ledger, each.entry_idx): each for each in of["question"] if each.entry_idx is not None},
        {each.ledger: each for each in of["closed"]},
    )


def told(guest: GuestSeat, entries: Sequence[OwnEntry], found: Beside) -> tuple[Told, ...]:
    """Return the lines for these entries, newest first; what is secret until later is not among them."""
    lines: list[Told] = []
    latest: dict[tuple[object, ...], int] = {}
    for entry in entries:
        line = _line(guest, entry, found)
        if line is None:
            continue
        at = latest.get(line.key) if line.key else None
        if at is not None and (lines[at].at - line.at).total_seconds() < _SAME_SECONDS:
            lines[at] = replace(lines[at], indexes=(*lines[at].indexes, line.index))
            continue
        if line.key:
            latest[line.key] = len(lines)
        lines.append(line)
    return tuple(lines)


def is_withheld(entry: OwnEntry, at: datetime, found: Beside) -> bool:
    """Whether the law keeps this entry secret for now."""
    return entry.purpose == _WITHHOLDING and found.secret_since is not None and at >= found.secret_since


def _line(guest: GuestSeat, entry: OwnEntry, found: Beside) -> Told | None:
    words, at = guest.words, guest.formats.unix(entry.at)
    kept = _kept(guest, entry, found)
    if not entry.is_told:
        return Told(entry.index, (entry.index,), at, "untold", words.gettext(
            "An entry about you whose content is no longer kept"), "", "", entry.ledger, kept)
    if is_withheld(entry, at, found):
        return None
    who = noun(words, "role", entry.duty) if entry.duty else words.gettext(_YOU if entry.kind in _OWN else _SYSTEM)
    kind, title = _title(words, entry, who)
    place = (entry.ledger, entry.index)
    review = found.emergencies.get(entry.emergency) if entry.emergency else found.reviews.get(place)
    approvals = [found.approvals[use] for use in entry.uses if use in found.approvals]
    question = found.questions.get(place)
    line = Told(
        entry.index, (entry.index,), at, kind, title, _purpose(words, entry, found), who, entry.ledger, kept,
        verdict=_verdict(review), sentence=_sentence(guest, review),
        approved_by=" · ".join(noun(words, "role", role) for each in approvals for role in each.roles),
        question=question.code if question else "", is_question_open=bool(question and question.state == "open"),
        answer=question.zh if question else "", emergency=entry.emergency,
    )
    is_plain = not (review or approvals or question) and kind in {"look", "own", "refused"}
    return replace(line, key=(entry.ledger, kind, title, line.purpose, who) if is_plain else ())


def _kept(guest: GuestSeat, entry: OwnEntry, found: Beside) -> str:
    closed = found.closed.get(entry.ledger)
    if closed is None or closed.at is None:
        return ""
    return guest.words.gettext("From the ledger that was closed on %(day)s; the hotel keeps it as evidence") % {
        "day": guest.formats.date(guest.formats.local(closed.at).date()),
    }


def _title(words: Translations, entry: OwnEntry, who: str) -> tuple[str, str]:
    if entry.kind in _OWN:
        return "own", words.gettext(_OWN[entry.kind])
    if entry.kind in LOOKS:
        return _look(words, entry, who)
    acted = _ACTS.get(entry.kind, _OTHER)
    what = group_words(words, entry.given[0] | entry.given[1]) or words.gettext("parts of your record")
    kind = "emergency" if entry.kind.startswith("emergency") else "work"
    return kind, words.gettext(acted) % {"who": who, "what": what}


def _look(words: Translations, entry: OwnEntry, who: str) -> tuple[str, str]:
    clear, masked = entry.given
    if entry.decision != "allowed":
        return "refused", words.gettext("%(who)s wanted to look at your record and was refused") % {"who": who}
    kind = "emergency" if entry.purpose == "emergency" else "look"
    if clear and masked:
        sentence = words.gettext("%(who)s saw in full: %(clear)s; partly covered: %(masked)s")
    elif clear:
        sentence = words.gettext("%(who)s saw in full: %(clear)s")
    else:
        sentence = words.gettext("%(who)s saw, partly covered: %(masked)s")
    return kind, sentence % {
        "who": who, "clear": group_words(words, clear), "masked": group_words(words, masked),
    }


def _purpose(words: Translations, entry: OwnEntry, found: Beside) -> str:
    if not entry.purpose:
        return ""
    if entry.purpose in _SHARED and any(ref in found.shared for _, ref in entry.claims):
        return words.gettext("a matter that concerns another guest too")
    return words.gettext(PURPOSES.get(entry.purpose, "")) if entry.purpose in PURPOSES else entry.purpose


def _verdict(review: Known | None) -> str:
    if review is None:
        return ""
    return review.code if review.state == "closed" else "open"


def _sentence(guest: GuestSeat, review: Known | None) -> str:
    if review is None:
        return ""
    return review.zh if guest.language == "zh_Hans" else review.en


def looks_in(lines: Iterable[Told]) -> tuple[int, int]:
    """Return how many looks by staff, and for how many purposes, these lines stand for."""
    looks = [line for line in lines if line.kind in {"look", "emergency"}]
    return sum(len(line.indexes) for line in looks), len({line.purpose for line in looks if line.purpose})


def by_day(guest: GuestSeat, lines: Iterable[Told]) -> list[tuple[date, list[Told]]]:
    """Return the lines under their days at the hotel, newest first."""
    days: dict[date, list[Told]] = {}
    for line in lines:
        days.setdefault(guest.formats.local(line.at).date(), []).append(line)
    return list(days.items())


ALL_GROUPS: Final = sum(group.bit for group in FieldGroup)
