"""The privacy officer writes the hotel's own words and an assessment, scripts off; and everybody reads the public page, on one sheet of A4."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from discretion.faces.portal.transparency_files import renderer
from discretion.insight.statement import Quarter
from discretion.insight.transparency import Transparency
from discretion.wire import upkeep
from tests.browser.places import as_privacy
from tests.browser.test_every_page import AXE, findings
from tests.cast import new_id
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUARTER = Quarter.of(Quarter.of(datetime.now(UTC).date()).first - timedelta(days=1))


def without_scripts(page_of: Any, house: Any) -> Page:
    page: Page = page_of(java_script_enabled=False, locale="en-GB")
    as_privacy(house, page)
    return page


def text(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("main").text_content() or "")


def test_the_records_say_what_is_missing_until_the_officer_writes_it(page_of, house):
    page = without_scripts(page_of, house)
    page.goto("/privacy/records")
    assert "answers that only the hotel can give are missing" in text(page)
    assert "Identity · Contact · Documents" in text(page)
    page.goto("/privacy/controller")
    for field in page.locator("main textarea").all():
        field.fill("Harbour Hotel Co., Ltd.\nHangzhou")
    pressed(page.locator("main form button[type=submit]"))
    assert "Every answer that only the hotel can give is there." in text(page)
    sheet = page.request.get("/privacy/records/records.csv")
    assert sheet.headers["content-disposition"] == 'attachment; filename="records.csv"'
    assert "\r\nhousekeeping," in sheet.text()
    assert page.request.get("/privacy/records/records.json").json()["missing"] == []


def test_an_assessment_is_written_signed_and_stays(page_of, house):
    page = without_scripts(page_of, house)
    page.goto("/privacy/assessment")
    page.fill("#f-conclusion", "It may go on.\nAssessed again in a year.")
    pressed(page.locator("main form button[type=submit]"))
    pressed(page.locator("main table a[href^='/privacy/assessment/']").first)
    assert "It may go on." in text(page)
    assert "Everything is called an emergency" in text(page)
    pressed(page.locator("form[action='/privacy/assessment/sign'] button"))
    assert "Signed off by Paula, privacy officer" in text(page)
    page.goto("/privacy")
    assert "signed off on" in text(page)


def test_the_officer_says_what_an_authority_was_given(page_of, house):
    page = without_scripts(page_of, house)
    paula, place, case_id = house.stage.players["Paula"].staff_id.hex(), house.stage.ada.property_id.hex(), new_id().hex()
    house.stage.office.execute(
        "insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by)"
        " values (%s, %s, %s, 'lawful_request', 'a request', '2026-18', %s)", (place, case_id, f"A-{case_id[:6]}", paula),
    )
    house.stage.office.execute("update hotel.case_file set closed_at = now(), closed_by = %s, outcome = 'answered' where case_id = %s", (paula, case_id))
    page.goto("/privacy")
    pressed(page.locator(f"form:has(input[value='{case_id}']) button[value=partly]"))
    assert "Noted. The public page counts it in its quarter." in text(page)
    assert page.locator(f"input[value='{case_id}']").count() == 0


def test_everybody_reads_the_public_page_and_it_prints_on_one_sheet(page_of, house):
    stage = house.stage
    for purpose, count in {"check_in": 31_200, "check_out": 9_400, "guest_request": 6_100, "complaint": 7, "emergency": 3, "dsr": 64}.items():
        stage.superuser.execute(
            "insert into hotel.lookup_day (property_id, day, purpose, count) values (%s, %s, %s, %s) on conflict do nothing",
            (stage.ada.property_id.hex(), QUARTER.first, purpose, count),
        )
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    Transparency(stage.settings, renderer("zh_Hans")).publish_one(stage.settings.properties[0], is_forced=True)
    page = page_of(java_script_enabled=False, locale="zh-CN")
    page.goto("/transparency/harbour")
    assert page.url.endswith("/transparency/harbour/index.html")
    assert f"{QUARTER.year}年第{QUARTER.number}季度" in (page.locator("h1").text_content() or "")
    assert "多于46,764次" in text(page)
    assert page.locator("svg").count() == 4, "what is hidden has no bar"
    pages = re.findall(rb"/Type\s*/Page[^s]", inflated(page.pdf(prefer_css_page_size=True)))
    assert len(pages) == 1
    pressed(page.locator("a[hreflang='en-GB']"))
    assert "more than 46,764" in text(page)
    assert page.request.get(f"/transparency/harbour/{QUARTER.name}.json").json()["look_ups"] == {"more_than": 46_764}
    page = page_of(locale="en-GB", viewport={"width": 390, "height": 800})
    page.goto("/transparency/harbour")
    page.evaluate(AXE)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def inflated(raw: bytes) -> bytes:
    """Return a PDF with its compressed streams opened."""
    found = [raw]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)
