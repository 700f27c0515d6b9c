"""The guest of the demo's mission: Ms Zhang, who arrives today with her family. Generated like all the others."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from discretion.hotel.document_type import DocumentType
from discretion.hotel.record import (
    Address,
    BirthDate,
    Booking,
    Contact,
    ContactPerson,
    Document,
    Documents,
    Email,
    Identity,
    Phone,
    Preferences,
    decode,
    encode,
)
from discretion.office.demo_star import EMAIL, NAME
from discretion.office.identities.documents import resident_number

if TYPE_CHECKING:
    from discretion.office.imports.drafts import Draft, Place

_BORN: Final = date(1990, 5, 17)
_PHONE: Final = "15400008000"


def starred(draft: Draft) -> Draft:
    """Return the booking with Ms Zhang as its first guest; who comes along stays as it was made."""
    (stay,) = draft.stays
    first = stay.places[0]
    if first.person is None:
        raise ValueError("a booking without a first guest")
    booked = decode("booking", first.person.groups["booking"])
    if not isinstance(booked, Booking):
        raise TypeError("booking")
    groups = {
        **first.person.groups,
        "identity": encode(
            "identity",
            Identity(
                name=NAME, surname="张", given="雨澄", latin="ZHANG, YUCHENG", sex="F",
                birth=BirthDate(year=_BORN.year, month=_BORN.month, day=_BORN.day), nationalities=("CHN",),
                language="zh",
                age_category="adult",
            ),
        ),
        "contact": encode(
            "contact",
            Contact(
                phones=(Phone(e164=f"+86{_PHONE}", country_code=86, national=_PHONE, kind="mobile"),),
                emails=(Email(address=EMAIL),),
                address=Address(lines=("西湖区示例路 1 号",), municipality="杭州市", region="浙江省", country="CHN"),
            ),
        ),
        "document": encode(
            "document",
            Documents(
                documents=(
                    Document(
                        type=DocumentType.RIC, number=resident_number(_BORN, "F", 1), issuing_country="CHN",
                        issued_on=date(2020, 3, 2), expires_on=date(2040, 3, 2), check="passed",
                    ),
                )
            ),
        ),
        "preferences": encode("preferences", Preferences(room="无烟房", bed="荞麦枕", greeting_language="zh")),
        "booking": encode("booking", _booked_by(booked)),
    }  # fmt: skip
    lady = first._replace(person=first.person._replace(groups=groups))
    family = (lady, *(_guarded(place) for place in stay.places[1:]))
    return draft._replace(stays=(stay._replace(places=family),))


def _guarded(place: Place) -> Place:
    """Return a companion's place; a child's guardian is Ms Zhang."""
    if place.person is None or place.age_category == "adult":
        return place
    guardian = ContactPerson(
        name=NAME, relation="PM", reached=True,
        phone=Phone(e164=f"+86{_PHONE}", country_code=86, national=_PHONE, kind="mobile"),
    )  # fmt: skip
    groups = {**place.person.groups, "contact": encode("contact", Contact(guardian=guardian))}
    return place._replace(person=place.person._replace(groups=groups))


def _booked_by(booked: Booking) -> Booking:
    """Return the booking with Ms Zhang as its booker."""
    values = {name: getattr(booked, name) for name in booked.__struct_fields__}
    return Booking(**{**values, "booker": NAME})
