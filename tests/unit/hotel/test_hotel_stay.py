"""Every change of a stay goes through the table, and each guard stops what it is there to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from discretion.hotel.purpose import Relation
from discretion.hotel.stay import (
    SOURCE_STATES,
    TABLE,
    Act,
    ActDetails,
    ActRefusal,
    DerivedState,
    Effect,
    Kinship,
    OccupantState,
    RefusalCode,
    StayChange,
    StayFacts,
    StayState,
    UnknownStateError,
    acts_from,
    days_since_departure,
    derived_state,
    occupant_back,
    occupant_before_arrival,
    relation_of,
    reservation_state,
    state_from,
    transition,
)

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
CONFIRMED = StayFacts(
    state=StayState.CONFIRMED,
    business_date=TODAY,
    arrival=TODAY,
    departure=TODAY + 3 * DAY,
    room="1208",
    persons=2,
    named_occupants=1,
)
IN_HOUSE = replace(CONFIRMED, state=StayState.IN_HOUSE, checked_in_on=TODAY)
OUT = replace(IN_HOUSE, state=StayState.CHECKED_OUT, checked_out_on=TODAY)
NOTHING = StayFacts(state=None, business_date=TODAY)
NEW = ActDetails(
    into=StayState.CONFIRMED, arrival=TODAY, departure=TODAY + DAY, persons=1, named_occupants=1, room="0916"
)


def changed(act, stay, details=None):
    change = transition(act, stay, details)
    assert isinstance(change, StayChange), change
    return change


def refused(act, stay, details=None):
    refusal = transition(act, stay, details)
    assert isinstance(refusal, ActRefusal), refusal
    assert (refusal.act, refusal.state) == (act, stay.state)
    return refusal.code


def test_the_table_has_every_act():
    assert set(TABLE) == set(Act)


# The table of hotel.md section 3, written a second time: from each state, the acts there are.
FROM = {
    None: "book walk_in",
    StayState.INQUIRED: "confirm amend cancel",
    StayState.WAITLISTED: "confirm amend cancel",
    StayState.TENTATIVE: "confirm amend cancel",
    StayState.CONFIRMED: "amend split cancel mark_no_show check_in",
    StayState.IN_HOUSE: "split undo_check_in join leave move_room extend check_out",
    StayState.CHECKED_OUT: "undo_check_out correct",
    StayState.CANCELLED: "reinstate",
    StayState.NO_SHOW: "reinstate",
}


@pytest.mark.parametrize("state", [None, *StayState])
def test_from_each_state_there_are_these_acts_and_no_others(state):
    assert set(acts_from(state)) == {Act(word) for word in FROM[state].split()}
    for act in set(Act) - set(acts_from(state)):
        assert refused(act, replace(CONFIRMED, state=state)) is RefusalCode.WRONG_STATE


@pytest.mark.parametrize("into", [StayState.INQUIRED, StayState.WAITLISTED, StayState.TENTATIVE, StayState.CONFIRMED])
def test_a_stay_is_booked(into):
    change = changed(Act.BOOK, NOTHING, replace(NEW, into=into))
    assert (change.before, change.after, change.room) == (None, into, "0916")
    assert Effect.OCCUPANTS_MADE in change.effects


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (replace(NEW, into=StayState.IN_HOUSE), RefusalCode.NOT_BOOKABLE),
        (replace(NEW, into=None), RefusalCode.NOT_BOOKABLE),
        (replace(NEW, arrival=None), RefusalCode.DATES_MISSING),
        (replace(NEW, departure=TODAY - DAY), RefusalCode.DATES_REVERSED),
        (replace(NEW, persons=0), RefusalCode.NO_PERSONS),
    ],
)
def test_a_booking_needs_dates_in_order_and_a_person(details, code):
    assert refused(Act.BOOK, NOTHING, details) is code


def test_day_use_is_a_stay():
    assert changed(Act.BOOK, NOTHING, replace(NEW, departure=TODAY)).departure == TODAY


def test_an_amendment_keeps_state_and_old_values():
    change = changed(Act.AMEND, CONFIRMED, ActDetails(departure=TODAY + 9 * DAY, room="0305"))
    assert (change.after, change.departure, change.room) == (StayState.CONFIRMED, TODAY + 9 * DAY, "0305")
    assert change.effects == (Effect.OLD_VALUES_KEPT,)
    assert refused(Act.AMEND, CONFIRMED, ActDetails(arrival=TODAY + 9 * DAY)) is RefusalCode.DATES_REVERSED
    assert refused(Act.AMEND, CONFIRMED, ActDetails(persons=0)) is RefusalCode.NO_PERSONS


def test_a_split_makes_two_stays_that_do_not_overlap():
    change = changed(Act.SPLIT, CONFIRMED, ActDetails(on=TODAY + DAY))
    assert change.second == (StayState.CONFIRMED, TODAY + DAY, TODAY + 3 * DAY)
    assert (change.arrival, change.departure) == (TODAY, TODAY + DAY)
    for day in (None, TODAY, TODAY + 3 * DAY, TODAY + 4 * DAY):
        assert refused(Act.SPLIT, CONFIRMED, ActDetails(on=day)) is RefusalCode.OUTSIDE_STAY


def test_the_part_of_a_split_that_has_not_begun_is_not_in_the_house():
    stay = replace(IN_HOUSE, arrival=TODAY - DAY)
    tomorrow = changed(Act.SPLIT, stay, ActDetails(on=TODAY + DAY))
    assert (tomorrow.after, tomorrow.second) == (
        StayState.IN_HOUSE,
        (StayState.CONFIRMED, TODAY + DAY, TODAY + 3 * DAY),
    )
    today = changed(Act.SPLIT, stay, ActDetails(on=TODAY))
    assert today.second == (StayState.IN_HOUSE, TODAY, TODAY + 3 * DAY)


def test_a_cancellation_needs_one_of_the_reasons():
    assert changed(Act.CANCEL, CONFIRMED, ActDetails(reason="late")).after is StayState.CANCELLED
    assert refused(Act.CANCEL, CONFIRMED) is RefusalCode.REASON_MISSING
    assert refused(Act.CANCEL, CONFIRMED, ActDetails(reason="because")) is RefusalCode.REASON_UNKNOWN


def test_nobody_is_a_no_show_on_the_day_of_arrival():
    assert refused(Act.MARK_NO_SHOW, CONFIRMED) is RefusalCode.ARRIVAL_NOT_PAST
    assert changed(Act.MARK_NO_SHOW, replace(CONFIRMED, business_date=TODAY + DAY)).after is StayState.NO_SHOW


def test_a_late_arrival_is_reinstated_until_the_departure():
    late = replace(CONFIRMED, state=StayState.NO_SHOW, business_date=TODAY + 3 * DAY)
    assert changed(Act.REINSTATE, late).after is StayState.CONFIRMED
    later = replace(late, business_date=TODAY + 4 * DAY)
    assert refused(Act.REINSTATE, later) is RefusalCode.DEPARTURE_PAST
    assert refused(Act.REINSTATE, later, ActDetails(departure=TODAY + 9 * DAY)) is RefusalCode.DEPARTURE_PAST


def test_a_guest_is_checked_in():
    change = changed(Act.CHECK_IN, replace(CONFIRMED, room=""), ActDetails(room="0916"))
    assert (change.after, change.room) == (StayState.IN_HOUSE, "0916")
    assert {Effect.SNAPSHOT_TAKEN, Effect.REPORT_CREATED} <= set(change.effects)


@pytest.mark.parametrize(
    ("stay", "code"),
    [
        (replace(CONFIRMED, arrival=TODAY + DAY), RefusalCode.ARRIVAL_IN_FUTURE),
        (replace(CONFIRMED, business_date=TODAY + 4 * DAY), RefusalCode.DEPARTURE_PAST),
        (replace(CONFIRMED, room=""), RefusalCode.ROOM_MISSING),
        (replace(CONFIRMED, named_occupants=0), RefusalCode.NOBODY_NAMED),
    ],
)
def test_a_check_in_needs_its_day_a_room_and_a_name(stay, code):
    assert refused(Act.CHECK_IN, stay) is code


def test_dates_given_with_a_check_in_do_not_open_its_door():
    early = replace(CONFIRMED, arrival=TODAY + DAY)
    assert refused(Act.CHECK_IN, early, ActDetails(arrival=TODAY)) is RefusalCode.ARRIVAL_IN_FUTURE


def test_a_walk_in_is_one_act_and_two_versions():
    change = changed(Act.WALK_IN, NOTHING, NEW)
    assert change.after is StayState.IN_HOUSE
    assert {Effect.TWO_VERSIONS, Effect.SNAPSHOT_TAKEN, Effect.OCCUPANTS_MADE} <= set(change.effects)
    assert refused(Act.WALK_IN, NOTHING, replace(NEW, arrival=TODAY + DAY)) is RefusalCode.ARRIVAL_IN_FUTURE
    assert refused(Act.WALK_IN, NOTHING, replace(NEW, room="")) is RefusalCode.ROOM_MISSING
    assert refused(Act.WALK_IN, NOTHING, replace(NEW, persons=0)) is RefusalCode.NO_PERSONS
    assert refused(Act.WALK_IN, NOTHING) is RefusalCode.DATES_MISSING


def test_a_check_in_is_undone_the_same_business_day_before_any_charge():
    assert changed(Act.UNDO_CHECK_IN, IN_HOUSE).after is StayState.CONFIRMED
    assert refused(Act.UNDO_CHECK_IN, replace(IN_HOUSE, business_date=TODAY + DAY)) is RefusalCode.BUSINESS_DATE_TURNED
    assert refused(Act.UNDO_CHECK_IN, replace(IN_HOUSE, has_charges=True)) is RefusalCode.HAS_CHARGES


@pytest.mark.parametrize("act", [Act.JOIN, Act.LEAVE])
def test_people_join_and_leave_inside_the_stay(act):
    assert changed(act, IN_HOUSE, ActDetails(on=TODAY + 3 * DAY)).after is StayState.IN_HOUSE
    for day in (None, TODAY - DAY, TODAY + 4 * DAY):
        assert refused(act, IN_HOUSE, ActDetails(on=day)) is RefusalCode.OUTSIDE_STAY


def test_a_room_is_moved_to_a_free_other_one():
    change = changed(Act.MOVE_ROOM, IN_HOUSE, ActDetails(room="0305", is_room_free=True))
    assert change.room == "0305"
    assert change.effects == (Effect.SEGMENT_CLOSED, Effect.SEGMENT_OPENED, Effect.KEYS_VOID)
    assert refused(Act.MOVE_ROOM, IN_HOUSE) is RefusalCode.ROOM_MISSING
    assert refused(Act.MOVE_ROOM, IN_HOUSE, ActDetails(room="1208", is_room_free=True)) is RefusalCode.ROOM_SAME
    for is_free in (False, None):
        details = ActDetails(room="0305", is_room_free=is_free)
        assert refused(Act.MOVE_ROOM, IN_HOUSE, details) is RefusalCode.ROOM_TAKEN


def test_a_stay_is_extended_forward_only():
    assert changed(Act.EXTEND, IN_HOUSE, ActDetails(departure=TODAY + 4 * DAY)).departure == TODAY + 4 * DAY
    assert refused(Act.EXTEND, IN_HOUSE, ActDetails(departure=TODAY + 3 * DAY)) is RefusalCode.DEPARTURE_NOT_LATER
    assert refused(Act.EXTEND, IN_HOUSE) is RefusalCode.DATES_MISSING


def test_an_early_departure_keeps_both_dates():
    change = changed(Act.CHECK_OUT, IN_HOUSE)
    assert (change.after, change.departure, change.left_on) == (StayState.CHECKED_OUT, TODAY + 3 * DAY, TODAY)
    assert Effect.EARLY_DEPARTURE in change.effects
    on_time = changed(Act.CHECK_OUT, replace(IN_HOUSE, business_date=TODAY + 3 * DAY))
    assert Effect.EARLY_DEPARTURE not in on_time.effects


def test_a_check_out_is_undone_while_the_room_is_free():
    assert changed(Act.UNDO_CHECK_OUT, OUT, ActDetails(is_room_free=True)).after is StayState.IN_HOUSE
    assert refused(Act.UNDO_CHECK_OUT, OUT) is RefusalCode.ROOM_TAKEN
    late = replace(OUT, business_date=TODAY + DAY)
    assert refused(Act.UNDO_CHECK_OUT, late, ActDetails(is_room_free=True)) is RefusalCode.BUSINESS_DATE_TURNED


def test_a_correction_has_a_reason():
    change = changed(Act.CORRECT, OUT, ActDetails(reason="typed wrong", departure=TODAY + DAY))
    assert (change.after, change.departure) == (StayState.CHECKED_OUT, TODAY + DAY)
    assert refused(Act.CORRECT, OUT, ActDetails(reason="  ")) is RefusalCode.REASON_MISSING


@pytest.mark.parametrize(
    ("state", "arrival", "departure", "derived", "relation"),
    [
        (StayState.CONFIRMED, 0, 1, DerivedState.DUE_IN, Relation.ARRIVING),
        (StayState.CONFIRMED, -1, 1, DerivedState.ARRIVAL_OVERDUE, Relation.ARRIVING),
        (StayState.CONFIRMED, -3, -1, DerivedState.ARRIVAL_OVERDUE, Relation.NONE),
        (StayState.CONFIRMED, 1, 2, None, Relation.NONE),
        (StayState.IN_HOUSE, -1, 0, DerivedState.DUE_OUT, Relation.IN_HOUSE),
        (StayState.IN_HOUSE, -2, -1, DerivedState.DEPARTURE_OVERDUE, Relation.IN_HOUSE),
        (StayState.IN_HOUSE, -2, 1, None, Relation.IN_HOUSE),
        (StayState.CHECKED_OUT, -2, -1, None, Relation.DEPARTED),
        (StayState.TENTATIVE, 0, 1, None, Relation.NONE),
        (StayState.INQUIRED, 0, 1, None, Relation.NONE),
        (StayState.WAITLISTED, 0, 1, None, Relation.NONE),
        (StayState.CANCELLED, 0, 1, None, Relation.NONE),
        (StayState.NO_SHOW, -1, 1, None, Relation.NONE),
    ],
)
def test_what_the_business_date_makes_of_a_state(state, arrival, departure, derived, relation):
    dates = TODAY + arrival * DAY, TODAY + departure * DAY, TODAY
    assert derived_state(state, *dates) == derived
    assert relation_of(state, *dates) is relation


def test_days_since_departure():
    assert days_since_departure(StayState.CHECKED_OUT, TODAY - 30 * DAY, TODAY) == 30
    assert days_since_departure(StayState.IN_HOUSE, TODAY, TODAY) is None


def test_a_reservation_is_as_lively_as_its_liveliest_stay():
    assert reservation_state([StayState.CANCELLED, StayState.IN_HOUSE]) is StayState.IN_HOUSE
    assert reservation_state([StayState.CANCELLED, StayState.CHECKED_OUT]) is StayState.CHECKED_OUT
    assert reservation_state([]) is None
    assert all(reservation_state([state]) is state for state in StayState)


def test_undo_goes_back_one_step():
    assert occupant_back(OccupantState.DEPARTED) is OccupantState.ON_BOARD
    assert occupant_back(OccupantState.ON_BOARD) is OccupantState.EXPECTED
    assert occupant_back(OccupantState.UNKNOWN) is None
    assert occupant_back(OccupantState.CANCELLED) is None


def test_a_place_in_the_count_becomes_a_person():
    assert occupant_before_arrival(is_named=False, is_complete=True) is OccupantState.UNKNOWN
    assert occupant_before_arrival(is_named=True, is_complete=False) is OccupantState.INCOMPLETE
    assert occupant_before_arrival(is_named=True, is_complete=True) is OccupantState.EXPECTED


@pytest.mark.parametrize(
    ("source", "word", "reason", "state"),
    [
        ("hotel_bookings", "Check-Out", "", StayState.CHECKED_OUT),
        ("hotel_bookings", "No-Show", "", StayState.NO_SHOW),
        ("mews", "Requested", "", StayState.WAITLISTED),
        ("opera", "Requested", "", StayState.INQUIRED),
        ("mews", "Canceled", "NoShow", StayState.NO_SHOW),
        ("mews", "Canceled", "Other", StayState.CANCELLED),
        ("cloudbeds", "Canceled", "", None),
        ("apaleo", "NoShow", "", StayState.NO_SHOW),
        ("oca", "cancel", "noshow", StayState.NO_SHOW),
        ("ota", "Modify", "", None),
        ("nobody", "Confirmed", "", None),
        ("plain", "in_house", "", StayState.IN_HOUSE),
    ],
)
def test_words_of_other_systems(source, word, reason, state):
    if state is None:
        with pytest.raises(UnknownStateError, match=word):
            state_from(source, word, reason)
    else:
        assert state_from(source, word, reason) is state


def test_an_unknown_word_is_named_but_not_at_any_length():
    with pytest.raises(UnknownStateError) as caught:
        state_from("opera", "x" * 500)
    assert caught.value.word == "x" * 40
    assert set(SOURCE_STATES) >= {"opera", "mews", "cloudbeds", "apaleo", "ota", "hotel_bookings", "haip", "oca"}


def test_every_relation_has_a_name_in_both_languages():
    assert all(kin.zh and kin.en.isascii() for kin in Kinship)
    assert len(Kinship) == 15
