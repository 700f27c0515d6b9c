"""An approval opens once, for exactly its person, guest, purpose and groups, and nobody approves their own."""

from __future__ import annotations

import threading

import psycopg
import pytest

from discretion.wire import exceptions, lookup
from tests.cast import Guest, Player, Stage, groups, new_id

INVOICE = groups("booking", "spending")


@pytest.fixture
def asker(stage: Stage) -> Player:
    """Somebody at the desk, with an hour's requests before them."""
    return stage.hire("Alma", "front_desk")


def approved(stage: Stage, by: Player, guest: Guest, wanted: int = INVOICE) -> bytes:
    asked = by.request(guest, "check_out", wanted, "CO-3", "ok_manager")
    assert isinstance(asked, lookup.Entered), asked
    assert isinstance(stage.ben.vote(asked.detail), lookup.Entered)
    detail: bytes = asked.detail
    return detail


def test_of_eight_who_use_a_single_use_at_once_one_is_shown_something(stage: Stage, asker: Player) -> None:
    guest = stage.guest("departed")
    approved(stage, asker, guest)
    lines = [stage.line() for _ in range(8)]
    for line in lines:
        line.send(lookup.LookUp(
            ticket=asker.ticket, request_id=new_id(), guest_id=guest.guest_id, purpose="check_out", clear=INVOICE, masked=0,
        ))
    answers = [line.answer() for line in lines]
    for line in lines:
        line.close()
    assert sum(isinstance(answer, lookup.Disclosure) for answer in answers) == 1
    assert all(isinstance(answer, (lookup.Disclosure, lookup.Refusal)) for answer in answers)


def test_of_eight_uses_in_one_round_one_is_shown_something(stage: Stage, asker: Player) -> None:
    guest = stage.guest("departed")
    approved(stage, asker, guest)
    line = stage.line()
    for _ in range(8):
        line.send(lookup.LookUp(
            ticket=asker.ticket, request_id=new_id(), guest_id=guest.guest_id, purpose="check_out", clear=INVOICE, masked=0,
        ))
    answers = [line.answer() for _ in range(8)]
    line.close()
    assert sum(isinstance(answer, lookup.Disclosure) for answer in answers) == 1
    assert {answer.reason for answer in answers if isinstance(answer, lookup.Refusal)} <= {"approval_used", "policy"}


def test_it_opens_nothing_of_another_guest_group_or_person(stage: Stage, asker: Player) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    mallory = stage.hire("Mallory", "front_desk")
    approved(stage, asker, guest, wanted=groups("booking"))
    assert isinstance(asker.look_up(other, "check_out", clear=groups("booking")), lookup.Refusal)
    assert isinstance(asker.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)
    assert isinstance(mallory.look_up(guest, "check_out", clear=groups("booking")), lookup.Refusal)
    assert asker.look_up(guest, "check_out", clear=groups("booking")).clear == groups("booking")


def test_a_request_without_an_offer_behind_it_is_refused(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    stage.hire("Gil", "general_manager")
    guest = stage.guest("departed")
    wider = mallory.request(guest, "check_out", INVOICE | groups("document"), "CO-3", "ok_manager")
    assert isinstance(wider, lookup.Refusal)
    assert isinstance(mallory.request(guest, "check_out", INVOICE, "CO-4", "ok_general"), lookup.Refusal)
    assert isinstance(mallory.request(stage.guest("none"), "check_out", INVOICE, "CO-3", "ok_manager"), lookup.Refusal)
    assert mallory.request(guest, "check_out", INVOICE, "CO-3", "fresh_passkey").code == "malformed"


def test_nobody_approves_their_own_in_a_second_role(stage: Stage) -> None:
    both = stage.hire("Mallory", "front_desk")
    stage.shift(both, duty="duty_manager")
    stage.office.execute(
        "insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, 'duty_manager')",
        (both.property_id.hex(), both.staff_id.hex()),
    )
    guest = stage.guest("departed")
    asked = both.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    assert isinstance(asked, lookup.Entered), asked
    again = both.sign_in()
    assert isinstance(again.ask(lookup.ChooseDuty, duty="duty_manager"), lookup.Person)
    assert again.vote(asked.detail).code == "not_found"


def test_nobody_approves_their_own_through_a_deputy(stage: Stage) -> None:
    boss, friend = stage.hire("Mallory", "general_manager"), stage.hire("Moe", "finance")
    stage.hire("Gil", "general_manager")  # somebody else could approve it: the deputy is not the only way
    until = int(stage.office.execute("select extract(epoch from now())").fetchone()[0]) + 3600  # type: ignore[index]
    offered = boss.verified(
        exceptions.OfferDeputy, exceptions.Action("deputy_offer", friend.staff_id, "general_manager", until_at=until),
        to_id=friend.staff_id, role="general_manager", until_at=until,
    )
    assert isinstance(
        friend.verified(exceptions.AcceptDeputy, exceptions.Action("deputy_accept", offered.detail), deputy_id=offered.detail), lookup.Entered,
    )
    guest = stage.guest("departed")
    number = stage.case(guest, "complaint")
    # Mallory acts as duty manager too, whose late invoices the general manager approves: here their own deputy would.
    stage.office.execute(
        "insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, 'duty_manager')", (boss.property_id.hex(), boss.staff_id.hex()),
    )
    stage.shift(boss, duty="duty_manager")
    stage.present(boss)
    acting = boss.sign_in()
    assert isinstance(acting.ask(lookup.ChooseDuty, duty="duty_manager"), lookup.Person)
    asked = acting.request(guest, "check_out", INVOICE, "CO-4", "ok_general", reference=number)
    assert isinstance(asked, lookup.Entered), asked
    assert friend.vote(asked.detail).code == "not_found"


def test_a_deputy_names_no_deputy(stage: Stage) -> None:
    boss, friend, third = stage.hire("Gil", "general_manager"), stage.hire("Mallory", "finance"), stage.hire("Moe", "finance")
    until = int(stage.office.execute("select extract(epoch from now())").fetchone()[0]) + 3600  # type: ignore[index]

    def offer(who: Player, to: Player) -> object:
        return who.verified(
            exceptions.OfferDeputy, exceptions.Action("deputy_offer", to.staff_id, "general_manager", until_at=until),
            to_id=to.staff_id, role="general_manager", until_at=until,
        )

    assert isinstance(offer(boss, friend), lookup.Entered)
    assert offer(friend, third) == lookup.Failed(code="conflict")


def test_an_approver_who_lost_the_role_votes_no_more_and_one_who_leaves_takes_the_approval_along(stage: Stage, asker: Player) -> None:
    manager = stage.hire("Max", "duty_manager")
    guest = stage.guest("departed")
    asked = asker.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    assert isinstance(manager.vote(asked.detail), lookup.Entered)
    stage.office.execute("update hotel.staff set active = false where staff_id = %s", (manager.staff_id.hex(),))
    assert isinstance(asker.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)

    other = stage.guest("departed")
    asked = asker.request(other, "check_out", INVOICE, "CO-3", "ok_manager")
    assert manager.ask(exceptions.PreviewRequest, approval_id=asked.detail).code in ("ticket", "not_found")


def test_a_sign_in_without_a_roster_is_over_with_its_role(stage: Stage) -> None:
    """An officer signed in before the role ended neither votes nor looks any more."""
    stage.hire("Gil", "general_manager")
    officer = stage.hire("Gus", "general_manager")
    guest = stage.guest("departed")
    asked = stage.hire("Max", "duty_manager").request(guest, "check_out", INVOICE, "CO-4", "ok_general")
    assert isinstance(asked, lookup.Entered), asked
    stage.office.execute("update hotel.staff_role set until_on = current_date - 1 where staff_id = %s", (officer.staff_id.hex(),))
    assert officer.vote(asked.detail).code == "ticket"
    assert officer.ask(lookup.WhoAmI).code == "ticket"
    number = stage.case(guest, "complaint")
    assert officer.look_up(guest, "complaint", clear=INVOICE).code == "ticket", number


def test_a_locked_approver_takes_the_approval_along(stage: Stage, asker: Player) -> None:
    manager = stage.hire("Max", "duty_manager")
    guest = stage.guest("departed")
    asked = asker.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    assert isinstance(manager.vote(asked.detail), lookup.Entered)
    stage.lock("staff", manager.staff_id)
    assert isinstance(asker.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)


def test_a_passkey_verified_for_one_vote_serves_no_other(stage: Stage, asker: Player) -> None:
    first, second = (asker.request(stage.guest("departed"), "check_out", INVOICE, "CO-3", "ok_manager") for _ in range(2))
    again = stage.ben.sign_in()  # first: a passkey's counter must not go back for another reason
    challenge = stage.ben.ask(exceptions.BeginAction, action=exceptions.Action("vote_yes", first.detail))
    assertion = stage.ben.authenticator.sign(challenge.options)

    def vote(approval: bytes, *, yes: bool, by: Player) -> object:
        return by.ask(exceptions.Vote, approval_id=approval, yes=yes, challenge_id=challenge.challenge_id, assertion=assertion)

    refused = lookup.Failed(code="passkey")
    assert vote(second.detail, yes=True, by=stage.ben) == refused
    assert vote(first.detail, yes=False, by=stage.ben) == refused
    assert vote(first.detail, yes=True, by=stage.hire("Max", "duty_manager")) == refused
    assert vote(first.detail, yes=True, by=again) == refused  # another sign-in of the same person
    assert isinstance(vote(first.detail, yes=True, by=stage.ben), lookup.Entered)


def test_an_empty_assertion_is_for_the_demo_alone(stage: Stage, asker: Player) -> None:
    asked = asker.request(stage.guest("departed"), "check_out", INVOICE, "CO-3", "ok_manager")
    assert stage.ben.vote(asked.detail, assertion=b"") == lookup.Failed(code="passkey")


def test_a_passkey_made_in_a_recovery_rests_a_day_before_it_approves(stage: Stage, asker: Player) -> None:
    manager = stage.hire("Max", "duty_manager")
    stage.superuser.execute(
        "update keys.credential set rests_until = now() + interval '1 hour' where staff_id = %s", (manager.staff_id.hex(),),
    )
    asked = asker.request(stage.guest("departed"), "check_out", INVOICE, "CO-3", "ok_manager")
    assert manager.vote(asked.detail) == lookup.Failed(code="passkey")


@pytest.mark.parametrize("change", [
    "update hotel.access_request set state = 'approved', decided_at = now(), grant_until_at = now() + interval '1 hour' where request_id = %(r)s",
    ("insert into hotel.approval_vote (property_id, request_id, approver_id, as_role, vote, session_id, passkey_at) select property_id,"
     " request_id, gen_random_uuid(), 'duty_manager', true, gen_random_uuid(), now() from hotel.access_request where request_id = %(r)s"),
    "select hotel.use_approval(property_id, request_id) from hotel.access_request where request_id = %(r)s",
])
def test_the_house_cannot_approve_by_itself(stage: Stage, asker: Player, change: str) -> None:
    asked = asker.request(stage.guest("departed"), "check_out", INVOICE, "CO-3", "ok_manager")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute(change, {"r": asked.detail.hex()})  # type: ignore[arg-type]


def test_a_state_alone_opens_nothing(stage: Stage, asker: Player) -> None:
    """Whoever could write the state would still need votes: the keeper counts them itself."""
    guest = stage.guest("departed")
    asked = asker.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    stage.superuser.execute(
        "update hotel.access_request set state = 'approved', decided_at = now(), grant_until_at = now() + interval '1 hour' where request_id = %s",
        (asked.detail.hex(),),
    )
    assert isinstance(asker.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)


def test_who_alone_may_approve_asks_in_vain(own_stage: Stage) -> None:
    """The general manager alone may approve this; the general manager is the one who asks, in another duty."""
    only = own_stage.hire("Mallory", "duty_manager", role="general_manager")
    guest = own_stage.guest("departed")
    assert only.request(guest, "check_out", INVOICE, "CO-4", "ok_general") == lookup.Failed(code="no_approver")


def test_twenty_requests_an_hour_are_enough(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    answers = [mallory.request(stage.guest("departed"), "check_out", INVOICE, "CO-3", "ok_manager") for _ in range(21)]
    assert all(isinstance(answer, lookup.Entered) for answer in answers[:20])
    assert answers[20] == lookup.Failed(code="too_many")


def test_two_who_vote_at_the_same_moment_cannot_both_decide(stage: Stage, asker: Player) -> None:
    """Approve against deny: one winner, and the other hears that it was too late."""
    max_, guest = stage.hire("Max", "duty_manager"), stage.guest("departed")
    asked = asker.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    ready = []
    for who, yes in ((stage.ben, True), (max_, False)):
        challenge = who.ask(exceptions.BeginAction, action=exceptions.Action("vote_yes" if yes else "vote_no", asked.detail))
        ready.append(exceptions.Vote(
            ticket=who.ticket, request_id=new_id(), approval_id=asked.detail, yes=yes, challenge_id=challenge.challenge_id,
            assertion=who.authenticator.sign(challenge.options),
        ))
    lines = [stage.line() for _ in ready]
    gate = threading.Barrier(2)
    answers: list[object] = [None, None]

    def send(at: int) -> None:
        gate.wait()
        lines[at].send(ready[at])
        answers[at] = lines[at].answer()

    threads = [threading.Thread(target=send, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in lines:
        line.close()
    assert sum(isinstance(answer, lookup.Entered) for answer in answers) == 1, answers
    assert {answer.code for answer in answers if isinstance(answer, lookup.Failed)} <= {"conflict", "too_late"}
