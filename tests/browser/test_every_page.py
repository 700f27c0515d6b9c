"""Every page, in both languages, both themes, on desk and phone: no finding of axe, no undecided one, no error, no overflow."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import PLACES, Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHORT_TEXT = "Element content is too short to determine if it is actual text content"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 800})
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


COLOUR_RULES = ["color-contrast", "link-in-text-block"]


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe finds or cannot decide by all rules, or by some; a lone character's contrast is the token test's."""
    result: dict[str, Any] = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations', 'incomplete']})",
        {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS},
    )
    found = [f"{rule['id']}: {node['target']} {node.get('failureSummary', '')[:200]}" for rule in result["violations"] for node in rule["nodes"]]
    for rule in result["incomplete"]:
        for node in rule["nodes"]:
            reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
            if rule["id"] == "color-contrast" and all(SHORT_TEXT in reason for reason in reasons):
                continue
            found.append(f"undecided {rule['id']}: {node['target']} {reasons}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_accessible(house, page_of, place: Place, language):
    page = page_of(place.who, locale=LANGUAGES[language])
    place.go(house, page)
    page.evaluate(AXE)
    for theme, size in itertools.product(("light", "dark"), SIZES):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(size)
        # The theme changes colours and nothing else: all rules in the one, and where it is met alone.
        rules = COLOUR_RULES if theme == "dark" else None
        assert findings(page, rules) == [], (theme, size["width"])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (theme, size["width"])
