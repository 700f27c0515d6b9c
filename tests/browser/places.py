"""Every page of the desk, and how to get there: what the sweeps over all pages go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.pages import pressed
from tests.releases import REPORT, WIDER, propose

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


def _releases(house: RunningHouse, page: Page) -> None:
    if not house.stage.office.execute("select from hotel.policy_release").fetchone():
        propose(house.stage, house.stage.ben, WIDER, seconds=86_400, report=REPORT)
    page.goto("/watch/policy")


PLACES = (
    Place("sign_in", "", _at("/sign-in")),
    Place("enrol", "", _at("/enrol")),
    Place("not_found", "", _at("/nowhere")),
    Place("policy", "", _at("/policy")),
    Place("policy_what_if", "", _at("/policy?ask=1&purpose=check_in&role=front_desk&relation=arriving&fact=on_shift&fact=badged_in")),
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
    Place("presence", "Ben", _at("/presence")),
    Place("recovery", "Ben", _at("/recovery")),
    Place("nothing", "Egon", _at("/nothing-here")),
    Place("watch", "Egon", _watch),
    Place("watch_error", "Egon", _watch_error),
    Place("releases", "Egon", _releases),
    Place("entry_verified", "Egon", _verified),
)
