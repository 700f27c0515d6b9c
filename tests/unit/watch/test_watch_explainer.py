"""What explains a look-up, and what does not: facts in, one reason or none out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from discretion.watch.explainer import (
    GUESTS_IN_AN_HOUR_MAX,
    Earlier,
    LookUp,
    Reason,
    Span,
    Stay,
    Surroundings,
    explain,
)

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 7, 4, tzinfo=UTC)  # 15:04 at the hotel
TODAY = date(2026, 11, 23)
ADA, DORA, ROW = b"a" * 16, b"d" * 16, b"r" * 16
LOOK = LookUp(7, AT, ADA, "front_desk", DORA, "look_up", "check_in", "arriving", clear=1, masked=4)
SHIFT = Span(b"s" * 16, AT - timedelta(hours=1), AT + timedelta(hours=7))
ARRIVING = Stay(b"t" * 16, "confirmed", TODAY, TODAY + timedelta(days=2))
IN_HOUSE = Stay(b"t" * 16, "in_house", TODAY - timedelta(days=1), TODAY + timedelta(days=1))


def left(days: int) -> Stay:
    gone = TODAY - timedelta(days=days)
    return Stay(b"t" * 16, "checked_out", gone - timedelta(days=2), gone, gone)


def around(*stays: Stay, duty: str = "front_desk", **more: object) -> Surroundings:
    return replace(Surroundings(ZONE, {DORA: stays}, shifts={(ADA, duty): [SHIFT]}), **more)  # type: ignore[arg-type]


def reason(look: LookUp, facts: Surroundings, earlier: Earlier | None = None) -> str | None:
    found = explain(look, facts, earlier or Earlier())
    return found.reason.value if found else None


def looks(at: list[datetime], guest: bytes = DORA) -> Earlier:
    earlier = Earlier()
    for each in at:
        earlier.note(replace(LOOK, at=each, guest_id=guest))
    return earlier


@pytest.mark.parametrize(("duty", "purpose", "relation", "stay", "expected"), [
    ("front_desk", "check_in", "arriving", ARRIVING, "arrival"),
    ("concierge", "check_in", "arriving", ARRIVING, "arrival"),
    ("housekeeping", "housekeeping", "in_house", IN_HOUSE, "in_house"),
    ("front_desk", "guest_request", "in_house", IN_HOUSE, "in_house"),
    ("front_desk", "check_out", "departed", left(3), "departure"),
    ("front_desk", "check_out", "departed", left(4), None),
    ("marketing", "check_in", "arriving", ARRIVING, None),
    ("front_desk", "complaint", "in_house", IN_HOUSE, None),
    ("marketing", "marketing", "none", left(90), "consent"),
    ("front_desk", "marketing", "in_house", IN_HOUSE, None),
    ("front_desk", "guest_request", "none", IN_HOUSE, None),
    ("front_desk", "check_in", "arriving", replace(ARRIVING, arrival=TODAY + timedelta(days=9), departure=TODAY + timedelta(days=10)), None),
    ("front_desk", "check_in", "arriving", replace(ARRIVING, state="in_house"), "arrival"),  # checked in since
    ("front_desk", "check_in", "arriving", replace(ARRIVING, state="cancelled"), None),
    ("front_desk", "guest_request", "in_house", left(0), "in_house"),  # checked out since
])
def test_plain_work_explains_itself_and_nothing_more(duty, purpose, relation, stay, expected):
    look = replace(LOOK, duty=duty, purpose=purpose, relation=relation)
    assert reason(look, around(stay, duty=duty)) == expected


def test_nobody_works_off_the_roster():
    assert reason(LOOK, replace(around(ARRIVING), shifts={})) is None
    assert reason(LOOK, replace(around(ARRIVING), shifts={(ADA, "concierge"): [SHIFT]})) is None
    over = Span(SHIFT.subject_id, SHIFT.from_at, AT - timedelta(minutes=1))
    assert reason(LOOK, replace(around(ARRIVING), shifts={(ADA, "front_desk"): [over]})) is None


def test_a_guest_people_are_curious_about_needs_a_thing_that_names_them():
    facts = around(IN_HOUSE, standing_out=frozenset({DORA}))
    look = replace(LOOK, purpose="guest_request", relation="in_house")
    assert reason(look, facts) is None
    request = Span(ROW, AT - timedelta(hours=1))
    assert reason(look, replace(facts, requests={(ADA, DORA): [request]})) == "request"
    assert reason(look, replace(facts, acts={(ADA, DORA): [Span(ROW, AT + timedelta(minutes=20))]})) == "act"
    assert reason(replace(look, kind="list"), facts) == "list"  # nobody chose to see them there


def test_the_fourth_visit_within_a_day_is_not_plain_work():
    three = [AT - timedelta(hours=hours) for hours in (1, 3, 5)]
    assert reason(LOOK, around(ARRIVING), looks(three[:2])) == "arrival"
    assert reason(LOOK, around(ARRIVING), looks(three)) is None
    assert reason(LOOK, around(ARRIVING), looks([at - timedelta(days=1) for at in three])) == "arrival"
    assert reason(LOOK, around(ARRIVING), looks([AT - timedelta(minutes=minute) for minute in (4, 3, 2, 1)])) == "arrival"  # one visit


def test_going_through_the_house_is_not_plain_work():
    earlier = Earlier()
    for number in range(GUESTS_IN_AN_HOUR_MAX):
        earlier.note(replace(LOOK, at=AT - timedelta(minutes=5), guest_id=number.to_bytes(16, "big")))
    assert reason(LOOK, around(ARRIVING), earlier) is None
    assert reason(replace(LOOK, staff_id=b"b" * 16), replace(around(ARRIVING), shifts={(b"b" * 16, "front_desk"): [SHIFT]}), earlier) == "arrival"


CLOSED = Span(ROW, AT - timedelta(hours=2), AT - timedelta(hours=1))
OPEN = Span(ROW, AT - timedelta(hours=2))


@pytest.mark.parametrize(("what", "key", "span", "look", "expected"), [
    ("cases", DORA, replace(OPEN, purpose="complaint"), replace(LOOK, purpose="complaint", relation="departed"), "case"),
    ("cases", DORA, replace(OPEN, purpose="complaint"), replace(LOOK, purpose="security_incident"), None),
    ("cases", DORA, replace(CLOSED, purpose="complaint"), replace(LOOK, purpose="complaint"), None),
    ("approvals", (ADA, DORA), replace(OPEN, purpose="check_out", groups=3), replace(LOOK, purpose="check_out", relation="departed"), "approval"),
    ("approvals", (ADA, DORA), replace(OPEN, purpose="check_out", groups=2), replace(LOOK, purpose="check_out", relation="departed"), None),
    ("approvals", (b"b" * 16, DORA), replace(OPEN, purpose="check_out"), replace(LOOK, purpose="check_out", relation="departed"), None),
    ("emergencies", (ADA, DORA), replace(OPEN, purpose="emergency", groups=5), replace(LOOK, purpose="emergency"), "emergency"),
    ("emergencies", (ADA, DORA), replace(OPEN, purpose="emergency", groups=1), replace(LOOK, purpose="emergency"), None),
    ("requests", (ADA, DORA), OPEN, replace(LOOK, purpose="guest_request", relation="departed"), "request"),
    ("requests", (ADA, DORA), CLOSED, replace(LOOK, purpose="guest_request", relation="departed"), None),
    ("requests", (ADA, b"x" * 16), OPEN, replace(LOOK, purpose="guest_request", relation="departed"), None),
    ("acts", (ADA, DORA), Span(ROW, AT - timedelta(minutes=31)), replace(LOOK, relation="none"), None),
])
def test_a_thing_explains_only_this_guest_this_person_this_purpose_at_that_time(what, key, span, look, expected):
    assert reason(look, around(**{what: {key: [span]}})) == expected


def test_what_is_explained_names_the_row_that_does():
    found = explain(replace(LOOK, purpose="complaint"), around(cases={DORA: [replace(OPEN, purpose="complaint")]}), Earlier())
    assert found is not None
    assert (found.reason, found.subject_id) == (Reason.CASE, ROW)


def test_what_was_looked_at_is_forgotten_after_a_day():
    earlier = looks([AT - timedelta(hours=30), AT - timedelta(hours=1), AT])
    earlier.forget_old()
    assert earlier._looks == {(ADA, DORA): [AT - timedelta(hours=1), AT]}
    assert len(earlier._guests[ADA]) == 2
