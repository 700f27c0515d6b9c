"""The explainer: what in the hotel's own work explains a look-up. Arithmetic over facts, without database or clock.

Rules:
* A concrete thing explains first: an emergency, an approval, a case, a service request, an act on the stay. It has to
  name this guest, be this person's, and have stood at that time.
* The relation of the guest to the house explains only plain work: a duty that has such work, on shift, for a purpose
  that goes with it. It explains no look at somebody who stands out, no fourth visit to one guest within a day, and not
  the look of somebody who goes through the house.
* No explanation is no accusation: somebody else looks at it, with what stood around it.

Left to others: where look-ups and facts come from (`reviewing`), what comes to reviewers besides (`reviewing`).
Source: policy.md, section 10; docs/review.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from discretion.hotel.purpose import Purpose, Relation, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACT_NEAR: Final = timedelta(minutes=30)
AFTER_CLOSING: Final = timedelta(minutes=15)
DEPARTED_DAYS_MAX: Final = 3
VISIT: Final = timedelta(minutes=10)
VISITS_MAX: Final = 3
GUESTS_IN_AN_HOUR_MAX: Final = 25
REMEMBERED: Final = timedelta(hours=24)
LIST_KIND: Final = "list"


class Reason(StrEnum):
    """What explains a look-up. The word stands in the review and in the counts of a day."""

    EMERGENCY = "emergency"
    APPROVAL = "approval"
    CASE = "case"
    REQUEST = "request"
    ACT = "act"
    LIST = "list"
    ARRIVAL = "arrival"
    IN_HOUSE = "in_house"
    DEPARTURE = "departure"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class LookUp:
    """One look-up, as its entry says it; `at` in UTC, `clear` and `masked` what was given."""

    index: int
    at: datetime
    staff_id: bytes
    duty: str
    guest_id: bytes
    kind: str
    purpose: str
    relation: str
    clear: int = 0
    masked: int = 0
    context: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a guest, as far as a look-up may rest on it."""

    stay_id: bytes
    state: str
    arrival: date
    departure: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Something of a person about a guest, from one moment on, until another or still."""

    subject_id: bytes
    from_at: datetime
    until_at: datetime | None = None
    purpose: str = ""
    groups: int = 255

    def covers(self, at: datetime, grace: timedelta = timedelta()) -> bool:
        """Return whether it stood at that moment, or ended at most `grace` before."""
        return self.from_at <= at and (self.until_at is None or at <= self.until_at + grace)


Pair = tuple[bytes, bytes]  # staff id, guest id


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stood around some look-ups: by guest, by person, or by both."""

    zone: tzinfo
    stays: Mapping[bytes, Sequence[Stay]] = field(default_factory=dict)
    standing_out: frozenset[bytes] = frozenset()  # guests with a mark: VIP, incognito, sealed
    shifts: Mapping[tuple[bytes, str], Sequence[Span]] = field(default_factory=dict)  # by staff id and duty
    emergencies: Mapping[Pair, Sequence[Span]] = field(default_factory=dict)
    approvals: Mapping[Pair, Sequence[Span]] = field(default_factory=dict)
    requests: Mapping[Pair, Sequence[Span]] = field(default_factory=dict)
    acts: Mapping[Pair, Sequence[Span]] = field(default_factory=dict)
    cases: Mapping[bytes, Sequence[Span]] = field(default_factory=dict)  # by guest


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains a look-up; `subject_id` is the row that does, empty where the relation itself does."""

    reason: Reason
    subject_id: bytes = b""


class Earlier:
    """What a person has looked at in the last day: for repeats and for going through the house. Only in memory."""

    def __init__(self) -> None:
        self._looks: dict[Pair, list[datetime]] = defaultdict(list)
        self._guests: dict[bytes, list[tuple[datetime, bytes]]] = defaultdict(list)
        self._latest = datetime.fromtimestamp(0, UTC)

    def note(self, lookup: LookUp) -> None:
        """Remember a look-up; lists are not looks at somebody."""
        if lookup.kind != LIST_KIND:
            self._looks[lookup.staff_id, lookup.guest_id].append(lookup.at)
            self._guests[lookup.staff_id].append((lookup.at, lookup.guest_id))
            self._latest = max(self._latest, lookup.at)

    def forget_old(self) -> None:
        """Drop what is older than a day behind the latest."""
        since = self._latest - REMEMBERED
        for pair in list(self._looks):
            self._looks[pair] = kept = [at for at in self._looks[pair] if at > since]
            if not kept:
                del self._looks[pair]
        for staff_id in list(self._guests):
            self._guests[staff_id] = seen = [each for each in self._guests[staff_id] if each[0] > since]
            if not seen:
                del self._guests[staff_id]

    def visits(self, lookup: LookUp) -> int:
        """Return how often this person came to this guest in the day before; looks shortly apart are one visit."""
        since = lookup.at - REMEMBERED
        looks = [at for at in self._looks.get((lookup.staff_id, lookup.guest_id), ()) if since < at <= lookup.at]
        times = sorted([*looks, lookup.at])
        return sum(later - sooner > VISIT for sooner, later in pairwise(times))

    def guests_in_an_hour(self, lookup: LookUp) -> int:
        """Return how many guests this person looked at in the hour before."""
        since = lookup.at - timedelta(hours=1)
        seen = self._guests.get(lookup.staff_id, ())
        return len({guest for at, guest in seen if since < at <= lookup.at})


_DESK: Final = frozenset({Role.FRONT_DESK, Role.DUTY_MANAGER})
_ARRIVAL: Final = {
    Purpose.CHECK_IN: _DESK | {Role.RESERVATIONS, Role.CONCIERGE},
    Purpose.HOUSEKEEPING: frozenset({Role.HOUSEKEEPING}),
}
_IN_HOUSE: Final = {
    Purpose.CHECK_OUT: _DESK | {Role.FINANCE},
    Purpose.GUEST_REQUEST: _DESK | {Role.CONCIERGE},
    Purpose.HOUSEKEEPING: frozenset({Role.HOUSEKEEPING}),
}
_DEPARTED: Final = {
    Purpose.CHECK_OUT: _DESK | {Role.FINANCE},
    Purpose.GUEST_REQUEST: _DESK | {Role.CONCIERGE},
}
_BY_CONSENT: Final = {  # the policy opens these to whom the guest has consented to, and to nobody else
    Purpose.MARKETING: frozenset({Role.MARKETING}),
    Purpose.ANALYTICS: frozenset({Role.ANALYST, Role.GENERAL_MANAGER}),
}
_PLAIN: Final = {
    Relation.ARRIVING: (_ARRIVAL, Reason.ARRIVAL),
    Relation.IN_HOUSE: (_IN_HOUSE, Reason.IN_HOUSE),
    Relation.DEPARTED: (_DEPARTED, Reason.DEPARTURE),
}


def explain(lookup: LookUp, around: Surroundings, earlier: Earlier) -> Explanation | None:
    """Return what explains a look-up, None when nothing does. Not done here: noting it as an earlier one."""
    return _concrete(lookup, around) or _plain(lookup, around, earlier)


_OF_REQUESTS: Final = frozenset({Purpose.GUEST_REQUEST, Purpose.HOUSEKEEPING, Purpose.CHECK_IN, Purpose.CHECK_OUT})
_OF_STAYS: Final = frozenset({Purpose.CHECK_IN, Purpose.CHECK_OUT, Purpose.GUEST_REQUEST})


def _of_emergency(span: Span, look: LookUp) -> bool:
    return look.purpose == Purpose.EMERGENCY and span.covers(look.at) and not (look.clear | look.masked) & ~span.groups


def _of_approval(span: Span, look: LookUp) -> bool:
    return span.purpose == look.purpose and span.covers(look.at) and not look.clear & ~span.groups


def _of_case(span: Span, look: LookUp) -> bool:
    return span.purpose == look.purpose and span.covers(look.at)


def _of_request(span: Span, look: LookUp) -> bool:
    return look.purpose in _OF_REQUESTS and span.covers(look.at, AFTER_CLOSING)


def _of_act(span: Span, look: LookUp) -> bool:
    return look.purpose in _OF_STAYS and abs(span.from_at - look.at) <= ACT_NEAR


def _concrete(lookup: LookUp, around: Surroundings) -> Explanation | None:
    """Return the thing that names this guest and explains the look-up, the strongest first."""
    pair = (lookup.staff_id, lookup.guest_id)
    things = (
        (Reason.EMERGENCY, _of_emergency, around.emergencies.get(pair, ())),
        (Reason.APPROVAL, _of_approval, around.approvals.get(pair, ())),
        (Reason.CASE, _of_case, around.cases.get(lookup.guest_id, ())),
        (Reason.REQUEST, _of_request, around.requests.get(pair, ())),
        (Reason.ACT, _of_act, around.acts.get(pair, ())),
    )
    for reason, explains, spans in things:
        for span in spans:
            if explains(span, lookup):
                return Explanation(reason, span.subject_id)
    return None


def _plain(lookup: LookUp, around: Surroundings, earlier: Earlier) -> Explanation | None:
    """Return the relation as explanation, where it is plain work and nothing stands out."""
    if lookup.duty in _BY_CONSENT.get(lookup.purpose, frozenset()):  # type: ignore[call-overload]
        return None if _stands_out(lookup, around, earlier) else Explanation(Reason.CONSENT)
    if lookup.relation not in _PLAIN:
        return None
    duties, reason = _PLAIN[Relation(lookup.relation)]
    day = lookup.at.astimezone(around.zone).date()
    is_work = (
        lookup.duty in duties.get(lookup.purpose, frozenset())  # type: ignore[call-overload]
        and any(span.covers(lookup.at) for span in around.shifts.get((lookup.staff_id, lookup.duty), ()))
        and any(_fits(stay, reason, day) for stay in around.stays.get(lookup.guest_id, ()))
    )
    if lookup.kind == LIST_KIND:
        return Explanation(Reason.LIST) if is_work else None
    return Explanation(reason) if is_work and not _stands_out(lookup, around, earlier) else None


def _stands_out(lookup: LookUp, around: Surroundings, earlier: Earlier) -> bool:
    """Return whether a look is at somebody people are curious about, or one of too many."""
    return (
        lookup.guest_id in around.standing_out
        or earlier.visits(lookup) >= VISITS_MAX
        or earlier.guests_in_an_hour(lookup) >= GUESTS_IN_AN_HOUR_MAX
    )


def _fits(stay: Stay, reason: Reason, day: date) -> bool:
    """Return whether a stay is near enough on that day: it may have gone on since by check-in or -out."""
    if reason is Reason.ARRIVAL:
        return abs((stay.arrival - day).days) <= 1 and stay.state in {"confirmed", "in_house", "checked_out"}
    if reason is Reason.IN_HOUSE:
        return stay.state == "in_house" or (stay.left_on is not None and (day - stay.left_on).days <= 1)
    return stay.left_on is not None and -1 <= (day - stay.left_on).days <= DEPARTED_DAYS_MAX
