"""Egon's day in the watchroom, with scripts off: what fits, what is verified, what is seen of himself, and what Ada may not."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from discretion.ledger.proof_file import check_proof
from discretion.ledger.trust import Trust
from discretion.wire.entries import ReadLedgerState
from tests.cast import ALL
from tests.conftest import HARBOUR
from tests.pages import pressed
from tests.tampering import tampered

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.houses import RunningHouse


def as_egon(page_of: Any, **changed: Any) -> Page:
    page: Page = page_of("Egon", java_script_enabled=False, **changed)
    return page


def asked(page: Page, query: str) -> None:
    page.fill("input[name=query]", query)
    pressed(page.locator("main form button[type=submit]"))


def rows(page: Page) -> list[str]:
    return [text.replace("\n", " ") for text in page.locator("main [data-list] tbody tr").all_inner_texts()]


def fetched(house: RunningHouse, name: str, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    cookie = house.ticket(house.stage.players[name])
    request = urllib.request.Request(house.origin + path, headers={"cookie": f"ticket={cookie['value']}", **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


def test_egon_reads_who_looked_at_a_guest_by_writing_it_and_by_a_link(page_of, house):
    guest = house.stage.guest("arriving")
    house.stage.ada.look_up(guest, clear=1)
    house.stage.ada.look_up(guest, "marketing", clear=1)
    page = as_egon(page_of)
    page.goto("/")
    assert page.url.endswith("/watch")
    asked(page, f"guest：{guest.guest_id.hex()} action:look_up")
    assert page.url.endswith(f"/watch?q=guest:{guest.guest_id.hex()}+action:look_up")
    denied, shown = rows(page)
    assert "Ada" in shown and "前台" in shown and "办理入住" in shown and "身份" in shown and "未获准" not in shown
    assert "未获准" in denied and "营销" in denied
    pressed(page.locator("main a", has_text="未获准"))
    assert len(rows(page)) == 1
    assert page.input_value("input[name=query]") == f"guest:{guest.guest_id.hex()} action:look_up decision:denied"
    pressed(page.locator("main a", has_text="未获准"))
    assert len(rows(page)) == 2, "pressed again, the chip takes its condition away"


def test_egon_himself_is_seen(page_of, house):
    page = as_egon(page_of)
    page.goto("/watch?q=action:read_entries")
    before = len(rows(page))
    page.reload()
    assert len(rows(page)) == min(before + 1, 50)
    assert "Egon" in rows(page)[0] and "action:read_entries" in rows(page)[0]
    assert "本次查看是条目" in page.locator("main").inner_text()


def test_ada_is_turned_away_and_has_no_link_there(page_of, house):
    page = page_of("Ada")
    page.goto("/desk")
    assert page.locator("a[href^='/watch']").count() == 0
    for path in ("/watch", "/watch?q=decision:denied", "/watch/entries/0", "/watch/entries/0/proof", "/watch/entries/0/leaf", "/watch/range?entries=0", "/watch/checkpoint"):
        assert page.goto(path).status == 403, path


def test_what_is_no_query_asks_for_nothing_and_reaches_no_address(page_of, house):
    page = as_egon(page_of)
    page.goto("/watch")
    before = house.stage.size()
    asked(page, "purpose:check_in Quillbaca")
    assert page.url == f"{house.origin}/watch"
    assert page.locator("mark").inner_text() == "Quillbaca"
    assert page.input_value("input[name=query]") == "purpose:check_in Quillbaca"
    for key in ("actor:", "action:", "purpose:", "field:", "signal:", "created:", "guest:", "decision:"):
        assert key in page.locator("main [role=alert]").inner_text()
    assert house.stage.size() == before
    asked(page, "actor:nobody-here")
    assert page.locator("mark").inner_text() == "actor:nobody-here"
    assert not any("Quillbaca" in line for line in house.lines())


@pytest.mark.parametrize("text", ["<script>document.title='owned'</script>", "'; drop table ledger.entry; --", "guest:" + "0" * 3000, "{{ 7*7 }}"])
def test_a_hostile_query_stays_text(page_of, house, text):
    page = page_of("Egon")
    page.goto("/watch")
    page.evaluate("document.querySelector('[name=query]').removeAttribute('maxlength')")
    asked(page, text)
    assert "owned" not in page.title() and page.locator("main script").count() == 0
    assert page.input_value("input[name=query]") == text
    status, body, _ = fetched(house, "Egon", "/watch?q=" + urllib.request.quote(text))
    assert status == 422 and b"<script>document" not in body


def test_a_page_is_not_answered_to_a_browser_that_fetches_ahead(house):
    before = house.stage.size()
    status, _, _ = fetched(house, "Egon", "/watch", **{"sec-purpose": "prefetch;prerender"})
    assert status == 503
    assert house.stage.size() <= before + 2, "a sign-in and its duty, and no reading"


def test_an_entry_is_verified_on_the_spot_and_its_files_prove_it_elsewhere(page_of, house):
    entry = house.stage.ada.look_up(house.stage.guest("arriving"), masked=1).entry
    page = as_egon(page_of)
    page.goto("/watch")
    pressed(page.locator(f"a[href='/watch/entries/{entry}']"))
    assert "已核验" in page.locator("[role=status]").inner_text()
    _, proof, headers = fetched(house, "Egon", f"/watch/entries/{entry}/proof")
    assert headers["content-disposition"] == f'attachment; filename="{entry}.tlog-proof"'
    _, leaf, _ = fetched(house, "Egon", f"/watch/entries/{entry}/leaf")
    vkey = house.stage.egon.sign_in().ask(ReadLedgerState).vkey
    assert vkey in page.locator("main").inner_text()
    assert check_proof(proof.decode(), leaf, Trust.of_key(vkey))[0] == entry
    _, checkpoint, _ = fetched(house, "Egon", "/watch/checkpoint")
    assert Trust.of_key(vkey).open_checkpoint(checkpoint.decode()).size > entry


def test_a_whole_page_is_verified_at_once(page_of, house):
    page = as_egon(page_of)
    page.goto("/watch")
    shown = len(rows(page))
    pressed(page.locator("a[href^='/watch/range']"))
    assert f"{shown}个条目" in page.locator("[role=status]").inner_text()
    assert page.locator("[role=alert]").count() == 0
    assert len(rows(page)) == shown


@pytest.mark.parametrize("path", [
    "/watch/entries/999999999", "/watch/entries/99999999999999999999", "/watch/entries/-1", "/watch/entries/1,2", "/watch/entries/x", "/watch/range?entries=",
    "/watch/range?entries=1;2", "/watch/range?entries=" + ",".join(["0"] * 51), "/watch/range",
])
def test_what_is_not_there_is_not_found(house, path):
    assert fetched(house, "Egon", path)[0] == 404


def test_an_opening_that_was_tampered_with_is_said_loudly_and_its_leaf_still_verifies(page_of, house):
    entry = house.stage.ada.look_up(house.stage.guest("arriving"), masked=1).entry
    page = as_egon(page_of, locale="en-GB")
    with tampered(house.stage, "ledger.entry", [entry]):
        house.stage.superuser.execute(
            "update ledger.entry set context_part = set_byte(context_part, 40, get_byte(context_part, 40) # 1) where property_id = %s and idx = %s",
            (HARBOUR.id, entry),
        )
        page.goto("/watch?q=decision:denied")
        assert "1 of the entries read does not match its leaf" in page.locator("[role=alert]").inner_text()
        pressed(page.locator("[role=alert] a"))
        (line,) = rows(page)
        assert "does not match" in line and f"#{entry}" in line and "not readable" in line and "time unknown" in line
        pressed(page.locator(f"a[href='/watch/entries/{entry}']"))
        assert "verified" in page.locator("[role=status]").inner_text()


def test_a_leaf_that_was_tampered_with_is_not_proved(page_of, house):
    entry = house.stage.ada.look_up(house.stage.guest("arriving"), masked=1).entry
    page = as_egon(page_of, locale="en-GB")
    page.goto("/watch")
    with tampered(house.stage, "ledger.entry", [entry]):
        house.stage.superuser.execute(
            "update ledger.entry set leaf = set_byte(leaf, 100, get_byte(leaf, 100) # 1) where property_id = %s and idx = %s", (HARBOUR.id, entry),
        )
        page.goto(f"/watch/entries/{entry}")
        assert "This entry is not proved" in page.locator("[role=alert]").inner_text()
        page.goto(f"/watch/range?entries={entry},0")
        assert "1 entry is not proved" in page.locator("[role=alert]").inner_text()


def test_no_name_phone_or_number_of_a_guest_is_in_any_page(page_of, house):
    guest = house.stage.guest("arriving")
    house.stage.ada.look_up(guest, clear=ALL)
    page = as_egon(page_of)
    texts = []
    page.goto(f"/watch?q=guest:{guest.guest_id.hex()}")
    assert len(rows(page)) == 1
    assert page.locator("a[href^='/guests'], a[href^='/stays'], a[href^='/q/']").count() == 0
    texts.append(page.content())
    pressed(page.locator("a[href^='/watch/entries/']"))
    texts.append(page.content())
    for secret in (guest.surname, guest.phone, guest.phone[3:], guest.email, guest.document):
        assert not any(secret in text for text in texts)


def test_the_state_says_honestly_that_nobody_outside_has_seen_it(page_of, house):
    page = as_egon(page_of)
    page.goto("/watch")
    state = page.locator("#state").locator("..").inner_text()
    assert "尚未设置外部见证方" in state
    assert house.stage.egon.sign_in().ask(ReadLedgerState).vkey in state.replace("\n", "")


def test_a_page_of_fifty_is_light_and_leads_to_older_ones(page_of, house):
    guest = house.stage.guest("arriving")
    for _ in range(55):
        house.stage.ada.look_up(guest, masked=1)
    status, body, _ = fetched(house, "Egon", f"/watch?q=guest:{guest.guest_id.hex()}", **{"accept-encoding": "gzip"})
    assert status == 200 and len(body) <= 30 * 1024
    assert len(gzip.decompress(body)) > 30 * 1024
    page = as_egon(page_of)
    page.goto(f"/watch?q=guest:{guest.guest_id.hex()}")
    assert len(rows(page)) == 50
    pressed(page.locator("a", has_text="更早的条目"))
    assert len(rows(page)) == 5
    assert page.locator("#counts").count() == 0, "counted once, on the first page"
