"""Hilltop's manager wants to judge a look-up of Harbour's Ada: for Hilltop there is no such look-up."""

from __future__ import annotations

import psycopg
import pytest

from discretion.office import reviews
from discretion.office.outcome import ActRefusal
from tests.cast import Stage, new_id
from tests.reviewing import in_office, review_of


def test_a_number_of_another_hotel_is_no_number(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    maud = stage.hire("Maud", "duty_manager", stage.players["Hugo"])
    new = reviews.NewVerdict(new_id(), number, maud.staff_id, "duty_manager", "justified", "好。", "Fine.")
    assert in_office(stage, lambda office: reviews.give_verdict(office, maud.property_id, new)) == ActRefusal("not_found")
    assert in_office(stage, lambda office: reviews.review_of(office, maud.property_id, number)) is None


def test_nor_does_the_table_take_a_verdict_of_somebody_elses_staff(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    maud = stage.hire("Maud", "duty_manager", stage.players["Hugo"])
    for place in (stage.ada.property_id, maud.property_id):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.office.execute(
                "insert into hotel.review_verdict (property_id, verdict_id, review_id, by_id, as_role, verdict)"
                " select %s, %s, review_id, %s, 'duty_manager', 'justified' from hotel.lookup_review where number = %s",
                (place.hex(), new_id().hex(), maud.staff_id.hex(), number),
            )
