"""People for the places of a booking: from a seed, in keeping with its country, the same ones every time.

Rules:
* Every person is marked `generated`. Nobody here lives; phones ring nowhere, e-mails end in example.com, .net or .org.
* The same seed and source id make the same person, so that an import cut short goes on with the same people.
* A stay that took place or is to come has a name for every place; one that was cancelled, or to which nobody came, has
  the booker's alone, because a hotel meets the others at the desk.
* A minor is the child of the first guest, whose phone is the guardian's.

Left to others: which bookings there are (`imports.bookings`), sealing (`imports.run`).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from discretion.hotel.record import (
    Address,
    BirthDate,
    Contact,
    ContactPerson,
    Documents,
    Email,
    FolioLine,
    Identity,
    Phone,
    Preferences,
    Segment,
    Spending,
    StayDetails,
)
from discretion.office.identities.documents import document
from discretion.office.identities.lists import NamePart, lists
from discretion.office.imports.drafts import Draft, Person, Place, StayDraft
from discretion.office.imports.groups import booking

if TYPE_CHECKING:
    from discretion.hotel.record import Sex
    from discretion.office.identities.lists import NameList
    from discretion.office.imports.drafts import ReservationRow, StayRow

_NAMED_BOOKER_ONLY: Final = frozenset({"cancelled", "no_show"})
_MAIL_HOSTS: Final = ("example.com", "example.net", "example.org")
_ALIAS_HOST: Final = "guest.example.net"
_PLATFORM: Final = "Online TA"
_CODE_KEY_MAX: Final = 64
_SPENT: Final = {"CNY": "房费", "": "Room"}
_WISHES: Final = {
    "CHN": ("无烟房", "大床", "高楼层", "双床", "安静房", "荞麦枕"),
    "": ("non-smoking", "double bed", "high floor", "twin beds", "quiet room", "two pillows"),
}
_CHILD_DAYS: Final = (2 * 366, 10 * 365)
_INFANT_DAYS: Final = (30, 600)
_ADULT_DAYS: Final = (19 * 366, 58 * 365)
# Not `record.encode`, which reads back what it wrote: the keeper does that before it seals, and so does a test.
_encode: Final = msgspec.json.Encoder(decimal_format="string").encode
_AGES: Final = {"child": _CHILD_DAYS, "infant": _INFANT_DAYS}


class _Figure(NamedTuple):
    """A person while being made."""

    names: NameList
    surname: NamePart
    given: NamePart
    written: str
    sex: Sex
    phone: Phone | None
    bits: int


class Cast:
    """Makes the people of one import.

    Shapes: `seed` is any text of at most 64 bytes; `home` is the alpha-3 country of the hotel, which decides who shows
    a national document and who a passport.
    """

    def __init__(self, seed: str, home: str, today: date | None = None) -> None:
        """Load the lists. `today` bounds what a guest in the house has spent so far."""
        self._today = today
        self._key = seed.encode()[:_CODE_KEY_MAX]
        self._home = home
        self._lists = lists()

    def fill(self, draft: Draft) -> Draft:
        """Return `draft` with people in the places of its stays; one without a reservation is returned as it is."""
        reservation = draft.reservation
        if reservation is None:
            return draft
        stays = tuple(stay._replace(places=self._places(reservation, stay)) for stay in draft.stays)
        versioned = reservation._replace(source_version=f"{reservation.source_version}+people")
        return draft._replace(reservation=versioned, stays=stays)

    def _places(self, reservation: ReservationRow, stay: StayDraft) -> tuple[Place, ...]:
        """Return the places with people in them.

        A booking without an adult was made by somebody all the same: that booker gets a place of their own before the
        others, and the counts stay as they were given.
        """
        places = stay.places
        if not places or places[0].age_category != "adult":
            places = (Place("adult", is_primary=True), *(place._replace(is_primary=False) for place in places))
        source_id = f"{reservation.source_id}#{stay.key}"
        first = self._figure(f"{source_id}.0", reservation.country, None)
        named = [places[0]._replace(person=self._primary(f"{source_id}.0", first, reservation, stay.row))]
        if stay.row.state in _NAMED_BOOKER_ONLY:
            return (*named, *places[1:])
        adults = sum(place.age_category == "adult" for place in places)
        for position, place in enumerate(places[1:], 1):
            named.append(self._accompanying(f"{source_id}.{position}", place, first, reservation, stay.row, adults))
        return tuple(named)

    def _figure(self, source_id: str, country: str, family: _Figure | None) -> _Figure:
        """Return somebody from `country`, with the surname of `family` if given."""
        bits = int.from_bytes(blake2b(source_id.encode(), key=self._key, digest_size=40).digest(), "big")
        names = self._lists.names.get(country)
        if family is not None:
            names = family.names
        if names is None:
            bits, pick = divmod(bits, len(self._lists.others))
            names = self._lists.others[pick]
        bits, pick = divmod(bits, 2)
        sex: Sex = "M" if pick else "F"
        givens = names.men if pick else names.women
        bits, pick = divmod(bits, len(givens))
        given = givens[pick]
        bits, pick = divmod(bits, len(names.surnames))
        surname = family.surname if family is not None else names.surnames[pick]
        if names.is_surname_first:
            written = f"{surname.written}{names.join}{given.written}"
        else:
            written = f"{given.written}{names.join}{surname.written}".strip()
        phone, bits = self._phone(country, bits)
        return _Figure(names, surname, given, written, sex, phone, bits)

    def _phone(self, country: str, bits: int) -> tuple[Phone, int]:
        """Return a phone that rings nowhere, and the bits that are left."""
        bits, pick = divmod(bits, len(self._lists.other_phones))
        numbers = self._lists.phones.get(country) or self._lists.other_phones[pick]
        bits, offset = divmod(bits, numbers.last - numbers.first + 1)
        national = str(numbers.first + offset)
        code = numbers.country_code
        return Phone(e164=f"+{code}{national}", country_code=code, national=national, kind="mobile"), bits

    def _identity(self, figure: _Figure, birth: date, country: str, age_category: str) -> Identity:
        """Return who this is, with a second surname where the culture has one."""
        names, bits = figure.names, figure.bits
        second = names.surnames[bits % len(names.surnames)].written if names.has_second_surname else ""
        surname, given = figure.surname.written, figure.given.written
        return Identity(
            name=f"{figure.written} {second}" if second else figure.written,
            given=given,
            surname=surname,
            second_surname=second,
            latin=f"{figure.surname.latin}, {figure.given.latin}" if given else figure.surname.latin,
            single_name=names.is_single,
            sex=figure.sex,
            birth=BirthDate(year=birth.year, month=birth.month, day=birth.day),
            nationalities=(country,) if country else (),
            language=names.language,
            age_category=age_category,  # type: ignore[arg-type]  # the places' categories are the record's
        )

    def _primary(self, source_id: str, figure: _Figure, reservation: ReservationRow, stay: StayRow) -> Person:
        """Return the first guest: identity, contact, document and booking, and what the stay gives besides."""
        country = reservation.country
        bits, birth = _birth(figure.bits, stay.arrival, "adult")
        groups = {
            "identity": _encode(self._identity(figure, birth, country, "adult")),
            "contact": _encode(self._contact(figure, reservation, bits)),
            "document": _encode(
                Documents(documents=(document(country, self._home, bits, birth, figure.sex, stay.arrival),))
            ),
            "booking": _encode(booking(reservation, stay, figure.written)),
        }
        spending = _spending(stay, self._today)
        if spending is not None:
            groups["spending"] = _encode(spending)
        if stay.room_number is not None and stay.actual_in_at is not None:
            groups["stay"] = _encode(_slept(stay, stay.room_number))
        if reservation.special_requests:
            groups["preferences"] = _encode(self._wishes(reservation.special_requests, bits, figure))
        return Person(source_id, groups, generated=True)

    def _contact(self, figure: _Figure, reservation: ReservationRow, bits: int) -> Contact:
        """Return phone, e-mail and address. A platform's booking brings the platform's alias."""
        bits, pick = divmod(bits, len(_MAIL_HOSTS))
        if reservation.market_segment == _PLATFORM:
            email = Email(address=f"b{bits % 10**12:012d}@{_ALIAS_HOST}", kind="alias")
        else:
            box = f"{figure.given.plain}.{figure.surname.plain}".strip(".")
            email = Email(address=f"{box}{bits % 10_000}@{_MAIL_HOSTS[pick]}")
        names = figure.names
        bits, house = divmod(bits, 240)
        address = Address(
            lines=(names.street.replace("{n}", str(house + 1)),),
            municipality=names.cities[bits % len(names.cities)],
            country=reservation.country,
        )
        phones = (figure.phone,) if figure.phone is not None else ()
        return Contact(phones=phones, emails=(email,), address=address)

    def _accompanying(
        self, source_id: str, place: Place, first: _Figure, reservation: ReservationRow, stay: StayRow, adults: int
    ) -> Place:
        """Return the place with an adult companion or a child of the first guest in it."""
        is_child = place.age_category != "adult"
        country = reservation.country
        figure = self._figure(source_id, country, first if is_child else None)
        bits, birth = _birth(figure.bits, stay.arrival, place.age_category)
        shown = document(country, self._home, bits, birth, figure.sex, stay.arrival)
        groups = {
            "identity": _encode(self._identity(figure, birth, country, place.age_category)),
            "document": _encode(Documents(documents=(shown,))),
        }
        if not is_child:
            relation = "CY" if adults == 2 else "OT"  # noqa: PLR2004 - a couple
            return place._replace(person=Person(source_id, groups, generated=True), relation=relation)
        guardian = ContactPerson(name=first.written, relation="PM", phone=first.phone, reached=True)
        groups["contact"] = _encode(Contact(guardian=guardian))
        return place._replace(person=Person(source_id, groups, generated=True), relation="HJ", guardian_reached=True)

    def _wishes(self, count: int, bits: int, figure: _Figure) -> Preferences:
        """Return what the guest asked for: as many wishes as the booking counts, up to three."""
        room, bed, floor, other_bed, quiet, pillow = _WISHES.get(self._home, _WISHES[""])
        return Preferences(
            room=(room, quiet)[bits % 2],
            bed=(bed, other_bed, pillow)[bits % 3] if count > 1 else "",
            floor=floor if count > 2 else "",  # noqa: PLR2004 - the third wish
            greeting_language=figure.names.language,
        )


def _birth(bits: int, on: date, age_category: str) -> tuple[int, date]:
    """Return a birth date in keeping with the age on arrival, and the bits that are left."""
    least, span = _AGES.get(age_category, _ADULT_DAYS)
    bits, days = divmod(bits, span)
    return bits, on - timedelta(least + days)


def _slept(stay: StayRow, room: str) -> StayDetails:
    """Return where a guest slept or sleeps, and when they came and went."""
    segment = Segment(
        room=room, room_type=stay.room_type_assigned, begins_on=stay.arrival, ends_on=stay.left_on or stay.departure
    )
    return StayDetails(segments=(segment,), arrived_at=stay.actual_in_at, left_at=stay.actual_out_at)


def _spending(stay: StayRow, today: date | None) -> Spending | None:
    """Return the folio of a stay that took place: the room at its rate for the nights slept."""
    if stay.state not in {"checked_out", "in_house"} or stay.rate is None or not stay.rate:
        return None
    until = stay.left_on or (min(stay.departure, today) if today is not None else stay.departure)
    nights = max((until - stay.arrival).days, 1)
    text = _SPENT.get(stay.currency, _SPENT[""])
    line = FolioLine(
        booked_on=stay.arrival, text=text, amount=stay.rate * Decimal(nights), currency=stay.currency, kind="room"
    )
    return Spending(folio=(line,))
