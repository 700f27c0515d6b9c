"""What needs more than a click: a passkey verified anew, an approval from offer to use, an emergency from room to note."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.cast import Player
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page


def with_key_of(page: Page, player: Player) -> Page:
    """Give the page's browser the passkey of somebody."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }})
    key = player.authenticator.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    session.send("WebAuthn.addCredential", {"authenticatorId": made["authenticatorId"], "credential": {
        "credentialId": b64encode(player.authenticator.credential_id).decode(), "isResidentCredential": True, "rpId": "localhost",
        "privateKey": b64encode(key).decode(), "userHandle": b64encode(player.staff_id).decode(), "signCount": 1_000_000,
    }})
    return page


@pytest.fixture
def people(house):
    """A clerk and a duty manager of this test's own: their passkeys' counters are the browser's from here on."""
    clerk, manager = house.stage.hire("Alma", "front_desk"), house.stage.hire("Bruno", "duty_manager")
    house.stage.players.update({"Alma": clerk, "Bruno": manager})
    return clerk, manager


def test_a_document_is_shown_once_the_passkey_was_verified_for_it(house, page_of, people):
    guest = house.arriving()
    page = with_key_of(page_of("Alma"), people[0])
    page.goto(f"/guests/{guest.guest_id.hex()}")
    assert guest.document not in page.content()
    page.locator("button[commandfor='reveal-document'][command=show-modal]").click()
    page.check("#reveal-document input[value=registration]")
    pressed(page.locator("#reveal-document button[type=submit]"))
    assert guest.document in page.locator("main").inner_text()
    assert page.locator("h1").inner_text() != ""
    page.reload()
    assert guest.document not in page.content()


def test_an_offer_becomes_a_request_a_vote_and_one_look(house, page_of, people):
    guest = house.stage.guest("departed")
    clerk = with_key_of(page_of("Alma"), people[0])
    clerk.goto(f"/guests/{guest.guest_id.hex()}?purpose=check_out")
    pressed(clerk.locator("a[href*='/approval?']").first)
    pressed(clerk.locator("main form button[type=submit]"))
    assert clerk.locator("[role=alert]").count() == 1  # no reason, no reference
    clerk.fill("textarea[name=reason]", "宾客来电补开发票，已核对预订号")
    clerk.fill("input[name=reference]", "T-12")
    pressed(clerk.locator("main form button[type=submit]"))
    address = clerk.url.split("?")[0]
    assert "/approvals/" in address

    manager = with_key_of(page_of("Bruno"), people[1])
    manager.goto("/approvals")
    pressed(manager.locator(f"a[href='/approvals/{address.rpartition('/')[2]}']"))
    assert guest.surname not in manager.content()
    pressed(manager.locator("form[action$='/preview'] button"))
    assert guest.surname not in manager.content()
    assert manager.locator(".mask").count() > 0
    pressed(manager.locator("button[value=vote_yes]"))
    assert manager.locator(".tl li").count() == 1

    clerk.goto(address)
    pressed(clerk.locator("form[action$='/approved'] button"))
    assert clerk.locator(".revealed").count() > 0
    clerk.goto(address)
    assert clerk.locator("form[action$='/approved']").count() == 0


def test_an_emergency_from_the_room_to_the_note(house, page_of, people):
    guest = house.stage.guest("in_house")
    room = house.stage.office.execute("select room_number from hotel.stay where stay_id = %s", (guest.stay_id.hex(),)).fetchone()[0]
    page = with_key_of(page_of("Alma"), people[0])
    page.goto("/emergency")
    page.fill("input[name=room]", room)
    pressed(page.locator("main form button[type=submit]").first)
    page.check("input[value=life]")
    page.fill("textarea[name=words]", "烟感报警，电话无人接听，需要联系")
    page.check("input[name=groups][value=contact]")
    pressed(page.locator("main form button[type=submit]"))
    shown = page.locator("main").inner_text()
    assert guest.phone[-4:] in shown
    assert guest.email in shown
    page.goto("/desk")
    bar = page.locator(".glassbar")
    assert bar.count() == 1
    pressed(bar.locator("button"))
    assert guest.email not in page.content()
    assert page.locator(".glassbar").count() == 0
    page.fill("textarea[name=words]", "误报，已与住客电话确认平安。")
    pressed(page.locator("main form button[type=submit]"))
    assert "误报" in page.locator("main").inner_text()


def test_a_deputy_is_offered_and_accepted(house, page_of, people):
    clerk, manager = people
    page = with_key_of(page_of("Bruno"), manager)
    page.goto("/deputies")
    page.select_option("select[name=subject]", clerk.staff_id.hex())
    page.fill("input[name=until]", "2020-01-01")
    pressed(page.locator("main form button[type=submit]").last)
    assert page.locator("[role=alert]").count() == 1
    ((day,),) = house.stage.office.execute("select (current_date + 3)::text").fetchall()
    page.select_option("select[name=subject]", clerk.staff_id.hex())
    page.fill("input[name=until]", day)
    pressed(page.locator("main form button[type=submit]").last)
    assert "Alma" in page.locator("table").inner_text()
    theirs = with_key_of(page_of("Alma"), clerk)
    theirs.goto("/deputies")
    pressed(theirs.locator("form[action$='/accept'] button"))
    assert theirs.locator("form[action$='/accept']").count() == 0


def test_without_the_passkey_nothing_is_shown(house, page_of, people):
    guest = house.arriving()
    page = page_of("Alma", java_script_enabled=False)
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/document?purpose=check_in&verify=1")
    page.check("input[value=registration]")
    pressed(page.locator("main form button[type=submit]"))
    assert guest.document not in page.content()
    assert "JavaScript" in page.locator("main").inner_text()


def test_a_duty_manager_attests_whom_they_tick_with_one_touch(house, page_of, people):
    stage = house.stage
    comers = [stage.hire(f"Comer {number}", "front_desk", is_at_work=False) for number in range(2)]
    for comer in comers:
        stage.shift(comer)
    page = with_key_of(page_of("Bruno"), people[1])
    page.goto("/presence")
    assert page.locator(f"input[value='{people[1].staff_id.hex()}']").count() == 0, "nobody attests themselves"
    pressed(page.locator("form:has(input[value=in]) button[type=submit]"))
    assert page.locator("[role=status] [data-focus]").count() == 1, "nobody is ticked"
    for comer in comers:
        page.check(f"input[value='{comer.staff_id.hex()}']")
    pressed(page.locator("form:has(input[value=in]) button[type=submit]"))
    assert page.url.endswith("said=attested")
    here = stage.superuser.execute(
        "select count(*) from hotel.presence where staff_id = any (%s::uuid[]) and how = 'attested' and direction = 'in' and attested_by = %s",
        ([comer.staff_id.hex() for comer in comers], people[1].staff_id.hex()),
    ).fetchone()
    assert here == (2,)
    page.check(f"form:has(input[value=out]) input[value='{comers[0].staff_id.hex()}']")
    pressed(page.locator("form:has(input[value=out]) button[type=submit]"))
    assert page.url.endswith("said=attested")
    assert page.locator(f"form:has(input[value=in]) input[value='{comers[0].staff_id.hex()}']").count() == 1
