"""Any bytes at all as a roster: a report or a refusal, never anything else, and a shift only from an event that says it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from discretion.office.calendar_file import Calendar, read_calendar
from discretion.office.outcome import ActRefusal

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = st.sampled_from([
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "UID:a", "UID:", "DTSTART:20270310T070000", "DTSTART:00010101T000000",
    "DTSTART;TZID=Europe/Paris:99991231T235959", "DTSTART;TZID=\x00:20270310T070000", "DTSTART;TZID=America:20270310T070000", "DTEND:20270310T150000Z",
    "DURATION:PT8H", "DURATION:PT99H99M", "DURATION:P1W", "SUMMARY:001 front_desk", "SUMMARY:", "RRULE:FREQ=DAILY", "STATUS:CANCELLED",
    'ATTENDEE;CN="0;0:1":mailto:x', "CATEGORIES:front_desk", " folded", "\t", "no line", ":", ";", "X=1:2",
])
LINES = st.lists(st.one_of(NAMES, st.text(max_size=30)), max_size=30)


def judged(raw: bytes) -> None:
    found = read_calendar(raw, ZONE)
    assert isinstance(found, Calendar | ActRefusal)
    if isinstance(found, Calendar):
        assert len(found.events) + len(found.errors) <= raw.upper().count(b"BEGIN:VEVENT")
        for event in found.events:
            assert len(event.source_id) == 64
            assert event.starts_at.tzinfo is not None and event.ends_at.tzinfo is not None


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    judged(raw)
    judged(b"BEGIN:VCALENDAR\n" + raw + b"\nEND:VCALENDAR\n")


@given(LINES)
def test_any_lines_in_any_order(lines: list[str]) -> None:
    judged("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode("utf-8", "surrogatepass"))


@given(LINES)
def test_any_lines_inside_an_event(lines: list[str]) -> None:
    judged("\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]).encode("utf-8", "surrogatepass"))
