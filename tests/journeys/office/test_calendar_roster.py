"""A roster as an iCalendar file: read strictly, reported by line, the same file twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from discretion.office.calendar_file import Calendar, read_calendar
from discretion.office.outcome import ActRefusal, Done
from discretion.office.roster import NewShift, add_shift, load_file, load_shifts, shifts, shifts_of
from discretion.office.sheet import CsvReport, RowError
from discretion.office.staff import StaffRole, give_role
from discretion.office.swaps import NewSwap, accept_swap, offer_swap
from tests.journeys.office.conftest import Hotel, new_id

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPAN = {"from_at": datetime(2027, 3, 1, tzinfo=UTC), "until_at": datetime(2027, 4, 1, tzinfo=UTC)}


def event(uid: str, *lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20270101T000000Z", *lines, "END:VEVENT"])


def file(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//roster//1", *events, "END:VCALENDAR", ""]).encode()


EARLY = event("a@roster", "DTSTART:20270310T070000", "DTEND:20270310T150000", "SUMMARY:001 front_desk")
NIGHT = event("b@roster", "DTSTART;TZID=Asia/Shanghai:20270310T220000", "DURATION:PT8H", "ATTENDEE;CN=002:mailto:ben@example.org",
              "CATEGORIES:duty_manager", "SUMMARY:Night")


async def rostered(hotel: Hotel) -> list[tuple[str, str, str, bool]]:
    found = await shifts(hotel.office, hotel.property_id, **SPAN)
    return [(line.staff_number, line.duty, line.starts_at.strftime("%d %H"), line.ended_at is not None) for line in found]


async def load(hotel: Hotel, raw: bytes, *, is_dry_run: bool = False) -> CsvReport:
    report = await load_file(hotel.office, hotel.property_id, raw, is_dry_run=is_dry_run)
    assert isinstance(report, CsvReport), report
    return report


async def test_events_become_shifts_once(hotel: Hotel) -> None:
    assert await load(hotel, file(EARLY, NIGHT), is_dry_run=True) == CsvReport(2, 2, 0, 0, (), is_dry_run=True)
    assert await rostered(hotel) == []
    assert await load(hotel, file(EARLY, NIGHT)) == CsvReport(2, 2, 0, 0, (), is_dry_run=False)
    assert await rostered(hotel) == [("001", "front_desk", "09 23", False), ("002", "duty_manager", "10 14", False)]
    assert await load(hotel, file(NIGHT, EARLY)) == CsvReport(2, 0, 0, 2, (), is_dry_run=False)


async def test_an_event_that_moves_moves_its_shift_and_a_cancelled_one_calls_it_off(hotel: Hotel) -> None:
    await load(hotel, file(EARLY, NIGHT))
    later = EARLY.replace("T070000", "T090000").replace("T150000", "T170000").replace("001", "003").replace("front_desk", "housekeeping")
    off = NIGHT.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT")
    assert await load(hotel, file(later, off)) == CsvReport(2, 0, 2, 0, (), is_dry_run=False)
    assert await rostered(hotel) == [("003", "housekeeping", "10 01", False), ("002", "duty_manager", "10 14", True)]
    assert await load(hotel, file(later, off)) == CsvReport(2, 0, 0, 2, (), is_dry_run=False)


async def test_two_events_may_change_places(hotel: Hotel) -> None:
    other = event("c@roster", "DTSTART:20270311T070000", "DTEND:20270311T150000", "SUMMARY:001 front_desk")
    await load(hotel, file(EARLY))
    moved = EARLY.replace("20270310", "20270312")
    assert (await load(hotel, file(moved, other))).changed == 1
    assert [line[2] for line in await rostered(hotel)] == ["10 23", "11 23"]


async def test_a_shift_that_a_colleague_took_stays_with_the_colleague(hotel: Hotel) -> None:
    now = datetime.now(SHANGHAI) + timedelta(days=2)
    both = file(event("s@roster", f"DTSTART:{now:%Y%m%d}T070000", f"DTEND:{now:%Y%m%d}T150000", "SUMMARY:001 front_desk"))
    csv = f"staff number,duty,starts,ends\n001,front_desk,{now:%Y-%m-%d} 07:00,{now:%Y-%m-%d} 15:00\n".encode()
    await load(hotel, both)
    await give_role(hotel.office, hotel.property_id, hotel.cleo, StaffRole("front_desk", datetime.now(UTC).date() - timedelta(1), None))
    shift = next(line for line in await shifts_of(hotel.office, hotel.property_id, hotel.ada) if line.starts_at > datetime.now(UTC))
    swap = NewSwap(new_id(), shift.shift_id, hotel.ada)
    await offer_swap(hotel.office, hotel.property_id, swap)
    await accept_swap(hotel.office, hotel.property_id, swap.swap_id, hotel.cleo)
    assert await load(hotel, both) == CsvReport(1, 0, 0, 1, (), is_dry_run=False)
    report = await load_shifts(hotel.office, hotel.property_id, csv, is_dry_run=False)
    assert isinstance(report, CsvReport) and report.added == 0
    assert not [line for line in await shifts_of(hotel.office, hotel.property_id, hotel.ada) if line.starts_at > datetime.now(UTC)]
    by_hand = NewShift(new_id(), hotel.ada, shift.duty, shift.starts_at, shift.ends_at)
    assert await add_shift(hotel.office, hotel.property_id, by_hand) == Done(by_hand.shift_id, is_repeat=False), "by hand it may"


@pytest.mark.parametrize(("lines", "field", "code"), [
    (["DTSTART:20270310T070000", "DTEND:20270310T150000", "RRULE:FREQ=DAILY;COUNT=5", "SUMMARY:001 front_desk"], "RRULE", "recurs"),
    (["DTSTART:20270310T070000", "DTEND:20270310T150000", "RECURRENCE-ID:20270310T070000", "SUMMARY:001 front_desk"], "RECURRENCE-ID", "recurs"),
    (["DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270311", "SUMMARY:001 front_desk"], "DTSTART", "time"),
    (["DTSTART;TZID=China Standard Time:20270310T070000", "DTEND:20270310T150000", "SUMMARY:001 front_desk"], "DTSTART", "zone"),
    (["DTSTART;TZID=../../etc/passwd:20270310T070000", "DTEND:20270310T150000", "SUMMARY:001 front_desk"], "DTSTART", "time"),
    (["DTSTART;TZID=Europe/Paris:20270328T023000", "DTEND:20270328T150000", "SUMMARY:001 front_desk"], "DTSTART", "gap"),
    (["DTEND:20270310T150000", "SUMMARY:001 front_desk"], "DTSTART", "required"),
    (["DTSTART:20270310T070000", "SUMMARY:001 front_desk"], "DTEND", "required"),
    (["DTSTART:20270310T070000", "DTEND:20270310T150000", "SUMMARY:999 front_desk"], "ATTENDEE", "unknown"),
    (["DTSTART:20270310T070000", "DTEND:20270310T150000", "SUMMARY:001 king"], "SUMMARY", "unknown"),
    (["DTSTART:20270310T150000", "DTEND:20270310T070000", "SUMMARY:001 front_desk"], "DTEND", "times"),
    (["DTSTART:20270310T070000", "DTSTART:20270310T080000", "DTEND:20270310T150000", "SUMMARY:001 front_desk"], "DTSTART", "twice"),
    (["DTSTART:20270310T070000", "DTEND:20270310T150000", "SUMMARY:001 front_desk", "no line at all"], "", "unread"),
])
async def test_an_event_that_is_not_right_is_named_by_line_and_the_others_go_in(
    hotel: Hotel, lines: list[str], field: str, code: str,
) -> None:
    report = await load(hotel, file(event("x@roster", *lines), EARLY))
    assert report == CsvReport(2, 1, 0, 0, (RowError(4, field, code),), is_dry_run=False)


async def test_a_uid_counts_once_and_folded_lines_and_alarms_are_no_trouble(hotel: Hotel) -> None:
    folded = EARLY.replace("SUMMARY:001 front_desk", "SUMMARY:001 \r\n front\r\n _desk\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nSUMMARY:x\r\nEND:VALARM")
    report = await load(hotel, file("BEGIN:VTIMEZONE", "TZID:x", "RRULE:FREQ=YEARLY", "END:VTIMEZONE", folded, EARLY))
    assert (report.added, [error.code for error in report.errors]) == (1, ["twice"])


@pytest.mark.parametrize("raw", [
    b"BEGIN:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR",
])
def test_a_file_that_is_cut_off_is_refused_whole(raw: bytes) -> None:
    assert read_calendar(raw, SHANGHAI) == ActRefusal("calendar")


def test_an_empty_calendar_and_bytes_that_are_no_text() -> None:
    assert read_calendar(file(), SHANGHAI) == Calendar((), ())
    assert read_calendar(b"BEGIN:VCALENDAR\r\n\xff", SHANGHAI) == ActRefusal("csv_encoding")
