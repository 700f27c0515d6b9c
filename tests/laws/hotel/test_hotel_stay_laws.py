"""Every act from every state either changes the stay as the table says, or is refused for a reason."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from discretion.hotel.purpose import Relation
from discretion.hotel.stay import (
    TABLE,
    Act,
    ActDetails,
    ActRefusal,
    CancelReason,
    Effect,
    RefusalCode,
    StayFacts,
    StayState,
    derived_state,
    relation_of,
    transition,
)

TODAY = date(2026, 11, 23)
days = st.integers(-5, 5).map(lambda number: TODAY + timedelta(days=number))
maybe_days = st.none() | days
facts = st.builds(
    StayFacts,
    state=st.none() | st.sampled_from(StayState),
    business_date=st.just(TODAY),
    arrival=maybe_days,
    departure=maybe_days,
    room=st.sampled_from(["", "0916", "1208"]),
    persons=st.integers(0, 3),
    named_occupants=st.integers(0, 3),
    checked_in_on=maybe_days,
    checked_out_on=maybe_days,
    has_charges=st.booleans(),
)
details = st.builds(
    ActDetails,
    into=st.none() | st.sampled_from(StayState),
    arrival=maybe_days,
    departure=maybe_days,
    persons=st.none() | st.integers(0, 3),
    named_occupants=st.none() | st.integers(0, 3),
    room=st.sampled_from(["", "0916", "1208"]),
    on=maybe_days,
    reason=st.sampled_from(["", " ", "because", *CancelReason]),
    is_room_free=st.none() | st.booleans(),
)


@given(st.sampled_from(Act), facts, details)
def test_every_act_from_every_state_changes_as_the_table_says_or_is_refused(act, stay, given_details):
    outcome = transition(act, stay, given_details)
    row = TABLE[act]
    if isinstance(outcome, ActRefusal):
        assert (outcome.act, outcome.state) == (act, stay.state)
        assert (outcome.code is RefusalCode.WRONG_STATE) == (stay.state not in row.sources)
        return
    assert stay.state in row.sources
    assert (outcome.act, outcome.before) == (act, stay.state)
    assert outcome.after == (given_details.into if act is Act.BOOK else row.to or stay.state)
    assert outcome.arrival <= outcome.departure
    assert set(row.effects) <= set(outcome.effects)
    assert transition(act, stay, given_details) == outcome


@given(facts, details)
def test_nobody_is_in_the_house_outside_the_dates_without_room_or_name(stay, given_details):
    for act in (Act.CHECK_IN, Act.WALK_IN):
        outcome = transition(act, stay, given_details)
        if not isinstance(outcome, ActRefusal):
            assert outcome.after is StayState.IN_HOUSE
            assert outcome.arrival <= stay.business_date <= outcome.departure
            assert outcome.room
            assert Effect.SNAPSHOT_TAKEN in outcome.effects


@given(facts, details)
def test_a_split_covers_the_same_days_without_overlap(stay, given_details):
    outcome = transition(Act.SPLIT, stay, given_details)
    if not isinstance(outcome, ActRefusal):
        assert outcome.second is not None
        _, begins, ends = outcome.second
        assert (outcome.arrival, ends) == (stay.arrival, stay.departure)
        assert outcome.departure == begins
        assert outcome.arrival < begins < ends


@given(st.sampled_from(StayState), days, days)
def test_only_a_stay_due_or_in_house_or_ended_gives_a_relation(state, arrival, departure):
    relation = relation_of(state, arrival, departure, TODAY)
    assert (relation is Relation.IN_HOUSE) == (state is StayState.IN_HOUSE)
    assert (relation is Relation.DEPARTED) == (state is StayState.CHECKED_OUT)
    if relation is Relation.ARRIVING:
        assert derived_state(state, arrival, departure, TODAY) is not None
