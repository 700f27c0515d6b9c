"""Requests for rights, as guests make them on a phone without scripts and as the privacy officer works them at the desk."""

from __future__ import annotations

import csv
import re
import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest

from discretion.faces.cli.erase_certificate import check
from discretion.faces.kit.guest_copy import GuestCopy
from tests.browser.test_exceptions import with_key_of
from tests.conftest import HARBOUR
from tests.pages import pressed
from tests.portals import visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.cast import Guest
    from tests.houses import RunningHouse

PHONE = {"width": 390, "height": 844}
LANGUAGES = ("zh-CN", "en-GB")


@pytest.fixture
def people(house):
    """A privacy officer and a general manager of this test's own: their passkeys' counters are the browser's from here on."""
    officer, manager = house.stage.hire("Pia", "privacy"), house.stage.hire("Gus", "general_manager")
    house.stage.players.update({"Pia": officer, "Gus": manager})
    return officer, manager


@pytest.fixture
def phone(house, page_of):
    def opened(guest: Guest, locale: str = "zh-CN") -> Page:
        page = page_of(java_script_enabled=False, locale=locale, viewport=PHONE)
        page.context.add_cookies([visit(house.stage, guest).cookie(house)])
        return page

    return opened


def said(page: Page) -> str:
    return page.url.rpartition("?said=")[2]


def number_at(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def send(page: Page, action: str) -> None:
    pressed(page.locator(f"form[action$='{action}'] button[type=submit]").last)


def asked(phone: Page, kind: str, *, parts: tuple[str, ...] = ()) -> str:
    """Ask for a right on the guest's own pages, one question a page; return the number."""
    phone.goto("/my/requests")
    pressed(phone.locator(f"a[href='/my/requests/new/{kind}']"))
    if phone.locator("input[name=scope]").count():
        phone.check(f"input[name=scope][value={'parts' if parts else 'whole'}]")
        for part in parts:
            phone.check(f"input[name=groups][value={part}]")
    send(phone, "/my/requests/check")
    send(phone, "/my/requests")
    if kind == "delete":
        pressed(phone.locator("main a[href^='/my/requests/R-']"))
        return number_at(phone)
    assert said(phone) == "rights_received", phone.locator("main").inner_text()
    return number_at(phone)


CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")


def code_made(page: Page) -> str:
    """Have a code for the answer made on the page of a request; return it."""
    send(page, "/code")
    found = CODE.search(page.locator("main").inner_text())
    assert found is not None, page.locator("main").inner_text()
    return found[0]


def read_answer(page: Page, number: str, code: str) -> None:
    page.goto("/my/answer?at=harbour")
    page.fill("input[name=number]", number.lower().replace("-", " "))
    page.fill("input[name=code]", code.lower().replace("-", " "))
    send(page, "/my/answer")


def proved(house: RunningHouse, path: Path) -> None:
    """Check a certificate as whoever has nothing but its files and the hotel's published key."""
    directory = path.with_name(f"{path.name}.d")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(directory)
        assert sorted(archive.namelist()) == ["README.txt", "certificate.json", "erasure.entry", "erasure.tlog-proof", "log.vkey"]
    key = directory / "published.vkey"
    key.write_text(house.stage.superuser.execute("select vkey from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()[0])
    found = check(directory, key)
    assert found["problem"] == "" and found["erased_key"], found


def carried_out(desk: Page, number: str) -> None:
    """Work a request up to where it is carried out, as suggested."""
    desk.goto(f"/rights/{number}")
    for action in ("take-up", "suggestions", "carry-out"):
        send(desk, f"/{action}")
        assert said(desk) in {"rights_taken_up", "rights_decided", "rights_carried_out"}, desk.locator("main").inner_text()


def answered(desk: Page, number: str) -> None:
    send(desk, "/answer")
    assert said(desk) == "rights_answered", desk.locator("main").inner_text()
    send(desk, "/close")
    assert said(desk) == "rights_closed" and number in desk.url


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_guest_has_their_copy_at_once_to_read_and_as_a_file(house, phone, locale):
    dora = house.stage.guest("departed")
    page = phone(dora, locale)
    page.goto("/my/requests/new/access")
    with page.expect_download() as found:
        page.locator("button[value=file]").click()
    copy = msgspec.json.decode(found.value.path().read_bytes(), type=GuestCopy)
    assert copy.guest_id == dora.guest_id.hex() and copy.record.document is not None
    assert copy.record.document.documents[0].number == dora.document and copy.tables["stay"]
    pressed(page.locator("button[value=page]"))
    text = page.locator("main").inner_text()
    assert dora.surname in text and dora.document in text and "diet-" in text
    assert not page.url.partition("?")[2]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_deletion_is_three_pages_and_says_what_goes_what_stays_and_what_remains(house, phone, locale):
    page = phone(house.stage.guest("departed"), locale)
    page.goto("/my/requests/new/delete")
    page.check("input[name=scope][value=parts]")
    send(page, "/my/requests/check")
    assert page.locator("#e-groups").count() == 1, "which parts is to be said"
    page.check("input[name=groups][value=preferences]")
    page.check("input[name=why][value=no_longer_needed]")
    send(page, "/my/requests/check")
    assert [page.locator(f"#{name}").count() for name in ("goes", "stays", "remains")] == [1, 1, 1]
    send(page, "/my/requests")
    assert CODE.search(page.locator("main").inner_text()) and not page.url.partition("?")[2], "the code stands in no address"
    pressed(page.locator("main a[href^='/my/requests/R-']"))
    number = number_at(page)
    assert number.startswith("R-") and page.locator("main ol li").count() == 4
    page.fill("textarea[name=words]", "breakfast wishes too")
    send(page, "/supplement")
    assert said(page) == "rights_supplemented" and "breakfast wishes too" in page.locator("main").inner_text()
    send(page, "/withdraw")
    assert said(page) == "rights_withdrawn" and page.locator("main form").count() == 0


def test_part_of_a_record_is_deleted_and_the_letter_says_so_in_both_languages(house, phone, page_of, people):
    dora = house.stage.guest("departed")
    mine = phone(dora)
    number = asked(mine, "delete", parts=("preferences", "notes")[:1])
    desk = with_key_of(page_of("Pia"), people[0])
    carried_out(desk, number)
    assert desk.locator("form[action$='/answer']").count() == 0, "nothing is deleted yet"
    send(desk, "/erase")
    assert said(desk) == "rights_erased", desk.locator("main").inner_text()
    with desk.expect_download() as found:
        desk.locator(f"a[href='/rights/{number}/lines.csv']").click()
    rows = list(csv.reader(found.value.path().read_text("utf-8-sig").splitlines()))
    assert rows[0][0] == "持有的信息" and any(row[0] == "偏好" and row[2] == "删除" and row[6] for row in rows[1:]), rows
    answered(desk, number)
    mine.goto(f"/my/requests/{number}")
    text = mine.locator("main").inner_text()
    assert "我们已删除" in text and "We have deleted" in text and "偏好" in text
    with mine.expect_download() as found:
        mine.locator(f"a[href='/my/requests/{number}/certificate']").click()
    proved(house, found.value.path())
    assert dora.surname not in text
    sealed = house.stage.superuser.execute(
        "select boxes[7] is null, boxes[1] is null from vault.record where guest_id = %s", (dora.guest_id.hex(),)).fetchone()
    assert sealed == (True, False)


def test_a_whole_record_goes_with_two_peoples_yes_and_the_visit_ends_with_it(house, phone, page_of, people):
    dora = house.stage.guest("departed", departed_days=5000)  # so long ago that no law keeps anything any more
    mine = phone(dora)
    number = asked(mine, "delete")
    code = code_made(mine)
    mine.goto(f"/my/requests/{number}")
    mine.fill("textarea[name=words]", "the canary sings")
    send(mine, "/supplement")
    desk = with_key_of(page_of("Pia", locale="en-GB"), people[0])
    desk.goto(f"/rights/{number}")
    for action in ("take-up", "suggestions"):
        send(desk, f"/{action}")
    assert desk.locator("form[action$='/carry-out']").count() == 0
    send(desk, "/propose")
    assert desk.locator("form[action$='/second']").count() == 0, "nobody is the second person for themselves"
    boss = page_of("Gus")
    boss.goto(f"/rights/{number}")
    pressed(boss.locator("button[name=vote][value=yes]"))
    assert said(boss) == "rights_seconded"
    desk.goto(f"/rights/{number}")
    send(desk, "/carry-out")
    send(desk, "/erase")
    assert said(desk) == "rights_erased", desk.locator("main").inner_text()
    answered(desk, number)
    assert mine.goto(f"/my/requests/{number}").url.partition("?")[0].endswith("/my/sign-in") or mine.locator("form").count()
    keys = house.stage.superuser.execute("select count(*) from keys.guest_key where guest_id = %s", (dora.guest_id.hex(),)).fetchone()
    assert keys == (0,)
    kept = house.stage.superuser.execute(
        "select q.state, (select count(*) from hotel.rights_act a where a.case_id = q.case_id and a.detail like '%%canary%%')"
        " from hotel.rights_request q where q.guest_id = %s", (dora.guest_id.hex(),)).fetchone()
    assert kept == ("closed", 0), "the request stays as proof, without the guest's words"
    stranger = page_of(java_script_enabled=False, viewport=PHONE)
    read_answer(stranger, number, code)
    text = stranger.locator("main").inner_text()
    assert "我们已删除" in text and "We have deleted" in text and dora.surname not in text
    with stranger.expect_download() as found:
        stranger.locator("form[action='/my/answer/certificate'] button").click()
    proved(house, found.value.path())


def test_the_officer_corrects_a_field_under_an_entry(house, phone, page_of, people):
    dora = house.stage.guest("departed")
    number = asked(phone(dora, "en-GB"), "correct", parts=("identity",))
    desk = with_key_of(page_of("Pia"), people[0])
    carried_out(desk, number)
    pressed(desk.locator(f"a[href='/rights/{number}/correct']"))
    desk.select_option("select[name=field]", "identity.profession")
    desk.fill("input[name=value]", "Cartographer")
    send(desk, "/correct")
    assert said(desk) == "rights_corrected", desk.locator("main").inner_text()
    answered(desk, number)
    mine = phone(dora)
    mine.goto("/my/record")
    assert "Cartographer" in mine.locator("main").inner_text()


def test_the_officer_makes_the_copy_and_hands_a_file_to_another_company(house, page_of, people):
    dora = house.stage.guest("departed")
    stay = house.stage.office.execute(
        "select r.number from hotel.reservation r join hotel.stay s using (property_id, reservation_id) where s.stay_id = %s", (dora.stay_id.hex(),),
    ).fetchone()
    desk = with_key_of(page_of("Pia"), people[0])
    desk.goto("/rights/new")
    desk.fill("input[name=reservation]", stay[0])
    desk.check("input[name=kind][value=transfer]")
    desk.fill("input[name=receiver]", "Hilltop Hotel")
    send(desk, "/rights/new")
    assert said(desk) == "rights_received", desk.locator("main").inner_text()
    number = number_at(desk)
    desk.check("input[name=code][value=document_in_person]")
    send(desk, "/identity")
    carried_out(desk, number)
    pressed(desk.locator(f"a[href='/rights/{number}/copy']"))
    desk.check("input[name=form][value=page]")
    send(desk, "/copy")
    text = desk.locator("main").inner_text()
    assert dora.surname in text and f"note-{dora.surname}" not in text and "payer-" not in text, "only what came from the guest"
    desk.goto(f"/rights/{number}")
    desk.fill("input[name=code]", "ab" * 32)
    send(desk, "/handed-over")
    assert said(desk) == "rights_handed_over"
    answered(desk, number)
    desk.goto(f"/rights/{number}/letter")
    assert "Hilltop Hotel" in desk.locator("main").inner_text()


@pytest.mark.parametrize("kind", ["object", "restrict"])
def test_storage_only_takes_effect_in_the_next_round(house: RunningHouse, phone, page_of, people, kind):
    dora = house.stage.guest("departed")
    number = asked(phone(dora), kind)
    desk = page_of("Pia")
    carried_out(desk, number)
    answered(desk, number)
    mark = house.stage.office.execute("select kind from hotel.mark where guest_id = %s and ended_at is null", (dora.guest_id.hex(),)).fetchone()
    assert mark == ("restriction",)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_desk_prints_a_slip_and_a_new_one_ends_the_one_before(house, page_of, people, locale):
    dora = house.stage.guest("departed")
    desk = with_key_of(page_of("Pia", locale=locale), people[0])
    desk.goto(f"/rights/new?guest={dora.guest_id.hex()}")
    desk.check("input[name=kind][value=explain]")
    send(desk, "/rights/new")
    number = number_at(desk)
    first = code_made(desk)
    desk.goto(f"/rights/{number}")
    second = code_made(desk)
    text = desk.locator("main").inner_text()
    assert "查询码" in text and "Code" in text and f"{house.origin}/my/answer?at=harbour" in text
    stranger = page_of(java_script_enabled=False, locale=locale)
    read_answer(stranger, number, first)
    assert stranger.locator("#e-code").count() == 1 and stranger.input_value("input[name=code]") == ""
    read_answer(stranger, number, second)
    assert stranger.locator("#steps").count() == 1, "not answered yet, and by when it is"
    desk.goto(f"/rights/{number}")
    desk.check("input[name=code][value=document_in_person]")
    send(desk, "/identity")
    carried_out(desk, number)
    desk.fill("textarea[name=words]", "The booking came by telephone.")
    pressed(desk.locator("button[name=then][value=look]"))
    draft = desk.locator("details[open]").inner_text()
    assert draft.count("The booking came by telephone.") == 2, draft
    assert house.stage.office.execute("select count(*) from hotel.rights_letter l join hotel.case_file c using (property_id, case_id) where c.number = %s",
                                      (number,)).fetchone() == (0,), "looked at, not given"
    send(desk, "/answer")
    assert said(desk) == "rights_answered", desk.locator("main").inner_text()
    read_answer(stranger, number, second)
    assert "The booking came by telephone." in stranger.locator("main").inner_text()
    assert stranger.locator("form[action='/my/answer/certificate']").count() == 0, "nothing was deleted"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_relative_of_a_guest_who_died_asks_at_the_desk_and_takes_the_answer_home(house, page_of, people, locale):
    dora = house.stage.guest("departed")
    ada, desk = page_of("Ada", locale=locale), with_key_of(page_of("Pia", locale=locale), people[0])
    ada.goto(f"/rights/new?guest={dora.guest_id.hex()}")
    ada.check("input[name=kind][value=access]")
    ada.select_option("select[name=asked_by]", "relative")
    send(ada, "/rights/new")
    number = number_at(ada)
    assert ada.locator("input[name=code]").count() == 1, "a relative shows who died and how they are related, and nothing else"
    ada.check("input[name=code][value=death_and_kinship]")
    send(ada, "/identity")
    code = code_made(ada)
    carried_out(desk, number)
    pressed(desk.locator(f"a[href='/rights/{number}/copy']"))
    desk.check("input[name=form][value=page]")
    send(desk, "/copy")
    assert dora.surname in desk.locator("main").inner_text()
    desk.goto(f"/rights/{number}")
    answered(desk, number)
    relative = page_of(java_script_enabled=False, locale=locale, viewport=PHONE)
    read_answer(relative, number, code)
    assert "We have given you a copy" in relative.locator("main").inner_text()
