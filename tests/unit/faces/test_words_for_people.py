"""Every code that can reach a page has its words, and every table of words has its codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from discretion.faces.desk.relation import purpose_of_names, purposes_first, silent_purpose
from discretion.faces.kit.nouns import NOUNS, noun
from discretion.faces.kit.permissions import DUTIES, NEEDS_SHIFT, Permission, home_of, may
from discretion.faces.kit.reasons import _SENTENCES, _UNDER, codes_under, reasons
from discretion.faces.kit.refusals import (
    ACTS,
    FAILURES,
    NEUTRAL,
    REFUSALS,
    ROWS,
    STATUSES,
    act_sentence,
    failure_of,
    status_words,
)
from discretion.faces.kit.said import _SENTENCES as SAID
from discretion.faces.kit.words import translator
from discretion.hotel.purpose import FieldGroup, Purpose, Relation, Role
from discretion.hotel.room import RoomState
from discretion.hotel.stay import Act, CancelReason, Kinship, OccupantState, StayState
from discretion.hotel.stay_fact import RefusalCode
from discretion.wire import lookup

OFFICE = Path(__file__).resolve().parents[3] / "src" / "discretion" / "office"
SOURCE = {path.name: path.read_text("utf-8") for path in OFFICE.glob("*.py")}


def office_codes() -> set[str]:
    names = r'(?:(?<!Row)(?<!File)RefusedError|ActRefusal)\(\s*"([a-z_]+)"'
    found = set(re.findall(names, "".join(SOURCE.values())))
    return found | set(re.findall(r'else "([a-z_]+)", \{"room"', SOURCE["rooms.py"]))


NOT_ON_PAGES = {  # asked for by the command line, or later
    "code", "code_taken", "time_zone", "kind", "second", "direction", "reader_name", "reader_taken", "reader_unknown",
    "release_late", "release_note", "release_same", "release_signature", "release_signed", "release_signer", "release_taken",
    "course_file", "version_taken",
}


@pytest.mark.parametrize("code", sorted(office_codes() - NOT_ON_PAGES))
def test_every_refusal_of_the_office_has_a_sentence(code):
    assert code in ACTS


@pytest.mark.parametrize("code", sorted(RefusalCode))
def test_every_refusal_of_the_table_of_acts_has_a_sentence(code):
    assert code in ACTS


@pytest.mark.parametrize("code", sorted(re.findall(r"`([a-z_]+)`", (lookup.Failed.__doc__ or "").split("`field`")[0])))
def test_every_failure_of_the_keeper_has_a_status_and_a_sentence(code):
    if code != "code":
        assert code in FAILURES


@pytest.mark.parametrize("code", sorted(set(re.findall(r'RowRefusedError\([^)]*?"([a-z]+)"\)', "".join(SOURCE.values())))))
def test_every_error_of_a_row_has_words(code):
    assert code in ROWS


@pytest.mark.parametrize(("kind", "codes"), [
    ("purpose", Purpose), ("role", Role), ("relation", Relation), ("state", StayState), ("act", Act), ("cancel", CancelReason),
    ("kinship", Kinship), ("occupant", OccupantState), ("room", RoomState), ("group", [group.word for group in FieldGroup]),
])
def test_every_code_of_the_hotel_has_a_word_in_both_languages(kind, codes):
    for code in codes:
        assert noun(translator("en", "ui"), kind, str(code))
        assert re.search("[一-鿿]", noun(translator("zh_Hans", "ui"), kind, str(code)))
    assert set(map(str, codes)) <= NOUNS[kind].keys()


def test_what_nobody_foresaw_reads_as_the_neutral_sentence():
    words = translator("en", "ui")
    assert act_sentence(words, "never_heard_of", {}) == NEUTRAL
    assert act_sentence(words, "room_unknown", {}) == NEUTRAL
    assert act_sentence(words, "room_unknown", {"room": "1208"}) == "There is no room 1208."
    assert failure_of("never_heard_of") == (500, NEUTRAL)
    assert status_words(418) == STATUSES[400]
    assert status_words(599) == STATUSES[500]


def test_each_refusal_of_a_look_up_has_a_title():
    assert {"guard", "not_found", "budget", "budget_purpose", "policy", "unopened"} <= REFUSALS.keys()


def test_every_act_that_a_page_does_says_that_it_was_done():
    from discretion.faces.desk.acts import PAGES

    assert {page.act for page in PAGES.values()} <= SAID.keys()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_offers_reasons_and_other_last(purpose):
    codes = codes_under(purpose)
    assert codes[-1] == "other" and len(codes) >= 2
    assert [code for code, _ in reasons(translator("zh_Hans", "ui"), purpose)] == list(codes)
    assert set(codes) <= _SENTENCES.keys()
    assert set(_UNDER) <= set(Purpose)


def test_only_the_plainest_relations_set_a_purpose_silently():
    assert silent_purpose("front_desk", Relation.ARRIVING) == "check_in"
    assert silent_purpose("front_desk", Relation.IN_HOUSE) == "guest_request"
    for relation in (Relation.DEPARTED, Relation.NONE):
        assert not any(silent_purpose(role, relation) for role in Role)
    for role in (Role.IT_ADMIN, Role.AUDITOR, Role.MARKETING, Role.PRIVACY, Role.GENERAL_MANAGER):
        assert not any(silent_purpose(role, relation) for relation in Relation)


def test_lists_never_name_anybody_to_housekeeping():
    assert not any(purpose_of_names("housekeeping", relation) for relation in Relation)


def test_every_purpose_can_be_stated():
    assert set(purposes_first()) == set(Purpose)


@pytest.mark.parametrize("role", list(Role))
def test_each_duty_begins_on_a_page_it_may_use(role):
    home = home_of(role)
    if home == "/nothing-here":
        assert not DUTIES.get(role, frozenset()) & {Permission.STAY_LIST, Permission.ROOM_CHANGE, Permission.GUEST_FIND, Permission.STAFF_CHANGE}


def test_a_duty_nobody_wrote_down_may_do_nothing():
    assert not any(may("owner", permission) for permission in Permission)


def test_who_runs_staff_sees_no_guest_and_who_sees_guests_runs_no_staff():
    for role, permissions in DUTIES.items():
        assert not (Permission.STAFF_CHANGE in permissions and permissions & {Permission.GUEST_FIND, Permission.STAY_LIST}), role


def test_changing_a_stay_needs_the_shift():
    assert {Permission.STAY_CHANGE, Permission.BOOKING_CHANGE} <= NEEDS_SHIFT
