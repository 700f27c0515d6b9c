"""The life of a stay: one table of acts, their guards, and what else they do.

Rules:
* Nothing changes a stay but an act of this table. An act from a state that its row does not name is refused.
* A refusal is a value with a code; the desk has the words. Guards are tried in order, the first that fails speaks.
* Everything here is decided from the facts passed in: no clock, no database. The same facts give the same answer.

Left to others: that the facts are true and stay true until the commit, act ids (the same id twice changes nothing),
snapshots, reports, keys (the office does what `effects` name).
Source: hotel.md section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from discretion.hotel.purpose import Relation
from discretion.hotel.source_state import OTA_ACTS, SOURCE_STATES, UnknownStateError, state_from
from discretion.hotel.stay_fact import ActDetails, ActRefusal, Effect, RefusalCode, StayChange, StayFacts
from discretion.hotel.stay_state import (
    Act,
    CancelReason,
    DerivedState,
    Kinship,
    OccupantRole,
    OccupantState,
    StayState,
    occupant_back,
    occupant_before_arrival,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

__all__ = [
    "OTA_ACTS",
    "SOURCE_STATES",
    "TABLE",
    "Act",
    "ActDetails",
    "ActRefusal",
    "CancelReason",
    "DerivedState",
    "Effect",
    "Kinship",
    "OccupantRole",
    "OccupantState",
    "RefusalCode",
    "Row",
    "StayChange",
    "StayFacts",
    "StayState",
    "UnknownStateError",
    "acts_from",
    "days_since_departure",
    "derived_state",
    "occupant_back",
    "occupant_before_arrival",
    "relation_of",
    "reservation_state",
    "state_from",
    "transition",
]


Guard: TypeAlias = "Callable[[StayFacts, ActDetails], RefusalCode | None]"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. `to` None means that the state stays, or, to book, that the details name it."""

    sources: frozenset[StayState | None]
    to: StayState | None
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()


def _dates_in_order(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    if facts.arrival is None or facts.departure is None:
        return RefusalCode.DATES_MISSING
    return RefusalCode.DATES_REVERSED if facts.departure < facts.arrival else None


def _somebody_comes(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    return RefusalCode.NO_PERSONS if facts.persons < 1 else None


def _into_a_bookable_state(_facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    return None if details.into in _BEFORE_HOUSE else RefusalCode.NOT_BOOKABLE


def _splits_inside(facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    if facts.arrival is None or facts.departure is None:
        return RefusalCode.DATES_MISSING
    if details.on is None or not facts.arrival < details.on < facts.departure:
        return RefusalCode.OUTSIDE_STAY
    return None


def _has_cancel_reason(_facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    if not details.reason:
        return RefusalCode.REASON_MISSING
    return None if details.reason in _CANCEL_REASONS else RefusalCode.REASON_UNKNOWN


def _has_reason(_facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    return None if details.reason.strip() else RefusalCode.REASON_MISSING


def _arrival_past(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    if facts.arrival is None:
        return RefusalCode.DATES_MISSING
    return None if facts.business_date > facts.arrival else RefusalCode.ARRIVAL_NOT_PAST


def _departure_not_past(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    if facts.departure is None:
        return RefusalCode.DATES_MISSING
    return RefusalCode.DEPARTURE_PAST if facts.departure < facts.business_date else None


def _arrival_not_future(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    if facts.arrival is None:
        return RefusalCode.DATES_MISSING
    return RefusalCode.ARRIVAL_IN_FUTURE if facts.arrival > facts.business_date else None


def _room_assigned(facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    return None if details.room or facts.room else RefusalCode.ROOM_MISSING


def _somebody_named(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    return RefusalCode.NOBODY_NAMED if facts.named_occupants < 1 else None


def _same_day_as_check_in(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    return None if facts.checked_in_on == facts.business_date else RefusalCode.BUSINESS_DATE_TURNED


def _same_day_as_check_out(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    return None if facts.checked_out_on == facts.business_date else RefusalCode.BUSINESS_DATE_TURNED


def _no_charges(facts: StayFacts, _details: ActDetails) -> RefusalCode | None:
    return RefusalCode.HAS_CHARGES if facts.has_charges else None


def _inside_the_stay(facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    if facts.arrival is None or facts.departure is None:
        return RefusalCode.DATES_MISSING
    if details.on is None or not facts.arrival <= details.on <= facts.departure:
        return RefusalCode.OUTSIDE_STAY
    return None


def _another_room(facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    if not details.room:
        return RefusalCode.ROOM_MISSING
    return RefusalCode.ROOM_SAME if details.room == facts.room else None


def _room_free(_facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    return None if details.is_room_free else RefusalCode.ROOM_TAKEN


def _leaves_later(facts: StayFacts, details: ActDetails) -> RefusalCode | None:
    if facts.departure is None or details.departure is None:
        return RefusalCode.DATES_MISSING
    return None if details.departure > facts.departure else RefusalCode.DEPARTURE_NOT_LATER


_CANCEL_REASONS: Final[frozenset[str]] = frozenset(CancelReason)
_BEFORE_HOUSE: Final = frozenset({StayState.INQUIRED, StayState.WAITLISTED, StayState.TENTATIVE, StayState.CONFIRMED})
_NOT_YET: Final = frozenset[StayState | None]({None})
_HOUSE: Final = frozenset[StayState | None]({StayState.IN_HOUSE})
_OUT: Final = frozenset[StayState | None]({StayState.CHECKED_OUT})
_CHECK_IN_GUARDS: Final = (
    _dates_in_order,
    _arrival_not_future,
    _departure_not_past,
    _room_assigned,
    _somebody_named,
)
_CHECK_IN_EFFECTS: Final = (
    Effect.ARRIVAL_TIMED,
    Effect.SEGMENT_OPENED,
    Effect.SNAPSHOT_TAKEN,
    Effect.REPORT_CREATED,
)

TABLE: Final = MappingProxyType(
    {
        Act.BOOK: Row(
            _NOT_YET, None, (_into_a_bookable_state, _dates_in_order, _somebody_comes), (Effect.OCCUPANTS_MADE,)
        ),
        Act.CONFIRM: Row(
            frozenset({StayState.INQUIRED, StayState.WAITLISTED, StayState.TENTATIVE}), StayState.CONFIRMED
        ),
        Act.AMEND: Row(_BEFORE_HOUSE, None, (_dates_in_order, _somebody_comes), (Effect.OLD_VALUES_KEPT,)),
        Act.SPLIT: Row(
            frozenset({StayState.CONFIRMED, StayState.IN_HOUSE}), None, (_splits_inside,), (Effect.OCCUPANTS_MOVED,)
        ),
        Act.CANCEL: Row(_BEFORE_HOUSE, StayState.CANCELLED, (_has_cancel_reason,), (Effect.REPORTS_WITHDRAWN,)),
        Act.MARK_NO_SHOW: Row(frozenset({StayState.CONFIRMED}), StayState.NO_SHOW, (_arrival_past,)),
        Act.REINSTATE: Row(
            frozenset({StayState.CANCELLED, StayState.NO_SHOW}), StayState.CONFIRMED, (_departure_not_past,)
        ),
        Act.CHECK_IN: Row(frozenset({StayState.CONFIRMED}), StayState.IN_HOUSE, _CHECK_IN_GUARDS, _CHECK_IN_EFFECTS),
        Act.WALK_IN: Row(
            _NOT_YET,
            StayState.IN_HOUSE,
            (*_CHECK_IN_GUARDS, _somebody_comes),
            (Effect.OCCUPANTS_MADE, *_CHECK_IN_EFFECTS, Effect.TWO_VERSIONS),
        ),
        Act.UNDO_CHECK_IN: Row(
            _HOUSE,
            StayState.CONFIRMED,
            (_same_day_as_check_in, _no_charges),
            (Effect.SEGMENT_CLOSED, Effect.SNAPSHOT_UNDONE, Effect.REPORT_CANCELLED),
        ),
        Act.JOIN: Row(_HOUSE, None, (_inside_the_stay,), (Effect.SNAPSHOT_TAKEN, Effect.REPORT_CREATED)),
        Act.LEAVE: Row(_HOUSE, None, (_inside_the_stay,), (Effect.SNAPSHOT_TAKEN, Effect.REPORT_CREATED)),
        Act.MOVE_ROOM: Row(
            _HOUSE,
            None,
            (_another_room, _room_free),
            (Effect.SEGMENT_CLOSED, Effect.SEGMENT_OPENED, Effect.KEYS_VOID),
        ),
        Act.EXTEND: Row(_HOUSE, None, (_leaves_later,), (Effect.OLD_VALUES_KEPT,)),
        Act.CHECK_OUT: Row(
            _HOUSE, StayState.CHECKED_OUT, (), (Effect.DEPARTURE_TIMED, Effect.SEGMENT_CLOSED, Effect.KEYS_VOID)
        ),
        Act.UNDO_CHECK_OUT: Row(
            _OUT,
            StayState.IN_HOUSE,
            (_same_day_as_check_out, _room_free),
            (Effect.SEGMENT_OPENED, Effect.REPORT_CORRECTED),
        ),
        Act.CORRECT: Row(_OUT, None, (_has_reason,), (Effect.OLD_VALUES_KEPT,)),
    }
)
"""Every act: from where, to where, its guards in order, its effects."""

_CHANGES_DATES: Final = frozenset({Act.BOOK, Act.AMEND, Act.WALK_IN, Act.CORRECT})
_NAMES_OCCUPANTS: Final = frozenset({Act.CHECK_IN, Act.WALK_IN})
_CHANGES_ROOM: Final = frozenset({Act.BOOK, Act.AMEND, Act.CHECK_IN, Act.WALK_IN, Act.MOVE_ROOM, Act.CORRECT})


def acts_from(state: StayState | None) -> tuple[Act, ...]:
    """Return the acts that a stay in `state` may come to, in the table's order, before any guard."""
    return tuple(act for act, row in TABLE.items() if state in row.sources)


def transition(act: Act, stay: StayFacts, details: ActDetails | None = None) -> StayChange | ActRefusal:
    """Return what `act` makes of `stay`, or why it is refused.

    Not checked: who may do it (the policy), that rooms and people exist (the office).
    """
    # 1. The table: is there a way from here?
    row, given = TABLE[act], details or ActDetails()
    if stay.state not in row.sources:
        return ActRefusal(RefusalCode.WRONG_STATE, act, stay.state)
    # 2. The facts as this act would have them. An act that changes no dates ignores dates it is given.
    wished = _wished(act, stay, given)
    # 3. The guards, in order.
    for guard in row.guards:
        if (code := guard(wished, given)) is not None:
            return ActRefusal(code, act, stay.state)
    # 4. The change. Facts that never were in order are refused here, whatever the act.
    if (code := _dates_in_order(wished, given)) is not None:
        return ActRefusal(code, act, stay.state)
    return _change(act, wished, given)


def _wished(act: Act, stay: StayFacts, given: ActDetails) -> StayFacts:
    """Return the facts with the values that an act of this kind may bring."""
    if act in _CHANGES_DATES:
        stay = replace(
            stay,
            arrival=given.arrival or stay.arrival,
            departure=given.departure or stay.departure,
            persons=stay.persons if given.persons is None else given.persons,
        )
    if act in _NAMES_OCCUPANTS and given.named_occupants is not None:
        stay = replace(stay, named_occupants=given.named_occupants)
    return stay


def _change(act: Act, stay: StayFacts, given: ActDetails) -> StayChange:
    """Return the change, with the second stay of a split and the early departure of a check-out."""
    row, arrival, departure = TABLE[act], stay.arrival, stay.departure
    after = given.into if act is Act.BOOK else row.to or stay.state
    if after is None or arrival is None or departure is None:
        raise AssertionError(act)  # the guards let through what they are there to stop
    effects, second, left_on = row.effects, None, None
    if act is Act.EXTEND and given.departure is not None:
        departure = given.departure
    if act is Act.SPLIT and given.on is not None:
        # The part that has not begun is not in the house yet.
        later = StayState.CONFIRMED if given.on > stay.business_date else after
        second, departure = (later, given.on, departure), given.on
    if act is Act.CHECK_OUT:
        left_on = stay.business_date
        if left_on < departure:
            effects = (*effects, Effect.EARLY_DEPARTURE)
    return StayChange(
        act=act,
        before=stay.state,
        after=after,
        arrival=arrival,
        departure=departure,
        room=(given.room if act in _CHANGES_ROOM else "") or stay.room,
        effects=effects,
        second=second,
        left_on=left_on,
    )


def derived_state(state: StayState, arrival: date, departure: date, business_date: date) -> DerivedState | None:
    """Return what `state` means on the business date, None if nothing is due."""
    if state is StayState.CONFIRMED and arrival <= business_date:
        return DerivedState.DUE_IN if arrival == business_date else DerivedState.ARRIVAL_OVERDUE
    if state is StayState.IN_HOUSE and departure <= business_date:
        return DerivedState.DUE_OUT if departure == business_date else DerivedState.DEPARTURE_OVERDUE
    return None


def relation_of(state: StayState, arrival: date, departure: date, business_date: date) -> Relation:
    """Return how the guest of this stay stands to the property.

    A confirmed stay whose departure has passed without a no-show mark gives no relation: else a forgotten booking would
    open a record for ever. How long ago a departure was is `days_since_departure`, for the policy to bound.
    """
    if state is StayState.IN_HOUSE:
        return Relation.IN_HOUSE
    if state is StayState.CONFIRMED and arrival <= business_date <= departure:
        return Relation.ARRIVING
    if state is StayState.CHECKED_OUT:
        return Relation.DEPARTED
    return Relation.NONE


def days_since_departure(state: StayState, left_on: date, business_date: date) -> int | None:
    """Return the days since the guest left, by the property's calendar; None if the stay has not ended."""
    return (business_date - left_on).days if state is StayState.CHECKED_OUT else None


_RESERVATION_ORDER: Final = (
    StayState.IN_HOUSE,
    StayState.CONFIRMED,
    StayState.TENTATIVE,
    StayState.WAITLISTED,
    StayState.INQUIRED,
    StayState.CHECKED_OUT,
    StayState.NO_SHOW,
    StayState.CANCELLED,
)


def reservation_state(stays: Iterable[StayState]) -> StayState | None:
    """Return the state of a reservation: the liveliest of its stays. None if it has none."""
    found = set(stays)
    return next((state for state in _RESERVATION_ORDER if state in found), None)
