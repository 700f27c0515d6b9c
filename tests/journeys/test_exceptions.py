"""What needs more than yes and no: a passkey verified anew, somebody's approval, an emergency, a case, an order."""

from __future__ import annotations

import time

import pytest

from discretion.wire import exceptions, lookup
from tests.cast import Guest, Player, Stage, groups

DOCUMENT, BOOKING, SPENDING, IDENTITY, CONTACT, STAY = map(groups, ("document", "booking", "spending", "identity", "contact", "stay"))
INVOICE = BOOKING | SPENDING


@pytest.fixture(scope="module")
def gina(stage: Stage) -> Player:
    """The general manager of Harbour, who needs no roster."""
    return stage.hire("Gina", "general_manager")


@pytest.fixture(scope="module")
def ada(stage: Stage) -> Player:
    """Somebody at the desk, with an hour's requests before them."""
    return stage.hire("Alma", "front_desk")


def invoice_request(stage: Stage, by: Player, guest: Guest) -> bytes:
    asked = by.request(guest, "check_out", INVOICE, "CO-3", "ok_manager")
    assert isinstance(asked, lookup.Entered), asked
    return asked.detail


def state_of(stage: Stage, approval_id: bytes) -> tuple[str, int]:
    (found,) = stage.office.execute(
        "select state, uses from hotel.access_request where request_id = %s", (approval_id.hex(),),
    ).fetchall()
    return found[0], found[1]


# ------------------------------------------------------------------------------------------------------------------ step-up


def test_a_fresh_passkey_shows_what_its_challenge_named(stage: Stage, ada: Player) -> None:
    guest = stage.guest("arriving")
    masked = ada.look_up(guest, clear=DOCUMENT)
    assert (masked.clear, masked.masked) == (0, DOCUMENT)
    assert [(offer.rule, offer.lacking) for offer in masked.offers] == [("CI-2", ["fresh_passkey"])]

    assert isinstance(ada.step_up(guest, "check_in", DOCUMENT), lookup.Entered)
    shown = ada.look_up(guest, clear=DOCUMENT)
    assert shown.clear == DOCUMENT
    assert guest.document.encode() in shown.fields["document"]
    assert shown.until_at <= masked.until_at


def test_it_shows_nothing_of_another_guest_purpose_group_or_sign_in(stage: Stage, ada: Player) -> None:
    guest, other = stage.guest("arriving"), stage.guest("arriving")
    assert isinstance(ada.step_up(guest, "check_in", DOCUMENT), lookup.Entered)
    assert ada.look_up(other, clear=DOCUMENT).clear == 0
    assert ada.look_up(guest, clear=DOCUMENT | CONTACT).clear == CONTACT  # asked for more than was named
    assert ada.sign_in().look_up(guest, clear=DOCUMENT).clear == 0


# ---------------------------------------------------------------------------------------------------------------- approvals


def test_a_late_invoice_once_a_duty_manager_approves(stage: Stage, ada: Player) -> None:
    guest = stage.guest("departed")
    refused = ada.look_up(guest, "check_out", clear=INVOICE)
    assert isinstance(refused, lookup.Refusal)
    assert [(offer.rule, offer.lacking) for offer in refused.offers] == [("CO-3", ["ok_manager"])]

    approval = invoice_request(stage, ada, guest)
    assert isinstance(ada.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)  # asked for is not granted

    preview = stage.ben.ask(exceptions.PreviewRequest, approval_id=approval)
    assert isinstance(preview, lookup.Disclosure), preview
    assert (preview.clear, preview.masked) == (0, INVOICE | IDENTITY)
    assert guest.surname.encode() not in preview.fields["identity"]

    assert isinstance(stage.ben.vote(approval), lookup.Entered)
    shown = ada.look_up(guest, "check_out", clear=INVOICE)
    assert shown.clear == INVOICE
    assert state_of(stage, approval) == ("used_up", 1)
    assert isinstance(ada.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)  # one use, and it is gone


def test_an_approval_is_not_used_up_where_it_shows_nothing_more(stage: Stage, ada: Player) -> None:
    guest = stage.guest("departed")
    approval = invoice_request(stage, ada, guest)
    assert isinstance(stage.ben.vote(approval), lookup.Entered)
    assert isinstance(ada.look_up(guest, "check_out", clear=STAY), lookup.Refusal)
    assert isinstance(ada.look_up(guest, "check_in", clear=INVOICE), lookup.Refusal)
    assert state_of(stage, approval) == ("approved", 0)


def test_an_approval_waits_for_a_passkey_too_where_the_rule_says_so(stage: Stage) -> None:
    sven = stage.hire("Sven", "security")
    guest = stage.guest("in_house")
    number = stage.case(guest, "security_incident")
    asked = sven.request(guest, "security_incident", DOCUMENT, "SI-2", "ok_manager", reference=number)
    assert isinstance(asked, lookup.Entered), asked
    assert isinstance(stage.ben.vote(asked.detail), lookup.Entered)
    seen = sven.look_up(guest, "security_incident", clear=DOCUMENT)
    assert (seen.clear, seen.masked) == (0, DOCUMENT)
    assert state_of(stage, asked.detail) == ("approved", 0)
    assert isinstance(sven.step_up(guest, "security_incident", DOCUMENT), lookup.Entered)
    assert sven.look_up(guest, "security_incident", clear=DOCUMENT).clear == DOCUMENT
    assert state_of(stage, asked.detail) == ("used_up", 1)


def test_one_no_denies_and_a_minute_passes_before_the_same_may_be_asked_again(stage: Stage, ada: Player) -> None:
    guest = stage.guest("departed")
    approval = invoice_request(stage, ada, guest)
    assert isinstance(stage.ben.vote(approval, yes=False, note="请附发票抬头"), lookup.Entered)
    assert state_of(stage, approval)[0] == "denied"
    assert ada.request(guest, "check_out", INVOICE, "CO-3", "ok_manager").code == "denied_just_now"
    assert stage.ben.vote(approval).code == "too_late"


def test_what_is_pending_is_not_asked_twice_and_may_be_taken_back(stage: Stage, ada: Player) -> None:
    guest = stage.guest("departed")
    approval = invoice_request(stage, ada, guest)
    assert ada.request(guest, "check_out", INVOICE, "CO-3", "ok_manager").code == "pending"
    assert isinstance(ada.ask(exceptions.EndRequest, approval_id=approval), lookup.Entered)
    assert state_of(stage, approval)[0] == "cancelled"
    assert isinstance(ada.request(guest, "check_out", INVOICE, "CO-3", "ok_manager"), lookup.Entered)


def test_an_approval_that_is_revoked_opens_nothing(stage: Stage, ada: Player) -> None:
    guest = stage.guest("departed")
    approval = invoice_request(stage, ada, guest)
    assert isinstance(stage.ben.vote(approval), lookup.Entered)
    assert isinstance(stage.ben.ask(exceptions.EndRequest, approval_id=approval), lookup.Entered)
    assert state_of(stage, approval)[0] == "revoked"
    assert isinstance(ada.look_up(guest, "check_out", clear=INVOICE), lookup.Refusal)


def test_going_off_shift_closes_everything_at_once(stage: Stage) -> None:
    carl = stage.hire("Carl", "front_desk", is_at_work=False)
    stage.present(carl)
    stage.trained(carl)
    shift = stage.shift(carl)
    carl = carl.sign_in()
    guest = stage.guest("departed")
    approval = invoice_request(stage, carl, guest)
    assert isinstance(stage.ben.vote(approval), lookup.Entered)
    stage.office.execute("update hotel.shift set ended_at = now() where shift_id = %s", (shift.hex(),))
    refused = carl.look_up(guest, "check_out", clear=INVOICE)
    assert (refused.reason, [line.rule for line in refused.lines]) == ("guard", ["G1"])
    assert state_of(stage, approval)[0] == "revoked"


def test_closing_the_case_ends_what_was_approved_for_it(stage: Stage, gina: Player) -> None:
    guest = stage.guest("departed", departed_days=60)
    number = stage.case(guest, "complaint")
    pia = stage.hire("Pia", "privacy")
    asked = gina.request(guest, "complaint", IDENTITY | CONTACT, "CP-2", "ok_privacy", reference=number)
    assert isinstance(asked, lookup.Entered), asked
    assert isinstance(pia.vote(asked.detail), lookup.Entered)
    stage.office.execute("update hotel.case_file set closed_at = now(), closed_by = opened_by where number = %s", (number,))
    assert state_of(stage, asked.detail)[0] == "revoked"
    assert isinstance(gina.look_up(guest, "complaint", clear=IDENTITY), lookup.Refusal)


def test_a_sealed_record_opens_to_the_desk_once_the_privacy_officer_approves(stage: Stage, ada: Player) -> None:
    pia = stage.hire("Pia", "privacy")
    guest = stage.guest("arriving")
    stage.mark(guest, "sealed")
    seen = ada.look_up(guest, clear=IDENTITY)
    assert (seen.clear, seen.masked) == (0, IDENTITY)
    assert ("C1", ["ok_privacy"]) in [(offer.rule, offer.lacking) for offer in seen.offers]
    asked = ada.request(guest, "check_in", IDENTITY, "C1", "ok_privacy")
    assert isinstance(asked, lookup.Entered), asked
    assert isinstance(pia.vote(asked.detail), lookup.Entered)
    assert ada.look_up(guest, clear=IDENTITY).clear == IDENTITY


# ------------------------------------------------------------------------------------------------------- deputies


def test_a_deputy_votes_in_a_role_for_somebody_between_two_dates(stage: Stage, gina: Player) -> None:
    dan = stage.hire("Dan", "finance")
    until = _now(stage) + 86_400
    offered = gina.verified(
        exceptions.OfferDeputy, exceptions.Action("deputy_offer", dan.staff_id, "general_manager", until_at=until),
        to_id=dan.staff_id, role="general_manager", until_at=until,
    )
    assert isinstance(offered, lookup.Entered), offered
    guest = stage.guest("departed")
    asked = stage.ben.request(guest, "check_out", INVOICE, "CO-4", "ok_general")
    assert dan.vote(asked.detail).code == "not_found"  # offered is not accepted
    accepted = dan.verified(exceptions.AcceptDeputy, exceptions.Action("deputy_accept", offered.detail), deputy_id=offered.detail)
    assert isinstance(accepted, lookup.Entered), accepted
    assert isinstance(dan.vote(asked.detail), lookup.Entered)
    row = stage.office.execute(
        "select as_role, for_id::text from hotel.approval_vote where request_id = %s", (asked.detail.hex(),),
    ).fetchone()
    assert row is not None and (row[0], row[1].replace("-", "")) == ("general_manager", gina.staff_id.hex())
    assert stage.ben.look_up(guest, "check_out", clear=INVOICE).clear == INVOICE

    assert isinstance(gina.ask(exceptions.EndDeputy, deputy_id=offered.detail), lookup.Entered)
    other = stage.ben.request(stage.guest("departed"), "check_out", INVOICE, "CO-4", "ok_general")
    assert dan.vote(other.detail).code == "not_found"


# ---------------------------------------------------------------------------------------------------------------- emergency


def test_an_emergency_opens_the_ticked_groups_at_once_and_tells_security_and_the_duty_manager(stage: Stage, ada: Player) -> None:
    guest = stage.guest("in_house")
    before = ada.look_up(guest, "emergency", clear=CONTACT)
    assert (before.reason, isinstance(before, lookup.Refusal)) == ("no_emergency", True)

    begun = ada.emergency(guest, CONTACT | STAY)
    assert isinstance(begun, lookup.Entered), begun
    told = stage.office.execute(
        "select to_role, kind from hotel.notice where subject_id = %s and kind = 'emergency_begun' order by 1", (begun.detail.hex(),),
    ).fetchall()
    assert told == [("duty_manager", "emergency_begun"), ("security", "emergency_begun")]

    shown = ada.look_up(guest, "emergency", clear=CONTACT)
    assert shown.clear == CONTACT
    assert 0 < shown.until_at - _now(stage) <= 15 * 60
    assert ada.look_up(guest, "emergency", clear=IDENTITY).reason == "no_emergency"  # was not ticked

    assert isinstance(ada.ask(exceptions.EndEmergency, emergency_id=begun.detail), lookup.Entered)
    assert ada.look_up(guest, "emergency", clear=CONTACT).reason == "no_emergency"
    noted = ada.ask(exceptions.NoteEmergency, emergency_id=begun.detail, words="误报，已与住客确认平安。")
    assert isinstance(noted, lookup.Entered), noted
    again = ada.ask(exceptions.NoteEmergency, emergency_id=begun.detail, words="再写一次，不应被接受。")
    assert again.code == "conflict"


def test_time_ends_an_emergency_and_the_end_is_an_entry(stage: Stage, ada: Player) -> None:
    guest = stage.guest("in_house")
    begun = ada.emergency(guest, CONTACT)
    size = stage.size()
    # An hour passes: nobody may move these times but the database itself.
    stage.superuser.execute("alter table hotel.emergency disable trigger user")
    stage.superuser.execute(
        "update hotel.emergency set begun_at = begun_at - interval '1 hour', until_at = until_at - interval '1 hour' where emergency_id = %s",
        (begun.detail.hex(),),
    )
    stage.superuser.execute("alter table hotel.emergency enable trigger user")
    for trigger in ("tell_of_emergency", "capture_insert", "capture_update", "capture_delete", "refuse_truncate"):
        stage.superuser.execute(f"alter table hotel.emergency enable always trigger {trigger}")
    ada.look_up(stage.guest("arriving"), clear=IDENTITY)
    ends_at = time.monotonic() + 20
    while not _ended_on_time(stage, begun.detail):
        assert time.monotonic() < ends_at
        stage.size()  # waits for a round of the keeper's
    assert stage.size() > size


def test_training_is_not_needed_in_an_emergency_and_training_alone_is_not(stage: Stage) -> None:
    nora = stage.hire("Nora", "front_desk", is_at_work=False)
    stage.shift(nora)
    stage.present(nora)
    nora = nora.sign_in()
    guest = stage.guest("in_house")
    assert nora.look_up(guest, "guest_request", clear=STAY).reason == "guard"
    assert isinstance(nora.emergency(guest, CONTACT), lookup.Entered)
    assert nora.look_up(guest, "emergency", clear=CONTACT).clear == CONTACT


def test_police_on_the_telephone_leave_a_number(stage: Stage, ada: Player) -> None:
    guest = stage.guest("in_house")
    assert ada.emergency(guest, CONTACT, situation="police").code == "malformed"
    begun = ada.emergency(guest, CONTACT, situation="police", reference="警号 012345，派出所 0571-1")
    assert isinstance(begun, lookup.Entered), begun


def test_nobody_views_more_in_an_emergency_than_the_policy_shows(stage: Stage, ada: Player) -> None:
    refused = ada.emergency(stage.guest("in_house"), CONTACT | SPENDING)
    assert isinstance(refused, lookup.Refusal)
    assert isinstance(ada.emergency(stage.guest("departed"), CONTACT), lookup.Refusal)


def test_more_than_two_in_a_shift_are_told_to_the_privacy_officer(stage: Stage) -> None:
    often = stage.hire("Olaf", "front_desk")
    begun = [often.emergency(stage.guest("in_house"), CONTACT) for _ in range(3)]
    assert all(isinstance(each, lookup.Entered) for each in begun)
    told = stage.office.execute(
        "select subject_id::text from hotel.notice where kind = 'emergency_often' and subject_id = any (%s)", ([each.detail.hex() for each in begun],),
    ).fetchall()
    assert [row[0].replace("-", "") for row in told] == [begun[2].detail.hex()]


def test_the_guest_of_another_hotel_is_that_hotels_emergency(stage: Stage) -> None:
    assert isinstance(stage.cleo.emergency(stage.guest("in_house"), CONTACT), lookup.Refusal)


# ---------------------------------------------------------------------------------------------------- authorities and officers


def test_police_in_person_need_a_case_the_privacy_officers_vote_and_a_passkey(stage: Stage) -> None:
    manager, pia = stage.hire("Mia", "duty_manager"), stage.hire("Pia", "privacy")
    guest = stage.guest("in_house")
    assert manager.look_up(guest, "lawful_request", clear=DOCUMENT).offers == []  # no verbal approval, and no case yet
    number = stage.case(guest, "lawful_request")
    offers = manager.look_up(guest, "lawful_request", clear=DOCUMENT).offers
    assert [(offer.rule, sorted(offer.lacking)) for offer in offers] == [("LR-2", ["fresh_passkey", "ok_privacy"])]
    asked = manager.request(guest, "lawful_request", DOCUMENT, "LR-2", "ok_privacy", reference=number)
    assert isinstance(asked, lookup.Entered), asked
    assert stage.ben.vote(asked.detail).code == "not_found"
    assert isinstance(pia.vote(asked.detail), lookup.Entered)
    assert isinstance(manager.step_up(guest, "lawful_request", DOCUMENT), lookup.Entered)
    assert manager.look_up(guest, "lawful_request", clear=DOCUMENT).clear == DOCUMENT


def test_the_privacy_officers_own_ask_waits_for_the_general_manager(stage: Stage, gina: Player) -> None:
    pia, other = stage.hire("Pia", "privacy"), stage.hire("Pim", "privacy")
    guest = stage.guest("departed")
    number = stage.case(guest, "audit")
    asked = pia.request(guest, "audit", IDENTITY, "AU-3", "ok_general", reference=number)
    assert isinstance(asked, lookup.Entered), asked
    assert other.vote(asked.detail).code == "not_found"
    assert isinstance(gina.vote(asked.detail), lookup.Entered)
    assert isinstance(pia.step_up(guest, "audit", IDENTITY), lookup.Entered)
    assert pia.look_up(guest, "audit", clear=IDENTITY).clear == IDENTITY


def test_a_guest_who_checks_out_is_departed_at_the_next_look_up(stage: Stage, ada: Player) -> None:
    guest = stage.guest("in_house")
    assert ada.look_up(guest, "check_out", clear=SPENDING).clear == SPENDING
    stage.office.execute(
        "update hotel.stay set state = 'checked_out', left_on = current_date, actual_out_at = now() where stay_id = %s", (guest.stay_id.hex(),),
    )
    refused = ada.look_up(guest, "check_out", clear=SPENDING)
    assert [(offer.rule, offer.lacking) for offer in refused.offers] == [("CO-3", ["ok_manager"])]


# ------------------------------------------------------------------------------------------------------- cases and orders


def test_an_order_lets_whoever_it_is_given_to_reach_the_guest_until_it_is_closed(stage: Stage) -> None:
    kit = stage.hire("Kit", "concierge")
    guest = stage.guest("in_house")
    assert kit.look_up(guest, "guest_request", clear=CONTACT).clear == 0
    order = stage.order(guest, kit)
    assert kit.look_up(guest, "guest_request", clear=CONTACT).clear == CONTACT
    assert stage.hire("Kat", "concierge").look_up(guest, "guest_request", clear=CONTACT).clear == 0
    stage.office.execute("update hotel.service_request set closed_at = now(), outcome = 'done' where request_id = %s", (order.hex(),))
    assert kit.look_up(guest, "guest_request", clear=CONTACT).clear == 0


def test_a_case_serves_its_own_purpose_alone(stage: Stage) -> None:
    guest = stage.guest("in_house")
    assert stage.ben.look_up(guest, "complaint", clear=SPENDING).reason == "policy"
    stage.case(guest, "security_incident")
    assert stage.ben.look_up(guest, "complaint", clear=SPENDING).reason == "policy"
    assert stage.ben.look_up(guest, "security_incident", clear=IDENTITY).clear == IDENTITY


def _ended_on_time(stage: Stage, emergency_id: bytes) -> bool:
    found = stage.office.execute("select ended_at = until_at from hotel.emergency where emergency_id = %s", (emergency_id.hex(),))
    return found.fetchone() == (True,)


def _now(stage: Stage) -> int:
    found = stage.office.execute("select extract(epoch from clock_timestamp())::bigint").fetchone()
    assert found is not None
    return int(found[0])
