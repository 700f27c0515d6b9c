"""Ben looks somebody up and wants to be his own reviewer: by the page, by the office, by the table, and by a second role."""

from __future__ import annotations

import psycopg
import pytest

from discretion.office import reviews
from discretion.office.outcome import ActRefusal
from tests.cast import Player, Stage, new_id
from tests.reviewing import in_office, review_of


def judge(stage: Stage, number: str, by: Player, as_role: str) -> object:
    new = reviews.NewVerdict(new_id(), number, by.staff_id, as_role, "justified", "好。", "Fine.")
    return in_office(stage, lambda office: reviews.give_verdict(office, by.property_id, new))


def forge(stage: Stage, number: str, by: Player, as_role: str) -> None:
    """Write the verdict straight into the table, as a house that lies could."""
    stage.office.execute(
        "insert into hotel.review_verdict (property_id, verdict_id, review_id, by_id, as_role, verdict)"
        " select property_id, %s, review_id, %s, %s, 'justified' from hotel.lookup_review where number = %s",
        (new_id().hex(), by.staff_id.hex(), as_role, number),
    )


def test_nobody_judges_a_look_up_of_their_own(stage: Stage) -> None:
    number = review_of(stage, stage.ben)
    assert judge(stage, number, stage.ben, "duty_manager") == ActRefusal("review_own")


def test_a_second_role_does_not_make_another_person(stage: Stage) -> None:
    kim = stage.hire("Kim", "security")
    stage.office.execute(
        "insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, 'privacy')", (kim.property_id.hex(), kim.staff_id.hex()),
    )
    number = review_of(stage, kim)
    assert judge(stage, number, kim, "privacy") == ActRefusal("review_own")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="of their own"):
        forge(stage, number, kim, "privacy")


def test_the_privacy_officers_look_ups_are_the_general_managers_to_judge(stage: Stage) -> None:
    pia, kim = stage.hire("Pia", "privacy"), stage.hire("Kim", "security")
    number = review_of(stage, pia)
    assert judge(stage, number, kim, "security") == ActRefusal("review_privacy")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="does not review that"):
        forge(stage, number, kim, "security")


def test_a_duty_manager_does_not_judge_a_manager(stage: Stage) -> None:
    mara = stage.hire("Mara", "duty_manager")
    number = review_of(stage, mara)
    assert judge(stage, number, stage.ben, "duty_manager") == ActRefusal("review_lead")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        forge(stage, number, stage.ben, "duty_manager")


def test_a_role_that_is_not_held_judges_nothing(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    assert judge(stage, number, stage.egon, "auditor") == ActRefusal("review_role")
    assert judge(stage, number, stage.egon, "privacy") == ActRefusal("review_role")  # the trigger knows who holds it


def test_a_review_is_not_closed_without_a_verdict_nor_opened_again(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    close = "update hotel.lookup_review set state = 'closed', verdict = 'justified', verdict_by = %s, closed_at = now() where number = %s"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="forward only"):
        stage.office.execute(close, (stage.ben.staff_id.hex(), number))
    assert not isinstance(judge(stage, number, stage.ben, "duty_manager"), ActRefusal)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="forward only"):
        stage.office.execute("update hotel.lookup_review set state = 'open', verdict = '', closed_at = null where number = %s", (number,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute("delete from hotel.review_verdict")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute("delete from hotel.lookup_review where number = %s", (number,))
