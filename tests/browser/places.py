"""Every page of the desk, and how to get there: what the sweeps over all pages go through."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.hotel import number
from discretion.office import legal_holds, retention
from discretion.office.courses import packaged
from discretion.office.legal_holds import HoldDone, NewHold
from discretion.office.retention_presets import preset_of
from discretion.wire.lookup import Snapshot
from tests.cast import new_id
from tests.consents import answer, by, on_paper, record_now
from tests.controllers import terminal_cookie
from tests.merging import ask_merge, joined
from tests.pages import pressed
from tests.portals import visit
from tests.releases import REPORT, WIDER, propose
from tests.reviewing import in_office, review_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from discretion.office.database import Office
    from tests.houses import RunningHouse


@dataclass(frozen=True, slots=True)
class Place:
    """One page: who opens it, and what they do to get there."""

    name: str
    who: str
    go: Callable[[RunningHouse, Page], None]


def _at(path: str) -> Callable[[RunningHouse, Page], None]:
    return lambda _house, page: page.goto(path) and None


def _guest(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}")


def _in_house(house: RunningHouse) -> str:
    found = house.stage.guests.get("Hanna") or house.stage.guests.setdefault("Hanna", house.stage.guest("in_house"))
    return found.stay_id.hex()


def _stay(house: RunningHouse, page: Page) -> None:
    page.goto(f"/stays/{_in_house(house)}")


def _act(slug: str) -> Callable[[RunningHouse, Page], None]:
    return lambda house, page: page.goto(f"/stays/{_in_house(house)}/{slug}") and None


def _booking_act(slug: str) -> Callable[[RunningHouse, Page], None]:
    return lambda house, page: page.goto(f"/stays/{house.stage.guests['Dora'].stay_id.hex()}/{slug}") and None


def _dialog(house: RunningHouse, page: Page) -> None:
    _guest(house, page)
    page.locator("button[command=show-modal]").first.click()


def _reveal_form(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/reveal/contact?purpose=check_in")


def _revealed(house: RunningHouse, page: Page) -> None:
    _reveal_form(house, page)
    page.check("input[value=correction]")
    pressed(page.locator("main form button[type=submit]"))


def _refused(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}?purpose=marketing")


def _found(house: RunningHouse, page: Page) -> None:
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", house.stage.guests["Dora"].surname)
    page.fill("input[name=phone_end]", house.stage.guests["Dora"].phone[-4:])
    pressed(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/q/*")


def _nobody_found(house: RunningHouse, page: Page) -> None:
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", "Nobody")
    page.fill("input[name=room]", "0000")
    pressed(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/q/*")


def _find_error(house: RunningHouse, page: Page) -> None:
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", "Nobody")
    pressed(page.locator("main form button[type=submit]"))


def _walk_in_error(house: RunningHouse, page: Page) -> None:
    page.goto("/walk-in")
    page.fill("input[name=p0-name]", "Nobody")
    page.select_option("select[name=p0-document_type]", "RIC")
    page.fill("input[name=p0-document_number]", "1234")
    page.fill("input[name=p0-phone]", "1")
    pressed(page.locator("button[value=do]"))


def _member(house: RunningHouse, page: Page) -> None:
    page.goto(f"/staff/{house.stage.ada.staff_id.hex()}")


def _invited(house: RunningHouse, page: Page) -> None:
    _member(house, page)
    pressed(page.locator("form[action$='/invite'] button"))


def _watch(house: RunningHouse, page: Page) -> None:
    guest = house.arriving()
    house.stage.ada.look_up(guest, clear=1)
    house.stage.ada.look_up(guest, "marketing", clear=1)
    page.goto(f"/watch?q=guest:{guest.guest_id.hex()}")


def _watch_error(_house: RunningHouse, page: Page) -> None:
    page.goto("/watch")
    page.fill("input[name=query]", "purpose:check_in Quill")
    pressed(page.locator("main form button[type=submit]"))


def _verified(house: RunningHouse, page: Page) -> None:
    _watch(house, page)
    page.goto(page.locator("a[href^='/watch/entries/']").first.get_attribute("href") or "")


def _late_invoice(house: RunningHouse) -> str:
    guest = house.stage.guest("departed")
    asked = house.stage.ada.sign_in().request(guest, "check_out", 8, "CO-3", "ok_manager")
    return f"/approvals/{asked.detail.hex()}"


def _approval_ask(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guest('departed').guest_id.hex()}?purpose=check_out")
    pressed(page.locator("a[href*='/approval?']").first)


def _approval_error(house: RunningHouse, page: Page) -> None:
    _approval_ask(house, page)
    pressed(page.locator("main form button[type=submit]"))


def _approvals(house: RunningHouse, page: Page) -> None:
    _late_invoice(house)
    page.goto("/approvals")


def _approval(house: RunningHouse, page: Page) -> None:
    page.goto(_late_invoice(house))
    preview = page.locator("form[action$='/preview'] button")
    if preview.count():
        pressed(preview)


def _emergency_form(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/emergency")


def _emergency_error(house: RunningHouse, page: Page) -> None:
    _emergency_form(house, page)
    page.evaluate("document.querySelector('main form').submit()")
    page.wait_for_selector("[role=alert]")


def _emergency(house: RunningHouse, page: Page) -> None:
    stage = house.stage
    begun = stage.players["Ben"].sign_in().emergency(stage.guest("in_house"), 2)
    page.goto(f"/emergencies/{begun.detail.hex()}")


def _terminal(house: RunningHouse, page: Page) -> None:
    page.context.add_cookies([terminal_cookie(house)])
    page.goto("/terminal")


def _desk_at_terminal(house: RunningHouse, page: Page) -> None:
    page.context.add_cookies([terminal_cookie(house)])
    page.goto("/desk")


def _terminal_as(house: RunningHouse, page: Page) -> None:
    page.context.add_cookies([terminal_cookie(house)])
    page.goto(f"/terminal/as/{house.stage.ada.staff_id.hex()}")


def _terminals(house: RunningHouse, page: Page) -> None:
    page.goto("/terminals")
    page.fill("input[name=name]", f"Desk {os.urandom(4).hex()}")
    pressed(page.locator("form[action='/terminals'] button[type=submit]"))


def _asked(house: RunningHouse) -> str:
    """Return the number of an open request of somebody in house, given to nobody."""
    _in_house(house)
    guest, ada = house.stage.guests["Hanna"], house.stage.ada
    house.stage.office.execute(
        "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, identity_check, words, opened_by)"
        " values (%s, gen_random_uuid(), %s, %s, 'front_desk', 'desk', 'in_person', %s, %s) on conflict do nothing",
        (ada.property_id.hex(), number_of("S"), guest.guest_id.hex(), "叫早 6:30 / wake-up call", ada.staff_id.hex()),
    )
    return number_of("S")


def number_of(prefix: str) -> str:
    """Return the one number that the sweeps use for a request or a case."""
    return number.make(prefix, bytes(8))


def _case(house: RunningHouse, purpose: str, who: str) -> str:
    """Return the number of an open case that names somebody in house."""
    _in_house(house)
    guest, owner = house.stage.guests["Hanna"], house.stage.players[who]
    found = number_of("C" if purpose == "complaint" else "A")
    case_id = new_id().hex()
    if house.stage.office.execute(
        "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, owner_id, due_at)"
        " values (%s, %s, %s, %s, '夜间噪声 / noise', %s, %s, now() - interval '1 hour') on conflict do nothing",
        (owner.property_id.hex(), case_id, found, purpose, owner.staff_id.hex(), owner.staff_id.hex()),
    ).rowcount:
        house.stage.office.execute(
            "insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%s, %s, %s, %s)",
            (owner.property_id.hex(), case_id, guest.guest_id.hex(), owner.staff_id.hex()),
        )
        house.stage.office.execute(
            "insert into hotel.case_act (property_id, act_id, case_id, act, staff_id) values (%s, %s, %s, 'opened', %s)",
            (owner.property_id.hex(), case_id, case_id, owner.staff_id.hex()),
        )
    return found


def _requests(house: RunningHouse, page: Page) -> None:
    _asked(house)
    page.goto("/requests")


def _request(house: RunningHouse, page: Page) -> None:
    page.goto(f"/requests/{_asked(house)}")


def _cases(house: RunningHouse, page: Page) -> None:
    _case(house, "complaint", "Ben")
    page.goto("/cases")


def _case_of(purpose: str, who: str) -> Callable[[RunningHouse, Page], None]:
    return lambda house, page: page.goto(f"/cases/{_case(house, purpose, who)}") and None


def _request_error(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/requests/new?channel=phone")
    page.select_option("select[name=kind]", "front_desk")
    page.fill("textarea[name=words]", "6:30")
    pressed(page.locator("main form button[type=submit]"))


def _stranger_calls(_house: RunningHouse, page: Page) -> None:
    page.goto("/requests/phone")
    page.fill("input[name=surname]", "Nobody")
    page.fill("input[name=room]", "0000")
    page.fill("input[name=arrival]", "2026-11-23")
    pressed(page.locator("main form button[type=submit]"))


def _reviews(house: RunningHouse, page: Page) -> None:
    review_of(house.stage, house.stage.ada)
    review_of(house.stage, house.stage.ada, why="emergency", entry_idx=None, emergency_id=new_id().hex(), purpose="emergency", due_hours=-1)
    page.goto("/reviews")


def _review_filter_kept(house: RunningHouse, page: Page) -> None:
    page.goto("/reviews?q=purpose:complaint")
    page.fill("input[name=name]:visible", f"投诉 {os.urandom(2).hex()}")
    pressed(page.locator("form[action='/reviews/filters'] button"))


def _reviews_error(_house: RunningHouse, page: Page) -> None:
    page.goto("/reviews")
    page.fill("input[name=query]", "action:find")
    pressed(page.locator("main form button[type=submit]"))


def _review(house: RunningHouse, page: Page) -> None:
    page.goto(f"/reviews/{review_of(house.stage, house.stage.ada)}")


def _judged(house: RunningHouse, page: Page) -> None:
    _review(house, page)
    page.check("input[value=unjustified]")
    pressed(page.locator("form[action^='/reviews/'] button"))


def _notices(house: RunningHouse, page: Page) -> None:
    house.stage.office.execute(
        "insert into hotel.notice (property_id, to_role, kind, details) values (%s, 'duty_manager', 'emergency_begun', '{\"situation\": \"life\", \"duty\": \"security\"}')",
        (house.stage.ben.property_id.hex(),),
    )
    page.goto("/notices")


def _own_look_ups(house: RunningHouse, page: Page) -> None:
    review_of(house.stage, house.stage.ada)
    page.goto("/my-look-ups")


def _own_look_up(house: RunningHouse, page: Page) -> None:
    page.goto(f"/reviews/{review_of(house.stage, house.stage.ada)}/reply")


def _releases(house: RunningHouse, page: Page) -> None:
    if not house.stage.office.execute("select from hotel.policy_release").fetchone():
        propose(house.stage, house.stage.ben, WIDER, seconds=86_400, report=REPORT)
    page.goto("/watch/policy")


def _release(house: RunningHouse, page: Page) -> None:
    _releases(house, page)
    pressed(page.locator("main a[href^='/watch/policy/']").first)


def _course(house: RunningHouse) -> None:
    """Have the house teach the course that comes along; no duty needs it here."""
    place, content = house.stage.ada.property_id.hex(), packaged()
    house.stage.office.execute(
        "insert into hotel.course (property_id, course, name_zh, name_en, months) values (%s, 'privacy', %s, %s, 12) on conflict do nothing",
        (place, content.name.zh, content.name.en),
    )
    house.stage.office.execute(
        "insert into hotel.course_version (property_id, course, version, content) values (%s, 'privacy', %s, %s) on conflict do nothing",
        (place, content.version, msgspec.json.encode(content).decode()),
    )
    house.stage.office.execute("update hotel.course_attempt set submitted_at = now(), correct = 0, passed = false where submitted_at is null")
    house.stage.superuser.execute("delete from hotel.course_attempt")


def _at_the_course(path: str) -> Callable[[RunningHouse, Page], None]:
    def go(house: RunningHouse, page: Page) -> None:
        _course(house)
        page.goto(path)

    return go


def _test_begun(house: RunningHouse, page: Page) -> None:
    _course(house)
    page.goto("/my-training/privacy")
    pressed(page.locator("form[action$='/test'] button"))


def _test_failed(house: RunningHouse, page: Page) -> None:
    _test_begun(house, page)
    for at in range(1, 9):
        page.check(f"input[name=q{at}][value='0']")
    pressed(page.locator("main form button[type=submit]"))


def _my_shifts(house: RunningHouse, page: Page) -> None:
    place, ada, iris = house.stage.ada.property_id.hex(), house.stage.ada, house.stage.iris
    if not house.stage.office.execute("select 1 from hotel.shift_swap where from_id = %s", (iris.staff_id.hex(),)).fetchall():
        for player in (ada, iris):
            shift = house.stage.shift(player, duty="front_desk", from_hours=30, to_hours=38)
        house.stage.office.execute(
            "insert into hotel.shift_swap (property_id, swap_id, shift_id, from_id, for_id) values (%s, gen_random_uuid(), %s, %s, %s)",
            (place, shift.hex(), iris.staff_id.hex(), ada.staff_id.hex()),
        )
    page.goto("/my-shifts")


def _handover(house: RunningHouse, page: Page) -> None:
    place, ada, guest = house.stage.ada.property_id.hex(), house.stage.ada, house.stage.guests["Dora"]
    if not house.stage.office.execute("select 1 from hotel.service_request where assigned_to = %s", (ada.staff_id.hex(),)).fetchall():
        house.stage.office.execute(
            "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, words, opened_by, assigned_to)"
            " values (%s, gen_random_uuid(), 'S-0001', %s, 'housekeeping', 'desk', 'towels', %s, %s)",
            (place, guest.guest_id.hex(), ada.staff_id.hex(), ada.staff_id.hex()),
        )
    page.goto("/handover")


def _handover_notes(house: RunningHouse, page: Page) -> None:
    ada, ben = house.stage.ada, house.stage.ben
    house.stage.office.execute(
        "insert into hotel.handover (property_id, handover_id, from_id, duty, to_id, words)"
        " select %s, gen_random_uuid(), %s, 'duty_manager', %s, '1208: 12:00' where not exists (select 1 from hotel.handover)",
        (ada.property_id.hex(), ben.staff_id.hex(), ada.staff_id.hex()),
    )
    page.goto("/handover/notes")


def _pair(house: RunningHouse) -> tuple[str, str]:
    """Return two guests of today who hold the same document."""
    stage = house.stage
    if "Nora" not in stage.guests:
        stage.guests["Nora"] = stage.guest()
        stage.guests["Nora again"] = stage.guest(document=stage.guests["Nora"].records["document"])
    return stage.guests["Nora"].guest_id.hex(), stage.guests["Nora again"].guest_id.hex()


def _duplicates(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{_pair(house)[0]}/duplicates")


def _compare(house: RunningHouse, page: Page) -> None:
    page.goto("/guests/{}/duplicates/{}".format(*_pair(house)))


def _compare_error(house: RunningHouse, page: Page) -> None:
    _compare(house, page)
    page.evaluate("document.querySelector('main form').submit()")
    page.wait_for_selector("[role=alert]")


def _merge(house: RunningHouse) -> str:
    found = house.stage.office.execute("select merge_id::text from hotel.guest_merge where joined_at is null and ended_at is null").fetchone()
    if found is None:
        asked = ask_merge(house.stage.players["Ben"].sign_in(), house.stage.guest(), house.stage.guest(), 6)
        return f"/merges/{asked.detail.hex()}"
    return f"/merges/{found[0].replace('-', '')}"


def _merges(house: RunningHouse, page: Page) -> None:
    _merge(house)
    page.goto("/merges")


def _joined(house: RunningHouse, page: Page) -> None:
    stage = house.stage
    found = stage.office.execute("select merge_id::text from hotel.guest_merge where joined_at is not null and ended_at is null").fetchone()
    page.goto(f"/merges/{found[0].replace('-', '') if found else joined(stage, stage.guest(), stage.guest(), 6).hex()}")


def _registration(house: RunningHouse, page: Page) -> None:
    guest = house.stage.guests["Dora"]
    if not house.stage.office.execute("select from hotel.stay_copy where stay_id = %s", (guest.stay_id.hex(),)).fetchone():
        house.stage.players["Ada"].sign_in().ask(Snapshot, stay_id=guest.stay_id, guest_ids=[guest.guest_id])
    page.goto(f"/stays/{guest.stay_id.hex()}/registration")


def _locks(house: RunningHouse, page: Page) -> None:
    if not house.stage.office.execute("select 1 from hotel.lock where released_at is null").fetchall():
        house.stage.lock("guest", house.stage.guest().guest_id)
    page.goto("/locks")


def _lock_error(house: RunningHouse, page: Page) -> None:
    page.goto("/locks?guest=" + house.stage.guests["Dora"].guest_id.hex())
    page.fill("#f-reason-thing", "xx")
    pressed(page.locator("section[aria-labelledby=thing] button[type=submit]"))


def as_privacy(house: RunningHouse, page: Page) -> None:
    """Sign the privacy officer in, hired at the first asking."""
    page.context.add_cookies([house.ticket(house.on_duty("Paula", "privacy"))])


def _privacy(path: str) -> Callable[[RunningHouse, Page], None]:
    def go(house: RunningHouse, page: Page) -> None:
        as_privacy(house, page)
        page.goto(path)

    return go


def _privacy_desk(house: RunningHouse, page: Page) -> None:
    as_privacy(house, page)
    _in_house(house)
    place, paula = house.stage.ada.property_id.hex(), house.stage.players["Paula"].staff_id.hex()
    house.stage.office.execute(
        "insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by) values (%s, gen_random_uuid(), %s, 'lawful_request',"
        " 'a request', '2026-17', %s) on conflict do nothing", (place, number.make("A", b"priv" * 2), paula),
    )
    house.stage.office.execute(
        "update hotel.case_file set closed_at = now(), closed_by = %s, outcome = 'x' where property_id = %s and purpose = 'lawful_request' and closed_at is null",
        (paula, place),
    )
    page.goto("/privacy")


def _controller_error(house: RunningHouse, page: Page) -> None:
    _privacy("/privacy/controller")(house, page)
    page.evaluate("document.querySelector('#f-address').removeAttribute('maxlength')")
    page.fill("#f-address", "x" * 2001)
    pressed(page.locator("main form button[type=submit]"))


def _assessment_version(house: RunningHouse, page: Page) -> None:
    _privacy("/privacy/assessment")(house, page)
    page.fill("#f-description", "六十间客房 / sixty rooms")
    pressed(page.locator("main form button[type=submit]"))
    pressed(page.locator("main table a[href^='/privacy/assessment/']").first)


def _locked_out(house: RunningHouse, page: Page) -> None:
    ada = house.stage.ada
    page.context.add_cookies([house.ticket(ada)])
    newest = house.stage.superuser.execute(
        "select session_id::text from keys.session where staff_id = %s order by started_at desc limit 1", (ada.staff_id.hex(),),
    ).fetchone()
    assert newest is not None
    house.stage.lock("session", bytes.fromhex(newest[0].replace("-", "")))
    page.goto("/my-shifts")


def my(path: str = "") -> Callable[[RunningHouse, Page], None]:
    """Open a page of a guest's own, as a guest whom the desk has looked at."""

    def go(house: RunningHouse, page: Page) -> None:
        guest = house.stage.guest("arriving")  # anew: an hour has five codes for one reservation
        house.stage.ada.look_up(guest, clear=1, masked=2)
        house.stage.ada.look_up(guest, "marketing", clear=1)
        page.context.add_cookies([visit(house.stage, guest).cookie(house)])
        page.goto(f"/my{path}")

    return go


def _my_question(house: RunningHouse, page: Page) -> None:
    my()(house, page)
    page.goto(page.locator("a[href$='/question']").first.get_attribute("href") or "")


def _my_question_error(house: RunningHouse, page: Page) -> None:
    _my_question(house, page)
    pressed(page.locator("main form button[type=submit]"))


def _my_question_asked(house: RunningHouse, page: Page) -> None:
    _my_question(house, page)
    page.fill("textarea", "Why was this looked at?")
    pressed(page.locator("main form button[type=submit]"))


def _my_code(house: RunningHouse, page: Page) -> None:
    page.goto("/my/sign-in?at=harbour")
    page.fill("input[name=number]", "R-0")
    page.fill("input[name=contact]", "nobody@example.org")
    pressed(page.locator("main form button[type=submit]"))


def _my_code_error(house: RunningHouse, page: Page) -> None:
    _my_code(house, page)
    page.fill("input[name=code]", "12")
    pressed(page.locator("main form button[type=submit]"))


def _my_help(house: RunningHouse, page: Page) -> None:
    my("/help")(house, page)
    page.fill("textarea", "Two more towels")
    pressed(page.locator("form[action='/my/help'] button[type=submit]"))


def _consents(house: RunningHouse, page: Page) -> None:
    """Somebody in house who said yes on paper, and yes and no on the tablet."""
    _in_house(house)
    guest = house.stage.guests["Hanna"]
    if not house.stage.office.execute("select 1 from hotel.consent where guest_id = %s", (guest.guest_id.hex(),)).fetchall():
        hand = by(house.stage, house.stage.ada)
        record_now(house.stage, hand, on_paper(guest, "face_check_in"), answer(guest, "loyalty"), answer(guest, "loyalty", given=False))
    page.goto(f"/guests/{guest.guest_id.hex()}/consents")


def _privacy(path: str) -> Callable[[RunningHouse, Page], None]:
    def go(house: RunningHouse, page: Page) -> None:
        page.context.add_cookies([house.ticket(house.on_duty("Piet", "privacy"))])
        page.goto(path)

    return go


def _my_request(kind: str, to: str = "") -> Callable[[RunningHouse, Page], None]:
    """Open a page on the way to a request for rights: its question, what is checked before it is sent, the request."""

    def go(house: RunningHouse, page: Page) -> None:
        my(f"/requests/new/{kind}")(house, page)
        if to and page.locator("input[name=scope]").count():
            page.check(f"input[name=scope][value={'parts' if to == 'error' else 'whole'}]")
        if to:
            pressed(page.locator("form[action$='/check'] button"))
        if to == "sent":
            pressed(page.locator("form[action='/my/requests'] button"))

    return go


def _my_answer(house: RunningHouse, page: Page, *, is_right: bool = True) -> None:
    """Open the answer to a request by its number and code."""
    _my_request("delete", "sent")(house, page)
    code = page.locator("main strong").first.inner_text()
    number = page.locator("main a[href^='/my/requests/R-']").get_attribute("href") or ""
    page.goto("/my/answer?at=harbour")
    page.fill("input[name=number]", number.rpartition("/")[2])
    page.fill("input[name=code]", code if is_right else "0000 0000 0000 0000")
    pressed(page.locator("form[action='/my/answer'] button"))


def _my_answer_error(house: RunningHouse, page: Page) -> None:
    _my_answer(house, page, is_right=False)


def _my_copy(house: RunningHouse, page: Page) -> None:
    my("/requests/new/access")(house, page)
    pressed(page.locator("button[value=page]"))


def _officer(path: str) -> Callable[[RunningHouse, Page], None]:
    """Open a page of the privacy officer's."""

    def go(house: RunningHouse, page: Page) -> None:
        page.context.add_cookies([house.ticket(house.on_duty("Pru", "privacy"))])
        page.goto(path)

    return go


def _consent(rest: str) -> Callable[[RunningHouse, Page], None]:
    return lambda house, page: page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/consents/{rest}") and None


def _tablet(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/consents")
    pressed(page.locator("form[action$='/marketing/hand-over'] button").first)


def _tablet_refused(house: RunningHouse, page: Page) -> None:
    _tablet(house, page)
    page.check("input[name=guardian][value=parent]")
    pressed(page.locator("button[name=answer][value=yes]"))


def _tablet_thanks(house: RunningHouse, page: Page) -> None:
    page.goto(f"/guests/{house.stage.guest('in_house').guest_id.hex()}/consents")
    pressed(page.locator("form[action$='/marketing/hand-over'] button").first)
    pressed(page.locator("button[name=answer][value=yes]"))


def _consent_paper_error(house: RunningHouse, page: Page) -> None:
    _consent("marketing/paper")(house, page)
    page.check("input[name=answer][value=yes]")
    page.fill("input[name=paper]", "13800138000")


def as_officer(house: RunningHouse, page: Page, name: str = "Paula", duty: str = "privacy") -> None:
    """Sign in as an officer of Harbour, hired at the first asking."""
    page.context.add_cookies([house.ticket(house.on_duty(name, duty))])


def by_office(house: RunningHouse, do: Callable[[Office], Coroutine[Any, Any, Any]]) -> Any:
    """Return what the office does, in a thread of its own: the browser has the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(in_office, house.stage, do).result()


def with_rules(house: RunningHouse) -> None:
    """Give Harbour the rules of China, and a guest whose notes are over their limit; once."""
    stage = house.stage
    if not stage.office.execute("select from hotel.retention_rule").fetchone():
        preset = preset_of("CN")
        assert preset is not None
        by_office(house, lambda office: retention.adopt(office, stage.ada.property_id, preset))
        stage.guest("departed", departed_days=400)


def _retention(house: RunningHouse, page: Page) -> None:
    with_rules(house)
    as_officer(house, page)
    page.goto("/retention")
    pressed(page.get_by_role("button").filter(has=page.locator("use[href$='#refresh-cw']")))
    page.goto("/retention")


def _retention_plan(house: RunningHouse, page: Page) -> None:
    _retention(house, page)
    pressed(page.get_by_role("button").filter(has=page.locator("use[href$='#refresh-cw']")))


def _retention_rule(house: RunningHouse, page: Page) -> None:
    with_rules(house)
    as_officer(house, page)
    rows = by_office(house, lambda office: retention.rules_in_force(office, house.stage.ada.property_id))
    page.goto("/retention/rules/" + next(row.rule_id.hex() for row in rows if row.code == "own-preferences"))


def _retention_severe(house: RunningHouse, page: Page) -> None:
    _retention_rule(house, page)
    page.fill("#f-gone", "6 个月")
    page.fill("#f-reason", "no longer needed for the service")
    pressed(page.locator("main form button[type=submit]"))


def _no_retention(house: RunningHouse, page: Page) -> None:
    stage = house.stage
    if "Hana" not in stage.players:
        stage.players["Hana"] = stage.hire("Hana", "privacy", by=stage.players["Hugo"])
    page.context.add_cookies([house.ticket(stage.players["Hana"])])
    page.goto("/retention")


def _holds(house: RunningHouse, page: Page) -> None:
    stage = house.stage
    if not stage.office.execute("select from hotel.legal_hold").fetchone():
        people = [house.on_duty("Paula", "privacy").staff_id, house.on_duty("Greta", "general_manager").staff_id]
        for seconded in (True, False):
            new = NewHold(new_id(), 3, "court letter", datetime.now(UTC) + timedelta(days=90), "2026-77", guest_id=stage.dora.guest_id)
            done = by_office(house, lambda office, new=new: legal_holds.propose(office, stage.ada.property_id, people[0], new))
            assert isinstance(done, HoldDone), done
            if seconded:
                by_office(house, lambda office, done=done: legal_holds.second(office, stage.ada.property_id, people[1], done.number))
    as_officer(house, page, "Greta", "general_manager")
    page.goto("/holds")


def _hold_form(house: RunningHouse, page: Page) -> None:
    as_officer(house, page)
    page.goto("/holds/new?guest=" + house.stage.dora.guest_id.hex())


def _hold_error(house: RunningHouse, page: Page) -> None:
    _hold_form(house, page)
    page.fill("#f-reason", "court letter")
    page.fill("#f-until_on", "2020-01-01")
    pressed(page.locator("main form button[type=submit]"))



def _right(kind: str, *steps: str, then: str = "") -> Callable[[RunningHouse, Page], None]:
    """Open a request for rights that was worked up to a step, or a page of it."""

    def go(house: RunningHouse, page: Page) -> None:
        guest = house.stage.guest("departed")
        found = house.stage.office.execute(
            "select r.number from hotel.reservation r join hotel.stay s using (property_id, reservation_id) where s.stay_id = %s", (guest.stay_id.hex(),),
        ).fetchone()
        _officer("/rights/new")(house, page)
        page.fill("input[name=reservation]", found[0] if found else "")
        page.check(f"input[name=kind][value={kind}]")
        pressed(page.locator("form[action='/rights/new'] button"))
        for step in steps:
            if step == "identity":
                page.check("input[name=code][value=document_in_person]")
            if step == "answer":
                page.fill("#f-answer", "按住宿登记的规定处理 / as the law on registration asks")
            pressed(page.locator(f"form[action$='/{step}'] button").last)
        if then:
            page.goto(then if then == "/rights" else page.url.partition("?")[0] + then)

    return go


def end_all(house: RunningHouse) -> None:
    """End every processor and recipient, so that no other request concerns one."""
    house.stage.office.execute("update hotel.processor set ended_at = now(), ended_by = added_by where ended_at is null")


def _processor(house: RunningHouse) -> str:
    """Put a company on the list; return its id."""
    paula, one = house.on_duty("Paula", "privacy").staff_id.hex(), new_id().hex()
    house.stage.office.execute(
        "insert into hotel.processor (property_id, processor_id, name, kind, groups, reached, added_by)"
        " values (%s, %s, %s, 'processor', 66, 'privacy@sms.example', %s)",
        (house.stage.ada.property_id.hex(), one, f"示例短信服务商 / Example SMS service {one[:4]}", paula),
    )
    return one


def _processors(path: str, *, is_one: bool = False) -> Callable[[RunningHouse, Page], None]:
    """Open a page of the list, with one active and, most times, some ended."""

    def go(house: RunningHouse, page: Page) -> None:
        one = _processor(house)
        as_privacy(house, page)
        page.goto(f"{path}/{one}" if is_one else path)
        end_all(house)

    return go


def _processor_error(house: RunningHouse, page: Page) -> None:
    as_privacy(house, page)
    page.goto("/privacy/processors/new")
    page.fill("input[name=name]", "示例 / Example")
    page.fill("input[name=reached]", "privacy@sms.example")
    page.check("input[name=kind][value=recipient]")
    pressed(page.locator("main form button[type=submit]"))


def _told(*steps: str, then: str = "") -> Callable[[RunningHouse, Page], None]:
    """Open a request that concerns two companies; after its steps, or a page on which they are awaited."""

    def go(house: RunningHouse, page: Page) -> None:
        _processor(house)
        _processor(house)
        _right("restrict", *_DONE)(house, page)
        end_all(house)
        for step in steps:
            if step == "told":
                page.locator("input[name=how][value=letter]").first.check()
            pressed(page.locator(f"form[action$='/{step}'] button").first)
        if then:
            page.goto(then)

    return go


def _rights_error(house: RunningHouse, page: Page) -> None:
    _officer("/rights/new")(house, page)
    page.fill("input[name=reservation]", "R-0")
    page.check("input[name=kind][value=access]")
    pressed(page.locator("form[action='/rights/new'] button"))


_DONE = ("identity", "take-up", "suggestions", "carry-out")

PLACES = (
    Place("sign_in", "", _at("/sign-in")),
    Place("enrol", "", _at("/enrol")),
    Place("no_terminal", "", _at("/terminal")),
    Place("terminal_enrol", "", _at("/terminal/enrol")),
    Place("terminal", "", _terminal),
    Place("terminal_as", "", _terminal_as),
    Place("not_found", "", _at("/nowhere")),
    Place("policy", "", _at("/policy")),
    Place("policy_what_if", "", _at("/policy?ask=1&purpose=check_in&role=front_desk&relation=arriving&fact=on_shift&fact=badged_in")),
    Place("arrivals", "Ada", _at("/desk")),
    Place("in_house", "Ada", _at("/desk?list=in_house")),
    Place("departures", "Ada", _at("/desk?list=departures&show=left")),
    Place("desk_at_terminal", "Ada", _desk_at_terminal),
    Place("find", "Ada", _at("/find")),
    Place("find_error", "Ada", _find_error),
    Place("found", "Ada", _found),
    Place("nobody_found", "Ada", _nobody_found),
    Place("guest", "Ada", _guest),
    Place("guest_refused", "Ada", _refused),
    Place("reveal_dialog", "Ada", _dialog),
    Place("reveal_form", "Ada", _reveal_form),
    Place("revealed", "Ada", _revealed),
    Place("approvals", "Ben", _approvals),
    Place("approval", "Ben", _approval),
    Place("approval_ask", "Ada", _approval_ask),
    Place("approval_error", "Ada", _approval_error),
    Place("deputies", "Ben", _at("/deputies")),
    Place("emergency_room", "Ben", _at("/emergency")),
    Place("emergency_form", "Ada", _emergency_form),
    Place("emergency", "Ben", _emergency),
    Place("purpose", "Ada", lambda _house, page: page.goto("/guests/" + "0" * 32) and None),
    Place("consents", "Ada", _consents),
    Place("consent_words", "", _privacy("/watch/consents")),
    Place("consent_words_form", "", _privacy("/watch/consents/sharing")),
    Place("consent_tablet", "Ada", _tablet),
    Place("consent_refused", "Ada", _tablet_refused),
    Place("consent_thanks", "Ada", _tablet_thanks),
    Place("consent_sheet", "Ada", _consent("face_check_in/sheet")),
    Place("consent_paper", "Ada", _consent("face_check_in/paper")),
    Place("consent_paper_error", "Ada", _consent_paper_error),
    Place("my_consents", "", my("/consents")),
    Place("my_consent", "", my("/consents/face_check_in")),
    Place("stay", "Ada", _stay),
    Place("check_in", "Ada", _booking_act("check-in")),
    Place("amend", "Ada", _booking_act("amend")),
    Place("cancel", "Ada", _booking_act("cancel")),
    Place("check_out", "Ada", _act("check-out")),
    Place("join", "Ada", _act("join")),
    Place("move_room", "Ada", _act("move-room")),
    Place("extend", "Ada", _act("extend")),
    Place("settle", "Ada", _act("settle")),
    Place("walk_in", "Ada", _at("/walk-in")),
    Place("walk_in_error", "Ada", _walk_in_error),
    Place("reservation", "Ada", _at("/reservations/new")),
    Place("rooms", "Ada", _at("/rooms")),
    Place("display", "Ada", _at("/display")),
    Place("badge_desk", "Cleo", _at("/desk")),
    Place("forbidden", "Iris", _at("/desk")),
    Place("staff", "Iris", _at("/staff")),
    Place("member", "Iris", _member),
    Place("invited", "Iris", _invited),
    Place("terminals", "Iris", _terminals),
    Place("roster", "Iris", _at("/roster")),
    Place("training", "Iris", _at("/training")),
    Place("my_shifts", "Ada", _my_shifts),
    Place("my_training", "Ada", _at_the_course("/my-training")),
    Place("course", "Ada", _at_the_course("/my-training/privacy")),
    Place("course_test", "Ada", _test_begun),
    Place("test_failed", "Ada", _test_failed),
    Place("training_report", "Egon", _at_the_course("/training/report")),
    Place("digits", "Ada", _at("/digits")),
    Place("handover", "Ada", _handover),
    Place("handover_notes", "Ada", _handover_notes),
    Place("locks", "Ben", _locks),
    Place("lock_error", "Ben", _lock_error),
    Place("sign_ins", "Ben", lambda house, page: page.goto(f"/locks/sign-ins?of={house.stage.ada.staff_id.hex()}") and None),
    Place("locked_out", "", _locked_out),
    Place("presence", "Ben", _at("/presence")),
    Place("recovery", "Ben", _at("/recovery")),
    Place("requests", "Ada", _requests),
    Place("requests_none", "Ada", _at("/requests?list=mine")),
    Place("request", "Ada", _request),
    Place("request_form", "Ada", lambda house, page: page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/requests/new") and None),
    Place("request_error", "Ada", _request_error),
    Place("caller", "Ada", _at("/requests/phone")),
    Place("stranger_calls", "Ada", _stranger_calls),
    Place("cases", "Ben", _cases),
    Place("cases_none", "Egon", _at("/cases?list=closed")),
    Place("case", "Ben", _case_of("complaint", "Ben")),
    Place("case_of_audit", "Egon", _case_of("audit", "Egon")),
    Place("case_form", "Ben", _at("/cases/new")),
    Place("case_of_guest", "Ben", lambda house, page: page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/cases/new") and None),
    Place("duplicates", "Ben", _duplicates),
    Place("duplicates_none", "Ada", lambda house, page: page.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}/duplicates") and None),
    Place("compare", "Ben", _compare),
    Place("compare_error", "Ben", _compare_error),
    Place("merges", "Ben", _merges),
    Place("merge", "Ben", lambda house, page: page.goto(_merge(house)) and None),
    Place("merge_joined", "Ben", _joined),
    Place("registration", "Ada", _registration),
    Place("registration_none", "Ada", _booking_act("registration?which=invoice")),
    Place("nothing", "Egon", _at("/nothing-here")),
    Place("watch", "Egon", _watch),
    Place("watch_error", "Egon", _watch_error),
    Place("releases", "Egon", _releases),
    Place("release", "Egon", _release),
    Place("entry_verified", "Egon", _verified),
    Place("reviews", "Ben", _reviews),
    Place("reviews_error", "Ben", _reviews_error),
    Place("review_filter_kept", "Egon", _review_filter_kept),
    Place("review", "Ben", _review),
    Place("review_read", "Egon", _review),
    Place("review_judged", "Ben", _judged),
    Place("review_approvals", "Ben", _at("/reviews/approvals")),
    Place("transparency", "", _at("/transparency/harbour")),
    Place("transparency_list", "", _at("/transparency")),
    Place("privacy", "", _privacy_desk),
    Place("privacy_read", "Egon", _at("/privacy")),
    Place("privacy_numbers", "Egon", _at("/privacy/numbers")),
    Place("processing", "", _privacy("/privacy/records")),
    Place("controller", "", _privacy("/privacy/controller")),
    Place("processors", "", _processors("/privacy/processors")),
    Place("processors_read", "Egon", _at("/privacy/processors")),
    Place("processor_form", "", _privacy("/privacy/processors/new")),
    Place("processor_error", "", _processor_error),
    Place("processor", "", _processors("/privacy/processors", is_one=True)),
    Place("processing_with_companies", "", _processors("/privacy/records")),
    Place("controller_error", "", _controller_error),
    Place("assessment", "", _privacy("/privacy/assessment")),
    Place("assessment_read", "Egon", _at("/privacy/assessment")),
    Place("assessment_version", "", _assessment_version),
    Place("notices", "Ben", _notices),
    Place("own_look_ups", "Ada", _own_look_ups),
    Place("own_look_up", "Ada", _own_look_up),
    Place("my_sign_in", "", _at("/my/sign-in")),
    Place("my_code", "", _my_code),
    Place("my_code_error", "", _my_code_error),
    Place("my_passkey", "", _at("/my-passkey")),
    Place("my_left", "", _at("/my/left")),
    Place("my", "", my()),
    Place("my_exceptions", "", my("?show=exceptions&since=all")),
    Place("my_question", "", _my_question),
    Place("my_question_error", "", _my_question_error),
    Place("my_question_asked", "", _my_question_asked),
    Place("my_record", "", my("/record")),
    Place("my_help", "", _my_help),
    Place("my_new_passkey", "", my("-passkey/new")),
    Place("retention", "", _retention),
    Place("retention_plan", "", _retention_plan),
    Place("retention_rule", "", _retention_rule),
    Place("retention_severe", "", _retention_severe),
    Place("retention_none", "", _no_retention),
    Place("holds", "", _holds),
    Place("hold_form", "", _hold_form),
    Place("hold_error", "", _hold_error),
    Place("my_requests", "", my("/requests")),
    Place("my_request_delete", "", _my_request("delete")),
    Place("my_request_error", "", _my_request("delete", "error")),
    Place("my_request_transfer", "", _my_request("transfer")),
    Place("my_request_check", "", _my_request("delete", "check")),
    Place("my_request_sent", "", _my_request("explain", "sent")),
    Place("my_request_code", "", _my_request("delete", "sent")),
    Place("my_answer", "", _at("/my/answer")),
    Place("my_answer_error", "", _my_answer_error),
    Place("my_answer_read", "", _my_answer),
    Place("my_copy", "", _my_copy),
    Place("rights_none", "", _officer("/rights?list=waiting")),
    Place("rights", "", _right("restrict", then="/rights")),
    Place("rights_form", "", _officer("/rights/new")),
    Place("rights_form_error", "", _rights_error),
    Place("rights_clock", "", _officer("/rights/clock")),
    Place("rights_received", "", _right("access")),
    Place("rights_decided", "", _right("delete", *_DONE[:-1])),
    Place("rights_answered", "", _right("explain", *_DONE, "answer")),
    Place("rights_slip", "", _right("access", "code")),
    Place("rights_letter", "", _right("explain", *_DONE, "answer", then="/letter")),
    Place("rights_to_tell", "", _told()),
    Place("rights_told", "", _told("told", "told", "confirmed")),
    Place("privacy_confirmations", "", _told("told", "told", then="/privacy")),
    Place("rights_copy", "", _right("access", *_DONE, then="/copy")),
    Place("rights_correct", "", _right("correct", *_DONE, then="/correct")),
)
