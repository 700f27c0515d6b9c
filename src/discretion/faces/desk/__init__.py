"""The face for staff: working lists, finding, records, stays, staff facts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from discretion.faces.desk import (
    act,
    approvals,
    arrivals,
    board,
    booking,
    cases,
    check_in,
    consents,
    digits,
    duplicates,
    duties,
    emergency,
    find,
    gallery,
    guest,
    handover,
    locks,
    merging,
    my_shifts,
    my_training,
    notices,
    own_look_ups,
    recovery,
    registration,
    requests,
    rights,
    rights_acts,
    rights_answer,
    rights_copy,
    rights_told,
    screen,
    sign_in,
    staff,
    stay,
    terminal,
    terminals,
    training_report,
    verify,
    welcome,
)
from discretion.faces.desk.record_view import groups_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.office.approvals import Colleague
    from discretion.office.properties import Property
    from discretion.office.rooms import Room

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (
    sign_in.start, sign_in.sign_in_page, sign_in.begin_sign_in, sign_in.finish_sign_in, sign_in.sign_out,
    sign_in.duty_page, sign_in.choose_duty, sign_in.nothing_page,
    sign_in.enrol_page, sign_in.begin_enrolment, sign_in.finish_enrolment,
    arrivals.arrivals_page, find.find_page, find.find, find.quick_find, find.found_page,
    guest.guest_page, guest.purpose_page, guest.reveal_page, guest.reveal, guest.use_approval,
    verify.begin_verify,
    duplicates.duplicates_page, duplicates.compare_page, duplicates.ask_merge,
    merging.merges_page, merging.merge_page, merging.join_records, merging.part_records,
    approvals.ask_page, approvals.ask, approvals.approvals_page, approvals.approval_page, approvals.preview,
    approvals.vote, approvals.end, approvals.deputies_page, approvals.offer_deputy, approvals.accept_deputy,
    approvals.end_deputy,
    emergency.room_page, emergency.room, emergency.emergency_page, emergency.begin, emergency.viewing_page,
    emergency.end, emergency.note,
    registration.registration_page, registration.print_registration, registration.correct_registration,
    stay.stay_page, check_in.check_in_page, check_in.check_in, check_in.join_page, check_in.join,
    act.act_page, act.do_act, booking.walk_in_page, booking.walk_in, booking.reservation_page, booking.book,
    board.rooms_page, board.set_room,
    requests.requests_page, requests.caller_page, requests.identify_caller, requests.new_request_page,
    requests.open_request, requests.request_page, requests.assign_request, requests.close_request,
    cases.cases_page, cases.new_case_page, cases.new_case_of_guest_page, cases.open_case, cases.join_case,
    cases.case_page, cases.add_case_guest, cases.change_case_owner, cases.change_case_due, cases.withhold_case,
    cases.add_case_note,
    cases.close_case,
    consents.consents_page, consents.put_back_stays, consents.hand_over, consents.tablet_page, consents.answer_tablet,
    consents.sheet_page,
    consents.paper_page, consents.record_paper,
    rights.rights_page, rights.new_rights_page, rights.take_in, rights.request_page, rights.lines_file,
    rights_acts.identify, rights_acts.take_up, rights_acts.decide, rights_acts.take_suggestions, rights_acts.propose,
    rights_acts.take_back, rights_acts.second, rights_acts.carry_out, rights_acts.prolong,
    rights_acts.withdraw, rights_acts.lift, rights_acts.close,
    rights_acts.handed_over, rights_acts.clock_page, rights_acts.keep_clock,
    rights_answer.answer, rights_answer.letter_page, rights_answer.slip, rights_answer.certificate_file,
    rights_copy.copy_page, rights_copy.make_copy, rights_copy.correct_page, rights_copy.correct,
    rights_copy.erase, rights_told.tell, rights_told.confirm,
    staff.staff_page, staff.add_staff, staff.member_page, staff.give_role, staff.end_role, staff.assign_badge,
    staff.withdraw_badge, staff.set_address, staff.disable, staff.enable, staff.invite,
    recovery.recovery_page, recovery.begin_recovery, recovery.confirm_recovery,
    duties.roster_page, duties.add_shift, duties.end_shift, duties.load_roster,
    duties.training_page, duties.add_training, duties.load_training,
    training_report.report_page, training_report.report_file, training_report.require_course,
    training_report.release_course,
    my_shifts.my_shifts_page, my_shifts.mark_shift, my_shifts.offer_shift, my_shifts.answer_swap, my_shifts.decide_swap,
    my_shifts.resume_shift,
    my_training.my_training_page, my_training.course_page, my_training.begin_test, my_training.test_page,
    my_training.answer_test,
    handover.handover_page, handover.hand_over, handover.notes_page, handover.read_note,
    locks.locks_page, locks.sign_ins_page, locks.add_lock, locks.release_lock,
    duties.presence_page, duties.attest, duties.badge,
    terminals.terminals_page, terminals.add_terminal, terminals.renew_code, terminals.end_terminal,
    terminal.terminal_page, terminal.select, terminal.selected_page, terminal.come_back, terminal.enrol_page,
    terminal.enrol, digits.digits_page, digits.set_digits,
    notices.notices_page, notices.read_notices,
    own_look_ups.own_page, own_look_ups.reply_page, own_look_ups.reply,
    screen.static_file, screen.switch_language, screen.display_page, screen.keep_display, screen.watermark,
)  # fmt: skip
DEMO_PAGES: tuple[Any, ...] = (welcome.welcome_page, welcome.be_persona, welcome.be_guest)
DEVELOPMENT_PAGES: tuple[Any, ...] = (gallery.gallery_page,)


def _room_choices(rooms: "Sequence[Room]", noun: "Callable[[str, str], str]", but: str = "") -> list[tuple[str, str]]:
    """Return rooms as choices of a form, with type and state, without one that is there already."""
    return [
        (room.number, " · ".join(part for part in (room.number, room.type, noun("room", room.state)) if part))
        for room in rooms
        if room.number != but
    ]


def _people_choices(people: "Sequence[Colleague]") -> list[tuple[str, str]]:
    """Return colleagues as choices of a form."""
    return [(one.staff_id.hex(), f"{one.name} · {one.number}") for one in people]


def _house_choices(houses: "Sequence[Property]", language: str) -> list[tuple[str, str]]:
    """Return the hotels as choices of a form."""
    return [
        (house.property_id.hex(), house.name_zh if language == "zh_Hans" else house.name_en) for house in houses
    ]


def _house_codes(houses: "Sequence[Property]", language: str) -> list[tuple[str, str]]:
    """Return the hotels by their codes, as an address may name them."""
    return [(house.code, house.name_zh if language == "zh_Hans" else house.name_en) for house in houses]


NAMES: dict[str, Any] = {
    "listed_state": arrivals.listed_state, "room_choices": _room_choices, "house_choices": _house_choices,
    "people_choices": _people_choices, "house_codes": _house_codes,
    "bytes_of": bytes.fromhex, "groups_in": groups_in,
}  # fmt: skip
