"""A roster or training file that names people of another hotel, or ids of theirs, changes nothing there and nothing here."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from discretion.office.outcome import ActRefusal
from discretion.office.properties import Property, add_property
from discretion.office.roster import begin_shift, end_shift, load_file, shifts, shifts_of
from discretion.office.sheet import CsvReport
from discretion.office.staff import NewStaff, add_staff
from discretion.office.swaps import NewSwap, offer_swap
from discretion.office.training import load_trainings
from tests.journeys.office.conftest import TODAY, Hotel, hotel, new_id, office  # noqa: F401 - fixtures

UID = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:shared@roster\r\nDTSTART:20270310T070000\r\nDTEND:20270310T150000\r\nSUMMARY:%s front_desk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
SPAN = {"from_at": datetime(2027, 3, 1, tzinfo=UTC), "until_at": datetime(2027, 4, 1, tzinfo=UTC)}


async def test_people_of_another_hotel_are_unknown_and_a_shared_uid_is_two_shifts(hotel: Hotel) -> None:  # noqa: F811
    there, stranger = new_id(), new_id()
    await add_property(hotel.office, Property(
        there, f"x{there.hex()[:12]}", "山景", "Hilltop", "Asia/Shanghai", TODAY, time(4), "attested", generated=False,
    ))
    await add_staff(hotel.office, there, NewStaff(stranger, "X99", "Stranger", "en", ("front_desk",)))
    for raw, field in (
        (b"staff number,duty,starts,ends\nX99,front_desk,2027-03-10 07:00,2027-03-10 15:00\n", "staff number"),
        ((UID % "X99").encode(), "ATTENDEE"),
    ):
        report = await load_file(hotel.office, hotel.property_id, raw, is_dry_run=False)
        assert isinstance(report, CsvReport)
        assert (report.added, [(error.field, error.code) for error in report.errors]) == (0, [(field, "unknown")])
    training = b"staff number,course,version,completed,valid until\nX99,privacy,1,2026-11-01,2027-10-31\n"
    report = await load_trainings(hotel.office, hotel.property_id, training, is_dry_run=False)
    assert isinstance(report, CsvReport) and (report.added, len(report.errors)) == (0, 1)
    assert await shifts(hotel.office, there, **SPAN) == ()
    for place, number in ((there, "X99"), (hotel.property_id, "001")):
        done = await load_file(hotel.office, place, (UID % number).encode(), is_dry_run=False)
        assert isinstance(done, CsvReport) and done.added == 1
    (theirs,), (ours,) = await shifts(hotel.office, there, **SPAN), await shifts(hotel.office, hotel.property_id, **SPAN)
    assert theirs.shift_id != ours.shift_id
    for refused in (
        await end_shift(hotel.office, hotel.property_id, theirs.shift_id, hotel.ben),
        await begin_shift(hotel.office, hotel.property_id, theirs.shift_id, hotel.ada),
        await offer_swap(hotel.office, hotel.property_id, NewSwap(new_id(), theirs.shift_id, stranger)),
        await offer_swap(hotel.office, hotel.property_id, NewSwap(new_id(), ours.shift_id, hotel.ada, stranger)),
    ):
        assert isinstance(refused, ActRefusal)
    assert [line.ended_at for line in await shifts(hotel.office, there, **SPAN)] == [None]
    assert datetime.now(UTC) - timedelta(days=1) < max(line.starts_at for line in await shifts_of(hotel.office, hotel.property_id, hotel.ada))
