"""Every page without scripts, in both languages: whole, and in its reader's language; on narrow screens and by keyboard."""

from __future__ import annotations

import re

import html5lib
import pytest

from tests.browser.places import PLACES, Place
from tests.browser.test_every_page import LANGUAGES

IN_BOTH = {"consent_words", "rights_letter", "rights_slip"}  # texts that a guest gets in either language, side by side
IN_THE_GUESTS_OWN = {"consent_tablet", "consent_refused", "consent_thanks"}  # the tablet is handed to a guest who reads Chinese


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_without_scripts_is_whole(house, page_of, place: Place, language):
    page = page_of(place.who, locale=LANGUAGES[language], java_script_enabled=False)
    place.go(house, page)
    text = page.content()
    html5lib.HTMLParser(strict=True).parse("<!doctype html>" + text.partition("<!DOCTYPE html>")[2])
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert page.locator("h1").count() == 1
    visible = page.locator("main").inner_text()
    if place.name in IN_BOTH:
        assert re.search("[一-鿿]", visible) and re.search(r"\b(?:the|and)\b", visible)
    elif language == "zh" or place.name in IN_THE_GUESTS_OWN:
        assert re.search("[一-鿿]", visible)
        assert not re.findall(r"\b(?:the|and|this|please|guest)\b(?!:)", visible), visible  # `guest:` is a key of queries
    else:
        own = re.sub(r"[【】一-鿿，。；：、（）“”？·]+ ?", "", visible)
        assert len(re.findall("[一-鿿]", visible)) < len(own), visible


@pytest.mark.parametrize("place", [place for place in PLACES if place.name in {
    "sign_in", "arrivals", "find", "guest", "revealed", "stay", "check_in", "walk_in", "staff", "roster", "watch", "reviews", "review",
}], ids=lambda place: place.name)
def test_a_page_bends_to_narrow_screens_wide_spacing_and_the_keyboard(house, page_of, place: Place):
    page = page_of(place.who, viewport={"width": 320, "height": 800})
    place.go(house, page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("""() => {
      for (const each of document.querySelectorAll('body, body *')) {
        each.style.lineHeight = '1.5'; each.style.letterSpacing = '.12em'; each.style.wordSpacing = '.16em';
      }
    }""")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if place.name != "revealed":
        page.reload()
    hidden = page.evaluate("""async () => {
      const bad = [];
      const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea')]
        .filter(each => each.offsetParent && !each.closest('dialog:not([open])') && !each.closest('details:not([open])'));
      for (const each of all.slice(0, 60)) {
        each.focus();
        each.scrollIntoView({block: 'nearest'});
        const box = each.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        const style = getComputedStyle(each);
        if (!each.matches(':focus')) bad.push('no focus ' + each.outerHTML.slice(0, 80));
        else if (!(top && (each.contains(top) || top.contains(each)))) bad.push('covered ' + each.outerHTML.slice(0, 80));
        else if (each.matches(':focus-visible') && style.outlineStyle === 'none') bad.push('no outline ' + each.outerHTML.slice(0, 80));
      }
      return bad;
    }""")
    assert hidden == []
