"""Finding a guest: for a purpose first, never a list of everybody, and the same words for nobody and not for you."""

from __future__ import annotations

import json

import pytest

from tests.pages import pressed

MODES = [(scripts, locale) for scripts in (True, False) for locale in ("zh-CN", "en-GB")]
NAMESAKES = 21  # one more than a list shows


@pytest.fixture(params=MODES, ids=lambda mode: f"{'scripts' if mode[0] else 'no_scripts'}-{mode[1][:2]}")
def ada(request, page_of):
    scripts, locale = request.param
    return page_of("Ada", java_script_enabled=scripts, locale=locale)


@pytest.fixture(scope="module")
def namesakes(house) -> str:
    """The surname of more people than a list shows; they arrive today."""
    identity = json.dumps({"name": "Quillfeather, Anna", "surname": "Quillfeather", "given": "Anna", "age_category": "adult"}).encode()
    for _ in range(NAMESAKES):
        house.stage.guest("arriving", identity=identity)
    return "Quillfeather"


def sent(page) -> None:
    pressed(page.locator("main form button[type=submit]").last)


def test_a_search_without_a_purpose_is_refused_and_not_made(ada, house):
    guest = house.stage.guests["Dora"]
    before = house.stage.size()
    ada.goto("/find")
    ada.locator("main form").evaluate("each => { each.noValidate = true; }")
    ada.fill("input[name=name]", guest.surname)
    ada.fill("input[name=phone_end]", guest.phone[-4:])
    sent(ada)
    assert ada.url.endswith("/find")
    assert ada.locator("[role=alert] a[href='#f-purpose']").count() == 1
    assert ada.input_value("input[name=name]") == guest.surname  # nothing is typed twice
    assert ada.locator("tbody tr").count() == 0
    assert house.stage.size() == before


def test_too_many_hits_show_their_number_alone(ada, house, namesakes):
    day = house.stage.office.execute(
        "select business_date from hotel.property where property_id = %s", (house.stage.ada.property_id.hex(),),
    ).fetchone()[0]
    ada.goto("/find")
    ada.check("input[value=check_in]")
    ada.fill("input[name=name]", namesakes)
    ada.fill("input[name=arrival]", day.isoformat())
    sent(ada)
    assert "/q/" in ada.url
    main = ada.locator("main")
    assert str(NAMESAKES) in main.inner_text()
    assert main.locator("a[href^='/guests/'], tbody tr").count() == 0
    assert "Qu" not in main.inner_text()


def test_nobody_found_says_how_to_go_on(ada):
    ada.goto("/find")
    ada.check("input[value=check_in]")
    ada.fill("input[name=name]", "Nobodyatall")
    ada.fill("input[name=room]", "0000")
    sent(ada)
    assert "/q/" in ada.url and "Nobodyatall" not in ada.url
    assert ada.locator("main a.pri[href='/find']").count() == 1
    assert ada.locator("tbody tr").count() == 0


def test_a_result_opens_for_the_sign_in_that_searched_alone(page_of, house):
    guest = house.stage.guests["Dora"]
    ada = page_of("Ada")
    ada.goto("/find")
    ada.check("input[value=check_in]")
    ada.fill("input[name=name]", guest.surname)
    ada.fill("input[name=phone_end]", guest.phone[-4:])
    sent(ada)
    address = ada.url
    for other in ("Ada", "Ben", "Cleo"):
        assert page_of(other).goto(address).status == 404
