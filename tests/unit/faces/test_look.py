"""The look: contrast of every token pair in both themes, sizes, and what may never stand in a page."""

from __future__ import annotations

import re

import html5lib
import pytest

from discretion.faces import desk, kit, watchroom
from discretion.faces.kit.statics import ASSETS
from tests.unit.faces.asgi import asked, house_without_anything_behind

CSS = ASSETS["app.css"].plain.decode()
JS = ASSETS["app.js"].plain.decode()
TEXTS = [("text", "bg"), ("text", "surface"), ("text", "surface-2"), ("muted", "bg"), ("muted", "surface"), ("muted", "surface-2"),
         ("accent", "bg"), ("accent", "surface"), ("accent", "surface-2"), ("accent", "info-bg"), ("accent", "warn-bg"), ("accent", "bad-bg"),
         ("ok", "ok-bg"), ("warn", "warn-bg"), ("bad", "bad-bg"), ("info", "info-bg"), ("glass", "glass-bg"), ("bad", "surface"), ("bad", "bg"),
         ("text", "info-bg"), ("text", "warn-bg"), ("text", "bad-bg"), ("text", "glass-bg"), ("muted", "info-bg"), ("muted", "warn-bg"),
         ("on-accent", "accent-fill"), ("on-accent", "bad-fill")]
EDGES = [("line-strong", "surface"), ("line-strong", "bg"), ("focus", "bg"), ("focus", "surface"), ("accent", "surface"), ("ok", "surface"),
         ("warn", "surface"), ("glass", "surface")]


def tokens(theme: int) -> dict[str, str]:
    pairs = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS) and [
        (name, (light, dark)[theme]) for name, light, dark in
        re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
    ])
    return pairs | dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", CSS))


def luminance(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_by_four_and_a_half(theme, text, ground):
    found = tokens(theme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_focus_and_icons_stand_out_by_three(theme, edge, ground):
    found = tokens(theme)
    assert contrast(found[edge], found[ground]) >= 3


def test_the_style_sheet_stays_small_and_clean():
    assert len(CSS.encode()) <= 14 * 1024
    for forbidden in ("data:", "@import", "@font-face", "http", "!important;"):
        assert forbidden not in CSS, forbidden
    assert "font-style: italic" not in CSS


@pytest.mark.parametrize("name", ["watch.css", "glass.css"])
def test_a_sheet_of_its_own_is_small_and_made_of_the_same_tokens(name):
    sheet = ASSETS[name].plain.decode()
    assert len(sheet.encode()) <= 2 * 1024
    assert not re.search(r"#[0-9a-f]{3,6}\b|data:|@import|http|!important", sheet)
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet)) <= set(re.findall(r"--([a-z0-9-]+):", CSS))


def test_the_script_stays_short_and_holds_no_words():
    assert len(JS.splitlines()) < 200
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "sessionStorage"):
        assert forbidden not in JS, forbidden
    assert not re.search(r"[一-鿿]", JS)


def test_every_class_of_the_macros_is_in_the_style_sheet():
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", CSS + ASSETS["glass.css"].plain.decode()))
    for path in kit.TEMPLATES.glob("*.html"):
        for value in re.findall(r'class="([^"]*)"', path.read_text("utf-8")):
            words = set(re.sub(r"\{[{%].*?[%}]\}", " ", value).split()) - {"b-", "k-"}
            assert words <= known, (path.name, words - known)


@pytest.mark.parametrize("path", sorted([*desk.TEMPLATES.glob("*.html"), *watchroom.TEMPLATES.glob("*.html")]), ids=lambda path: path.name)
def test_pages_hold_no_class_no_style_no_handler_and_no_raw_text(path):
    text = path.read_text("utf-8")
    for forbidden in (r"\sclass=", r"\sstyle=", r"\son[a-z]+=", r"javascript:", r"\|\s*safe", r"Markup", r"autoescape"):
        assert not re.search(forbidden, text), forbidden


@pytest.mark.parametrize("path", sorted(kit.TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_macros_hold_no_style_no_handler_and_no_raw_text(path):
    text = path.read_text("utf-8")
    for forbidden in (r"\sstyle=", r"\son[a-z]+=", r"javascript:", r"\|\s*safe", r"Markup", r"autoescape"):
        assert not re.search(forbidden, text), forbidden


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("path", ["/enrol", "/_ui", "/nowhere", "/welcome"])
async def test_a_page_parses_strictly_and_its_ids_are_unique(path, language):
    app = house_without_anything_behind(is_demo=True, welcome_key="k", is_development=True)
    text = (await asked(app, path, cookie=f"language={language}")).body.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert ('lang="zh-Hans-CN"' if language == "zh_Hans" else 'lang="en-GB"') in text


def test_every_icon_a_page_names_is_in_the_sprite():
    sprite = ASSETS["icons.svg"].plain.decode()
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    source = "".join(path.read_text("utf-8") for folder in (kit.TEMPLATES, desk.TEMPLATES, watchroom.TEMPLATES) for path in folder.glob("*.html"))
    assert set(re.findall(r'ui\.icon\("([a-z0-9-]+)"\)', source)) <= known


async def test_the_icons_carry_their_licence():
    answered = await asked(house_without_anything_behind(), "/static/LICENSE-lucide.txt")
    assert answered.status == 200
    assert b"ISC" in answered.body
