"""The privacy officer's retention and holds in a browser, JavaScript off: what falls due is read before it is done."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.places import as_officer, with_rules
from tests.pages import pressed


def test_a_shorter_period_is_read_in_numbers_and_confirmed_with_the_hotels_name(house, page_of):
    with_rules(house)
    house.stage.guest("departed", departed_days=300)
    page = page_of(java_script_enabled=False, locale="en-GB")
    as_officer(house, page)
    page.goto("/retention")
    pressed(page.get_by_role("row", name="own-notes").get_by_role("link"))
    page.locator("#f-gone").fill("6 months")
    page.locator("#f-reason").fill("notes are rarely needed")
    pressed(page.get_by_role("button", name="Change this period"))
    expect(page.get_by_role("alert").filter(has_text="will fall due tonight")).to_be_visible()
    page.locator("#f-confirmed").fill("Harbour")
    pressed(page.get_by_role("button", name="Shorten this period"))
    expect(page.get_by_role("alert").filter(has_text="Type the hotel’s name exactly")).to_be_visible()
    page.locator("#f-confirmed").fill("Harbour Hotel")
    pressed(page.get_by_role("button", name="Shorten this period"))
    expect(page.get_by_role("status")).to_contain_text("Changed.")
    expect(page.get_by_role("row", name="own-notes")).to_contain_text("6 months")
    pressed(page.get_by_role("button", name="Count what falls due now"))
    expect(page.get_by_role("row", name="own-notes Notes")).to_be_visible()
    pressed(page.get_by_role("button", name="Delete what this plan shows"))
    expect(page.get_by_role("status")).to_contain_text("Ordered.")
    expect(page.get_by_role("main")).to_contain_text("being carried out")
    pressed_again = page.goto(page.url.partition("?")[0])
    assert pressed_again is not None and pressed_again.status == 200
    assert page.get_by_role("button", name="Delete what this plan shows").count() == 0


def test_a_hold_is_proposed_by_one_and_seconded_by_another(house, page_of):
    paula = page_of(java_script_enabled=False, locale="zh-CN")
    as_officer(house, paula)
    paula.goto("/holds/new?guest=" + house.stage.dora.guest_id.hex())
    paula.locator("input[value=identity]").check()
    paula.locator("#f-reason").fill("法院来函，答复期限为明年春天")
    paula.fill("#f-until_on", "2027-06-30")
    pressed(paula.get_by_role("button", name="提出这项留存"))
    expect(paula.get_by_role("status")).to_contain_text("另一人复核后生效")
    card = paula.locator("section").filter(has_text="法院来函")
    expect(card).to_contain_text("尚无人复核")
    assert card.get_by_role("button", name="复核这项留存").count() == 0
    greta = page_of(java_script_enabled=False, locale="zh-CN")
    as_officer(house, greta, "Greta", "general_manager")
    greta.goto("/holds")
    card = greta.locator("section").filter(has_text="法院来函")
    pressed(card.get_by_role("button", name="复核这项留存"))
    card = greta.locator("section").filter(has_text="法院来函")
    expect(card).to_contain_text("Greta")
    card.locator("summary").click()
    card.locator("input[name=reason]").fill("案件已结")
    pressed(card.get_by_role("button", name="解除这项留存"))
    expect(greta.get_by_role("row").filter(has_text="案件已结")).to_be_visible()


def test_who_does_not_answer_for_retention_does_not_see_it(page_of):
    for name in ("Ada", "Ben", "Iris"):
        for address in ("/retention", "/holds", "/holds/new"):
            answer = page_of(name).goto(address)
            assert answer is not None and answer.status == 403, (name, address)
    page = page_of("Egon", locale="en-GB")
    assert page.goto("/retention").status == 200
    assert page.goto("/holds").status == 200
    assert page.get_by_role("link", name="Propose a hold").count() == 0
    assert page.goto("/holds/new").status == 403
