"""People as the desk types them become records, or are told what to mend."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.faces.desk.person_form import id_for, related, split, typed
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.words import translator
from discretion.hotel import record

WORDS = translator("en", "ui")
TODAY = date(2026, 11, 23)
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"


def person(*, is_read: bool = False, **fields: str):
    return typed(WORDS, {name: [value] for name, value in fields.items()}, TODAY, "CN", is_read=is_read)


def test_a_name_alone_is_enough():
    found = person(name="张敏", age_category="adult")
    assert not found.errors
    identity = record.decode("identity", found.groups["identity"])
    assert identity.name == "张敏" and identity.age_category == "adult"
    assert found.is_new


def test_an_untouched_place_is_nobody():
    assert person(position="1", age_category="adult").form.is_empty


def test_a_zone_fills_the_fields_and_is_not_kept():
    found = person(mrz=PASSPORT, is_read=True)
    assert found.raw["latin"] == "ERIKSSON, ANNA MARIA"
    assert (found.raw["birth_year"], found.raw["birth_month"], found.raw["birth_day"]) == ("1974", "8", "12")
    assert found.raw["document_type"] == "PASSPORT"
    assert found.raw["mrz"] == ""
    assert not found.errors


def test_a_zone_that_is_none_is_said_to_be_none_without_repeating_it():
    found = person(mrz="HELLO WORLD")
    assert "machine-readable" in found.errors["mrz"] and "HELLO" not in str(found.errors)


def test_a_resident_number_tells_birth_and_sex():
    found = person(name="张敏", document_type="RIC", document_number="11010519491231002X")
    assert (found.form.birth_year, found.form.birth_month, found.form.birth_day, found.form.sex) == (1949, 12, 31, "F")
    assert found.form.document_country == "CHN"
    document = record.decode("document", found.groups["document"]).documents[0]
    assert document.check == "passed"


def test_a_wrong_check_digit_is_told_and_the_clerk_may_stand_by_it():
    wrong = {"name": "张敏", "document_type": "RIC", "document_number": "110105194912310021"}
    found = person(**wrong)
    assert "check digit" in found.errors["document_number"] and "1949" not in found.errors["document_number"]
    accepted = person(**wrong, is_accepted="true")
    assert record.decode("document", accepted.groups["document"]).documents[0].check == "accepted"


def test_a_length_is_told_with_what_it_should_be():
    found = person(name="张敏", document_type="RIC", document_number="1101051949123100")
    assert "has 18 characters; there are 16 now" in found.errors["document_number"]


def test_a_phone_nobody_can_read_is_told():
    assert person(name="张敏", phone="12").errors.keys() == {"phone"}


def test_a_minor_needs_the_answer_about_the_guardian_and_no_is_one():
    assert person(name="张小", age_category="child").errors.keys() == {"guardian_reached"}
    assert person(name="张小", birth_year="2015").errors.keys() == {"guardian_reached"}
    assert not person(name="张小", age_category="child", guardian_reached="no").errors


def test_a_guardian_is_kept_with_the_childs_contact():
    found = person(name="张小", age_category="child", guardian_reached="yes", guardian_name="张敏", guardian_phone="13800138000")
    guardian = record.decode("contact", found.groups["contact"]).guardian
    assert (guardian.name, guardian.relation, guardian.reached) == ("张敏", "TU", True)


def test_31_february_is_no_birth_date():
    assert person(name="张敏", birth_year="1988", birth_month="2", birth_day="31").errors.keys() == {"birth_year"}


def test_an_accompanying_person_needs_a_relation_and_the_first_does_not():
    first, second = related(WORDS, [person(name="张敏"), person(name="李伟")])
    assert not first.errors
    assert second.errors.keys() == {"relation"}


def test_the_same_form_sent_again_names_the_same_person_and_a_corrected_one_another():
    act_id = b"a" * 16
    found, corrected = person(name="张敏"), person(name="张闽")
    assert id_for(act_id, 0, found, b"guest") == id_for(act_id, 0, person(name="张敏"), b"guest")
    assert id_for(act_id, 0, found, b"guest") != id_for(act_id, 0, corrected, b"guest")
    assert id_for(act_id, 0, found, b"guest") != id_for(act_id, 1, found, b"guest")
    assert id_for(act_id, 0, found, b"guest") != id_for(act_id, 0, found, b"inscribe")
    assert id_for(act_id, 0, found, b"guest") != id_for(b"b" * 16, 0, found, b"guest")


def test_fields_are_parted_by_person_in_order():
    own, people = split({"act_id": ["1"], "p1-name": ["B"], "p0-name": ["A"], "p0-sex": ["F"]})
    assert own == {"act_id": ["1"]}
    assert people == [{"name": ["A"], "sex": ["F"]}, {"name": ["B"]}]


def test_a_thirteenth_person_is_refused():
    with pytest.raises(MalformedFormError):
        split({"p12-name": ["A"]})


@given(st.dictionaries(st.sampled_from(["name", "latin", "phone", "mrz", "document_number", "guardian_phone", "address"]), st.text(max_size=300)))
def test_junk_is_told_or_sealed_and_never_breaks(fields):
    found = typed(WORDS, {name: [value] for name, value in fields.items()} | {"document_type": ["RIC"]}, TODAY, "CN", is_read=False)
    if not found.errors:
        for name, raw in found.groups.items():
            record.decode(name, raw)
