"""Ben approves Ada's look-up and then reviews it: refused by the office, and by the table where the office lies."""

from __future__ import annotations

import psycopg
import pytest

from discretion.office import reviews
from discretion.office.outcome import ActRefusal
from tests.cast import Player, Stage, new_id
from tests.reviewing import in_office, review_of


def approved(stage: Stage, by: Player, for_id: bytes | None = None) -> str:
    """Return the id of a request of Ada's that somebody approved."""
    request_id, place = new_id().hex(), stage.ada.property_id.hex()
    stage.superuser.execute(
        "insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact,"
        " policy, facts, relation, reason, reference, ask_until_at, grant_seconds) values (%s, %s, %s, 'front_desk', %s, %s, 'check_out', 8, 'CO-3',"
        " 'ok_manager', %s, 0, 'departed', 'A late invoice is asked for', 'R-1', now() + interval '15 minutes', 1800)",
        (place, request_id, stage.ada.staff_id.hex(), new_id().hex(), stage.guest("departed").guest_id.hex(), b"p" * 32),
    )
    stage.superuser.execute(
        "insert into hotel.approval_vote (property_id, request_id, approver_id, as_role, for_id, vote, session_id, passkey_at) values"
        " (%s, %s, %s, 'duty_manager', %s, true, %s, now())",
        (place, request_id, by.staff_id.hex(), for_id.hex() if for_id else None, new_id().hex()),
    )
    return request_id


def judge(stage: Stage, number: str, by: Player) -> object:
    new = reviews.NewVerdict(new_id(), number, by.staff_id, by.duty, "justified", "好。", "Fine.")
    return in_office(stage, lambda office: reviews.give_verdict(office, by.property_id, new))


def test_whoever_approved_a_look_up_does_not_judge_it(stage: Stage) -> None:
    number = review_of(stage, stage.ada, why="approval_sampled", explained="approval", request_id=approved(stage, stage.ben))
    assert judge(stage, number, stage.ben) == ActRefusal("review_approver")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="approved a look-up"):
        stage.office.execute(
            "insert into hotel.review_verdict (property_id, verdict_id, review_id, by_id, as_role, verdict)"
            " select property_id, %s, review_id, %s, 'duty_manager', 'justified' from hotel.lookup_review where number = %s",
            (new_id().hex(), stage.ben.staff_id.hex(), number),
        )


def test_nor_does_the_one_they_voted_for_as_deputy(stage: Stage) -> None:
    mara, kim = stage.hire("Mara", "duty_manager"), stage.hire("Kim", "security")
    number = review_of(stage, stage.ada, request_id=approved(stage, stage.ben, for_id=mara.staff_id))
    assert judge(stage, number, mara) == ActRefusal("review_approver")
    assert not isinstance(judge(stage, number, kim), ActRefusal)
