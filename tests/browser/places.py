"""Every page of the desk, and how to get there: what the sweeps over all pages go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from discretion.office.courses import packaged
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
    for number in range(1, 9):
        page.check(f"input[name=q{number}][value='0']")
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


def _locks(house: RunningHouse, page: Page) -> None:
    if not house.stage.office.execute("select 1 from hotel.lock where released_at is null").fetchall():
        house.stage.lock("guest", house.stage.guest().guest_id)
    page.goto("/locks")


def _lock_error(house: RunningHouse, page: Page) -> None:
    page.goto("/locks?guest=" + house.stage.guests["Dora"].guest_id.hex())
    page.fill("#f-reason-thing", "xx")
    pressed(page.locator("section[aria-labelledby=thing] button[type=submit]"))


def _locked_out(house: RunningHouse, page: Page) -> None:
    ada = house.stage.ada
    page.context.add_cookies([house.ticket(ada)])
    newest = house.stage.superuser.execute(
        "select session_id::text from keys.session where staff_id = %s order by started_at desc limit 1", (ada.staff_id.hex(),),
    ).fetchone()
    assert newest is not None
    house.stage.lock("session", bytes.fromhex(newest[0].replace("-", "")))
    page.goto("/my-shifts")


PLACES = (
    Place("sign_in", "", _at("/sign-in")),
    Place("enrol", "", _at("/enrol")),
    Place("not_found", "", _at("/nowhere")),
    Place("arrivals", "Ada", _at("/desk")),
    Place("in_house", "Ada", _at("/desk?list=in_house")),
    Place("departures", "Ada", _at("/desk?list=departures&show=left")),
    Place("find", "Ada", _at("/find")),
    Place("find_error", "Ada", _find_error),
    Place("found", "Ada", _found),
    Place("nobody_found", "Ada", _nobody_found),
    Place("guest", "Ada", _guest),
    Place("guest_refused", "Ada", _refused),
    Place("reveal_dialog", "Ada", _dialog),
    Place("reveal_form", "Ada", _reveal_form),
    Place("revealed", "Ada", _revealed),
    Place("purpose", "Ada", lambda _house, page: page.goto("/guests/" + "0" * 32) and None),
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
    Place("roster", "Iris", _at("/roster")),
    Place("training", "Iris", _at("/training")),
    Place("my_shifts", "Ada", _my_shifts),
    Place("my_training", "Ada", _at_the_course("/my-training")),
    Place("course", "Ada", _at_the_course("/my-training/privacy")),
    Place("course_test", "Ada", _test_begun),
    Place("test_failed", "Ada", _test_failed),
    Place("training_report", "Egon", _at_the_course("/training/report")),
    Place("handover", "Ada", _handover),
    Place("handover_notes", "Ada", _handover_notes),
    Place("locks", "Ben", _locks),
    Place("lock_error", "Ben", _lock_error),
    Place("locked_out", "", _locked_out),
    Place("presence", "Ben", _at("/presence")),
    Place("recovery", "Ben", _at("/recovery")),
    Place("nothing", "Egon", _at("/nothing-here")),
    Place("watch", "Egon", _watch),
    Place("watch_error", "Egon", _watch_error),
    Place("entry_verified", "Egon", _verified),
)
