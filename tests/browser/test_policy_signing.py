"""Two officers sign a release of the policy on its page, each with a passkey; then it is announced to everybody."""

from __future__ import annotations

from tests.browser.test_exceptions import with_key_of
from tests.pages import pressed
from tests.releases import NARROWER, propose, registered, row_of


def test_officers_sign_on_the_page_and_everybody_reads_what_comes(house, page_of):
    stage = house.stage
    for name, role in (("Petra", "privacy"), ("Georg", "general_manager")):
        stage.players[name] = registered(stage, role)
    row = propose(stage, stage.ben, NARROWER + b"\n# on the page\n", seconds=86_400)
    try:
        for name in ("Petra", "Georg"):
            page = with_key_of(page_of(name), stage.players[name])
            page.goto(f"/watch/policy/{row.number}")
            assert page.locator("main li").count() > 1, "what changes is said before the button"
            pressed(page.locator("form[action$='/sign'] button"))
            assert "said=release_signed" in page.url
            assert page.locator("form[action$='/sign']").count() == 0
        assert row_of(stage, row.release_id).state == "signed"
        page = page_of(locale="en-GB", java_script_enabled=False)
        page.goto("/policy")
        assert "comes into force on" in page.locator("main").inner_text()
        author = page_of("Ben")
        author.goto(f"/watch/policy/{row.number}")
        assert author.locator("form[action$='/sign']").count() == 0
    finally:  # the house is everybody's
        stage.office.execute("select hotel.withdraw_release(%s, %s)", (stage.ada.property_id.hex(), row.release_id.hex()))


def test_whoever_is_not_registered_reads_whom_to_ask(house, page_of):
    stage = house.stage
    stage.players["Lena"] = stage.hire("Lena", "legal")
    row = propose(stage, stage.ben, NARROWER + b"\n# unregistered\n", seconds=86_400)
    page = page_of("Lena")
    page.goto(f"/watch/policy/{row.number}")
    assert "discretion policy signer add --number" in page.locator("main").inner_text()
    pressed(page.locator("form[action$='/withdraw'] button"))
    assert row_of(stage, row.release_id).state == "withdrawn"
