"""Reasons and errors in words: one table for each kind, and one neutral sentence for what nobody foresaw.

Rules:
* A refusal says what is missing and who can help, and never confirms what the reader may not know.
* A code that is not in a table reads as the neutral sentence; it is never shown bare.
* The tables hold English; the reader's language comes from the catalogue at the page.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.support import Translations

    from discretion.wire.lookup import Refusal

NEUTRAL: Final = _("That did not work. Nothing was changed. Try again, or ask the duty manager.")

REFUSALS: Final = MappingProxyType({
    "guard": _("Something is missing before any guest record can be shown. It is named below."),
    "not_found": _("No record that may be shown for this purpose. The number may be wrong, or another purpose may fit."),
    "budget": _("The number of guests one person may open in a day is reached. It starts anew at midnight; the duty manager can look until then."),
    "witness_lag": _("No outside witness has confirmed the ledger for a while, so nothing is opened. The administrator is told; try again soon."),
    "budget_purpose": _("The number of guests one person may open in a day for this purpose is reached. The duty manager can look until then."),
    "approval_used": _("The approval was used a moment ago. Ask again if it is needed once more."),
    "no_emergency": _("No emergency viewing is open for this guest and these parts. Begin one on the emergency page."),
    "policy": _("This purpose shows none of these parts to this duty. Choose the purpose that fits, or ask the duty manager."),
    "unopened": _("The record is there, but could not be opened. Nothing is lost. Tell the administrator."),
})  # fmt: skip
"""Why nothing was opened, by `Refusal.reason`."""

FAILURES: Final = MappingProxyType({
    "ticket": (401, _("The sign-in has ended. Sign in again; nothing was lost.")),
    "duty": (403, _("Choose a duty first. If none is offered, the roster has no shift now.")),
    "malformed": (422, _("One of the entries cannot be read. Check it and try again.")),
    "menu": (404, _("This installation does not offer that.")),
    "no_emergency": (403, REFUSALS["no_emergency"]),
    "merge_emergency": (409, _("An emergency viewing of one of these records is open. Join them once it has ended.")),
    "merge_held": (409, _("One of these records is joined with another, or is to be. Part those first, or join with the record that leads.")),
    "merge_marked": (409, _("One of these records is marked: call the duty manager. Such a record is not joined while the mark stands.")),
    "merge_protected": (409, _("One of these records is protected or locked, and is not joined. The privacy officer can say more.")),
    "merge_same": (409, _("This is one and the same record.")),
    "own_merge": (403, _("You asked for this yourself. Another duty manager or the privacy officer joins the records.")),
    "busy": (503, _("Many people are asking at once. Try again in a moment.")),
    "conflict": (409, _("Somebody changed this meanwhile. Look at it as it is now, then try again.")),
    "challenge": (410, _("The sign-in took too long. Start again.")),
    "other_person": (403, _("This passkey is somebody else's. Nobody was signed in. Hold your own badge to the reader, or choose your own name.")),
    "passkey": (403, _("This passkey could not be verified here. Use the key that was enrolled, or ask the administrator.")),
    "passkey_missing": (403, _("This step needs your passkey, and the passkey needs JavaScript. Use a browser with it, or ask a colleague.")),
    "digits": (403, _("These are not the digits. After five tries the passkey is needed.")),
    "digits_passkey": (403, _("Four digits do not count now. Sign in with the passkey.")),
    "digits_plain": (422, _("These digits are tried first by everybody. Choose others.")),
    "not_a_signer": (403, _("This passkey is not registered to sign releases in this duty. Whoever runs the keeper registers it; see the page of the release.")),
    "not_found": (404, _("This is no longer here, or not for you.")),
    "not_duty_manager": (403, _("Only a duty manager on shift can attest.")),
    "not_on_shift": (409, _("One of these people has no shift now. Give them one in the roster first.")),
    "self": (403, _("Nobody attests themselves.")),
    "own_release": (403, _("Nobody signs a release of their own.")),
    "too_late": (409, _("It was decided, taken back or over before. Look at it as it is now.")),
    "pending": (409, _("The same is asked for already. It waits in the list of approvals.")),
    "denied_just_now": (409, _("The same was denied a moment ago. Wait a minute, and say what was missing.")),
    "no_approver": (409, _("Nobody else at this hotel holds a role that may approve this. Ask the administrator to give somebody the role.")),
    "link": (410, _("This link is used up or too old. Ask the administrator for a new one.")),
    "not_allowed": (403, _("This duty may not do that. The administrator can say who may.")),
    "unwitnessed": (503, _("No outside witness has confirmed this entry in time, so nothing was opened. Try again in a moment.")),
    "unavailable": (503, _("The records cannot be reached right now. Nothing was lost; try again in a moment.")),
    "too_many": (429, _("Too many attempts. Wait a minute, then try again.")),
    "witness": (503, _("The ledger waits for its witness. Looking is possible again once it answers.")),
})  # fmt: skip
"""Status and sentence, by `Failed.code`."""

ACTS: Final = MappingProxyType({
    "act_id_used": _("This form was already used for something else. Open it again."),
    "age_unknown": _("The record does not say how old this guest is, so this consent cannot be taken. It can be once the birth date is known."),
    "arrival_in_future": _("The arrival is after today's business date. Change the arrival first."),
    "arrival_not_past": _("A no-show can be marked from the day after the arrival."),
    "assignee": _("This person has no shift now for such work. Choose somebody who is on shift, or leave it to the queue."),
    "badge": _("A badge number is 4 to 40 letters, digits or hyphens."),
    "badge_taken": _("This badge belongs to somebody else."),
    "badge_unknown": _("This badge is not known here. The administrator can assign it."),
    "business_date_turned": _("This can be undone on its own business date only."),
    "request_many": _("Ten of your requests are open. Please wait, or take one back."),
    "request_stay": _("You can ask for something during a stay, or once one is booked."),
    "request_words": _("Please say what you need."),
    "question_many": _("Ten of your questions are open. Please wait for an answer first."),
    "question_words": _("Please say what you would like to know."),
    "filter_full": _("Twelve filters are the most. Drop one first."),
    "filter_guest": _("Conditions that name a guest are not kept. Keep the others, and add the guest each time."),
    "filter_name": _("A filter's name is a few plain words, at most 40 characters, without numbers of a document, phone or card."),
    "cases_gone": _("One of the cases is no longer yours, or this colleague works on no such cases. Choose somebody else, or leave the case."),
    "cases_recipient": _("Choose who takes the cases on."),
    "case": _("This needs an open case of a request for rights that names the guest."),
    "case_closed": _("The case is closed. Open a new one if there is more to do."),
    "case_full": _("A case names at most 50 guests."),
    "case_purpose": _("This duty opens no case for this purpose. The duty manager can say who does."),
    "clock": _("Choose a preset, or 1 to 60 working days, or 1 to 3 months."),
    "choice": _("Choose one of the entries offered."),
    "conflict": _("Somebody changed this meanwhile. Look at it as it is now, then try again."),
    "text": _("This is too long, or holds characters that cannot be kept."),
    "channel": _("Choose how the guest asked."),
    "calendar_line": _("Line %(line)s is no day such as 2027-02-17, or 2027-02-14 work."),
    "calendar_long": _("At most 1000 days."),
    "calendar": _("This is no whole iCalendar file."),
    "confirm": _("This deletes by itself. Type the hotel’s name exactly: %(name)s"),
    "course": _("Name the course and its version."),
    "csv_encoding": _("The file is not UTF-8."),
    "csv_header": _("The first line must name the columns as shown."),
    "csv_size": _("The file is too large."),
    "dates": _("These dates do not fit together."),
    "dates_missing": _("Arrival and departure are needed."),
    "dates_reversed": _("The departure must not be before the arrival."),
    "departure_not_later": _("The new departure must be later than the one now."),
    "departure_past": _("The departure is past."),
    "duty": _("There is no such duty."),
    "email": _("Write an address such as name@example.org."),
    "erasure_case": _("The case does not name this guest any more."),
    "erasure_held": _("A legal hold covers a part of this. Keep those lines, with the hold as the reason."),
    "erasure_open_stay": _("A stay of this guest is not over. Keep what it needs until then, or wait for check-out."),
    "erasure_ordered": _("The same deletion is ordered already. It is carried out first."),
    "erasure_unknown": _("There is no record of this guest any more."),
    "future": _("This has not happened yet."),
    "guardian_needed": _("The record says that this guest may be under 14. A parent or another guardian decides."),
    "guardian_of_adult": _("The record says that this guest is of age, and decides in person."),
    "groups": _("Choose at least one part of the record."),
    "guardian_missing": _("For each minor, state whether a guardian was reached."),
    "handover_words": _("The note is too long: at most 1000 characters."),
    "has_balance": _("The folio is open: %(amount)s. Settle it, then check out."),
    "has_charges": _("There are charges on the folio. An undone check-in must have none."),
    "hold_ended": _("This hold has ended. Propose a new one if it is still needed."),
    "hold_reference": _("A reference has at most 80 characters."),
    "hold_role": _("Holds are proposed, seconded and ended by the privacy officer, the general manager or legal, in that role today."),
    "hold_scope": _("A hold is about one record, one case, or at most 92 days. Fill in exactly one of them."),
    "identity_check": _("A request by phone needs a caller who was identified. Say how, or ask the guest to come to the desk."),
    "kind": _("Choose what kind of work this is."),
    "language": _("This language is not offered."),
    "last_occupant": _("The last person leaves by check-out."),
    "minor": _("A minor's record is never used for marketing or analysis, so this consent is not taken from anybody."),
    "name": _("Enter the name."),
    "no_persons": _("At least one person must stay."),
    "nobody_named": _("At least one person must be named."),
    "not_bookable": _("A booking cannot begin in this state."),
    "not_found": _("This is no longer here."),
    "offered_before": _("This shift is offered already."),
    "overlap": _("There is another shift at that time."),
    "own_hold": _("Whoever proposed a hold cannot second it. Another person does."),
    "own_lock": _("Nobody locks or releases themselves. Ask a colleague who may."),
    "own_shift": _("This is for somebody else to do."),
    "own_training": _("Nobody records their own training. Take the test, or ask a colleague who may."),
    "not_yet": _("The business date turns at the night audit, not before."),
    "not_yours": _("This duty may take requests and finish its own; only the desk, the concierge and the duty manager give them to others."),
    "nothing_changed": _("Nothing would change."),
    "number": _("A staff number is 1 to 20 letters, digits or hyphens."),
    "number_taken": _("This staff number is already in use."),
    "occupied": _("Room %(room)s is occupied."),
    "outcome": _("Say whether it is done or cancelled."),
    "outside_stay": _("This day is outside the stay."),
    "owner": _("This person works on no case of this purpose. Choose somebody from the list."),
    "paper": _("A paper's number is 3 to 40 letters, digits, dots, slashes or hyphens, and no number of a person."),
    "paper_date": _("The date on the paper is at most a year ago, and not in the future."),
    "period": _("Write periods such as 30 days, 15 months or 3 years. A limit cannot end before the obligation does, and one of the two is needed."),
    "person_missing": _("One of the people has no record."),
    "person_twice": _("The same person stands twice."),
    "plan_gone": _("This plan was run before, or there is none. Count anew what falls due."),
    "plan_stale": _("Something else falls due by now: a stay, a hold, a rule or the business date changed. Count anew and look at the numbers."),
    "position_unknown": _("One of the people is not in this stay."),
    "processor_ended": _("It has ended. Add it anew if it handles something again."),
    "processor_kind": _("Choose whether it processes for the hotel or receives from it."),
    "processor_name": _("Name the company in 2 to 120 characters."),
    "processor_reached": _("Say in 3 to 300 characters how the company is reached."),
    "processor_there": _("A company of this name is on the list already."),
    "presence_by": _("This hotel knows presence in another way."),
    "reason": _("Say why, in one line of at most 200 characters."),
    "recipient": _("Choose a colleague who works here, or a duty for the note."),
    "requests_gone": _("One of the requests is no longer yours. The list is shown as it is now."),
    "reason_missing": _("Choose a reason."),
    "reason_unknown": _("Choose one of the reasons offered."),
    "reference": _("An authority’s request needs the number of its document, 3 to 80 characters."),
    "relation_missing": _("State how each accompanying person is related."),
    "relation_unknown": _("Choose one of the relations offered."),
    "release_soon": _("This is too soon: at least %(hours)s hours lie between a proposal and its moment."),
    "request_closed": _("The request is closed. Open a new one if there is more to do."),
    "reservation_unknown": _("No reservation here has exactly this number and a named guest."),
    "review_approver": _("You approved this look-up. Somebody else judges it."),
    "review_closed": _("This look-up has its verdict already."),
    "review_lead": _("This look-up is a manager's. Security, the privacy officer or the general manager judges it."),
    "review_own": _("This look-up is yours. Somebody else judges it."),
    "review_privacy": _("What the privacy officer looked up, the general manager judges."),
    "review_role": _("This duty gives no verdict on this look-up."),
    "review_said": _("You have said this already, or the look-up is reviewed."),
    "review_state": _("Only after a verdict that found no justification can the person be locked here."),
    "review_words": _("Write one to 500 characters, without control characters."),
    "receiver": _("Name the company in 2 to 120 characters, without numbers of people."),
    "rights_digest": _("The check sum of the file is 64 signs, 0 to 9 and a to f."),
    "rights_disposition": _("This cannot be done for this right."),
    "rights_due": _("The day of a request for rights follows from the clock of the hotel."),
    "rights_groups": _("Choose at least one part of the record."),
    "rights_identity": _("Choose how whoever asks was identified."),
    "rights_kind": _("Choose what is asked for."),
    "rights_no_longer": _("Only a request under the one-month clock can be prolonged, and once."),
    "rights_one_guest": _("A request for rights is about one guest. Open a case for each."),
    "rights_open": _("The same is asked for already and waits for its answer. Look at that request."),
    "rights_open_case": _("A request for rights ends with its answer, or with being withdrawn. Do that on its own page."),
    "rights_own": _("The second person is somebody else than the one who decided."),
    "rights_proposed": _("A second person looks at these lines. Take them back to decide anew."),
    "rights_reason": _("Choose a reason for every line."),
    "rights_relative": _("A close relative may ask for access, correction, deletion and transfer."),
    "rights_second": _("This takes a second person’s approval first."),
    "rights_state": _("The request is not where this can be done. Look at it as it is now."),
    "rights_undecided": _("Every line needs what is done and why."),
    "rights_undone": _("Not everything decided is done yet, so there is nothing to say. The lines show what is left."),
    "rights_untold": _("Somebody who holds the same was not told yet. Tell them first, then answer."),
    "rights_until": _("What is kept needs the day until which, as 2028-11-26."),
    "rights_whole": _("This goes only with the whole record. Keep or stop it while a part of the record stays."),
    "rights_why": _("Choose one of the reasons offered."),
    "role": _("There is no such role."),
    "role_missing": _("Whoever takes this shift must hold its role on that day."),
    "room_missing": _("Assign a room first."),
    "room_out_of_order": _("Room %(room)s cannot be sold now (%(state)s)."),
    "room_same": _("The guest is already in this room."),
    "room_taken": _("The room is taken in these nights."),
    "room_unknown": _("There is no room %(room)s."),
    "rules_there": _("This hotel has its rules already. Change them one by one."),
    "same": _("These are the periods it has."),
    "session": _("The sign-in behind this has ended. Sign in and begin again; nothing was recorded."),
    "stale": _("Somebody changed this meanwhile. It is shown as it is now; check it, then try again."),
    "state": _("There is no such state."),
    "terminal_code": _("This code is used up, too old or mistyped. The administrator makes a new one."),
    "terminal_name": _("Name the terminal, in at most 60 characters."),
    "terminal_place": _("The place has at most 120 characters."),
    "terminal_taken": _("A terminal of this name is there already."),
    "summary": _("Say in 3 to 500 characters what the case is about."),
    "told_day": _("This day lies ahead, or before the thing it is about."),
    "told_how": _("Choose how they were told."),
    "test_over": _("This test was answered already, or began more than two hours ago. Take another one."),
    "tests_today": _("%(most)s tests within a day are the most. Read the course again, and try tomorrow."),
    "too_early": _("A shift can begin up to 30 minutes early."),
    "unanswered": _("Every question needs an answer."),
    "text_line": _("One paragraph without line breaks, and not empty."),
    "text_version": _("There is a version of this name already. Take another name."),
    "text_changed": _("The words have changed meanwhile. Read them as they are now, then decide."),
    "times": _("A shift ends after it begins, at most 24 hours later."),
    "two_hotels": _("This badge was seen at another hotel too short a time ago. It counts at neither; security is told. The duty manager can attest presence."),
    "until": _("This end is not possible."),
    "vacant": _("Nobody is in room %(room)s."),
    "version": _("Name the course and its version."),
    "value": _("One of the values is outside what is possible."),
    "words": _("Write it in a few plain words, at most 500 characters."),
    "words_number": _("This looks like a number of a document, phone or card, or an e-mail address. Leave it out: it stands sealed in the record. Put a comma between rooms or sums."),
    "wrong_state": _("The stay is not in a state in which that can be done."),
})  # fmt: skip
"""Why an act changed nothing, by `ActRefusal.code`."""

_LEAST: Final = _("This cannot be read; see the example.")
ROWS: Final = MappingProxyType({
    "begun": _("has begun or ended already"),
    "own": _("nobody brings their own"),
    "recurs": _("recurs by a rule: have each shift exported as an event of its own"),
    "required": _("is needed"),
    "taken": _("the same person has another shift of this duty at that time"),
    "unread": _("a line that cannot be read"),
    "zone": _("unknown time zone"),
    "course": _("no course named"),
    "date": _("no date such as 2026-11-23"),
    "dates": _("dates in the wrong order"),
    "duty": _("no such duty"),
    "future": _("lies in the future"),
    "gap": _("this time does not exist: the clocks go forward then"),
    "time": _("no time such as 2026-11-23 07:00"),
    "times": _("ends before it begins, or lasts over 24 hours"),
    "twice": _("stands twice in the file"),
    "unknown": _("not known here"),
    "version": _("no version named"),
})
"""What is wrong with one row of a file, by `RowError.code`."""

RULES: Final = MappingProxyType({
    "required": _("This is needed."),
    "length": _("This is too long, or too short."),
    "form": _("This is not written as expected; see the example."),
    "range": _("This number is outside what is possible."),
    "choice": _("Choose one of the entries offered."),
    "type": _("This cannot be read; see the example."),
})  # fmt: skip
"""What is wrong with one field, by the rule of `kit.forms`."""

STATUSES: Final = MappingProxyType({
    400: (_("The request could not be read"), _("Go back, check what was typed, and try again.")),
    401: (_("The sign-in has ended"), _("Sign in again; nothing was lost.")),
    403: (_("Not possible with this duty"), _("The administrator can say who may. If this page was open for long, load it anew and try again.")),
    404: (_("Nothing here"), _("The address may be mistyped, or what was here is not for this page. Nothing was recorded.")),
    405: (_("Not offered in this way"), _("Use the page's own links and buttons.")),
    409: (_("Changed meanwhile"), _("Look at it as it is now, then try again.")),
    410: (_("No longer valid"), _("Start again.")),
    413: (_("Too large"), _("What was sent is larger than this page takes.")),
    415: (_("Not read in this form"), _("Use the page's own forms.")),
    422: (_("Something in the form does not fit"), _("Go back, check the entries, and try again.")),
    429: (_("Too many attempts"), _("Wait a minute, then try again.")),
    500: (_("Something went wrong here"), _("Nothing was lost. The place of the fault was written to the log, without any guest data. Tell the administrator when it happens again.")),
    503: (_("Not available right now"), _("The records cannot be reached. Nothing was lost; try again in a moment.")),
})  # fmt: skip
"""Title and advice, by HTTP status."""


def act_sentence(words: Translations, code: str, params: Mapping[str, str]) -> str:
    """Return why an act changed nothing, in the reader's language."""
    sentence = words.gettext(ACTS.get(code, NEUTRAL))
    try:
        return sentence % params
    except KeyError:
        # A refusal without the parameter its sentence names: the neutral sentence says less, and nothing wrong.
        return words.gettext(NEUTRAL)


def field_errors(words: Translations, errors: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field, in the reader's language. Shapes: `errors` as `forms.Filled` has them."""
    return {name: words.gettext(RULES[rule]) for name, rule in errors.items()}


def row_words(words: Translations, code: str) -> str:
    """Return what is wrong with one row of a file, in the reader's language; an unknown code says the least."""
    return words.gettext(ROWS.get(code, _LEAST))


def refusal_title(words: Translations, refusal: Refusal) -> str:
    """Return why nothing was opened, in the reader's language."""
    return words.gettext(REFUSALS.get(refusal.reason, NEUTRAL))


def failure_of(code: str) -> tuple[int, str]:
    """Return status and English sentence for what the keeper did not do; unknown codes are a neutral 500."""
    return FAILURES.get(code, (500, NEUTRAL))


def status_words(status: int) -> tuple[str, str]:
    """Return title and advice for a status, in English; unlisted ones read as the nearest hundred does."""
    return STATUSES.get(status) or STATUSES[500 if status >= 500 else 400]  # noqa: PLR2004 - HTTP's own classes
