"""What goes out for a request: the copy in its published form, every field with a name, the letter, a corrected field."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec
import pytest

from discretion.faces.kit.copy_words import FIELDS
from discretion.faces.kit.correctable import FIELDS as CORRECTABLE
from discretion.faces.kit.correctable import CorrectionError, corrected
from discretion.faces.kit.guest_copy import GuestCopy, as_json, guest_copy, schema, sections
from discretion.faces.kit.nouns import NOUNS
from discretion.faces.kit.rights_letter import composed
from discretion.hotel import guest
from discretion.hotel.record import GROUP_TYPES, decode
from discretion.office.properties import Property
from discretion.office.rights import Concerned, RightsLine, RightsRequest
from discretion.office.rights_kinds import IDENTITY, KINDS, REASONS, WHYS
from discretion.office.rights_map import HeldRows, register
from discretion.office.rights_work import LetterFacts

NOW = datetime(2026, 11, 23, 7, 4, tzinfo=UTC)
HOUSE = Property(bytes(16), "harbour", "海港酒店", "Harbour Hotel", "Asia/Shanghai", date(2026, 11, 23), time(4), "badge_desk", generated=False)
PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "guest-copy.schema.json"
RECORD = {
    "identity": b'{"name":"Dora Quill","birth":{"year":1980},"sex":"F","nationalities":["FRA"]}',
    "contact": b'{"phones":[{"e164":"+8613800000001","country_code":86,"national":"13800000001"},{"e164":"+8613800000002"}],"emails":[{"address":"dora@example.org"}]}',
    "document": b'{"documents":[{"type":"PASSPORT","number":"X1234567","issuing_country":"FRA","check":"passed"}]}',
    "notes": b'{"notes":[{"text":"met Mallory at the bar"}]}',
}
ROWS = (
    HeldRows("stay", ({"arrival": date(2026, 11, 20), "room_number": "101", "balance": None, "state": "checked_out"},), 0),
    HeldRows("case_file", ({"purpose": "complaint", "opened_at": NOW, "closed_at": None},), 2),
)


def made(**more: bool) -> GuestCopy:
    return guest_copy(HOUSE, b"\x0d" * 16, NOW, 7, RECORD, ROWS, **more)


def test_the_published_schema_is_the_one_of_the_copies() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == json.loads(json.dumps(schema())), "write docs/guest-copy.schema.json anew"


def test_a_copy_is_read_back_as_it_was_given() -> None:
    copy = msgspec.json.decode(as_json(made()), type=GuestCopy)
    assert copy.record == made().record and copy.tables["stay"][0]["arrival"] == "2026-11-20"
    assert copy.read_first == {"case_file": 2} and copy.entry == 7
    assert copy.record.notes is not None


def test_a_copy_for_another_company_holds_what_came_from_the_guest_alone() -> None:
    copy = made(is_for_transfer=True)
    assert copy.record.notes is None and copy.record.identity is not None
    assert set(copy.tables) == {"stay"} and copy.read_first == {}


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", ("姓名", "女", "法国", "护照", "抵店日期", "电话 1 · 号码")), ("en", ("Name", "Female", "France", "Arrival"))])
def test_the_readable_copy_says_every_filled_field_by_its_name(language: str, words: tuple[str, ...]) -> None:
    text = " | ".join(f"{term}: {value}" for each in sections(made(), ROWS, HOUSE, language) for part in each.parts for term, value in part)
    for word in (*words, "Dora Quill", "X1234567", "+8613800000002"):
        assert word in text, (word, text)
    assert "None" not in text and "balance" not in text


def test_everything_that_a_copy_may_hold_has_a_name_in_words() -> None:
    structs = {kind for kind in vars(guest).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)}
    names = {field.name for kind in structs for field in msgspec.structs.fields(kind)}
    copied = {name: {each.column for each in table.guest if each.copy} for name, table in register().items() if name.startswith("hotel.")}
    assert names | {column for columns in copied.values() for column in columns} <= set(FIELDS)
    assert {name.removeprefix("hotel.") for name, columns in copied.items() if columns} <= set(NOUNS["held"])


def test_every_code_of_a_request_has_words() -> None:
    assert set(KINDS) == set(NOUNS["right"]) == set(NOUNS["right_means"]) and set(WHYS) == set(NOUNS["guest_why"])
    assert {each for kind in KINDS.values() for each in kind} == set(NOUNS["disposition"]) == set(REASONS)
    assert {each for reasons in REASONS.values() for each in reasons} | set(WHYS) == set(NOUNS["rights_reason"])
    assert {each for ways in IDENTITY.values() for each in ways} <= set(NOUNS["identity_how"])


def line(position: int, what: str, disposition: str, reason: str, until: date | None = None, **more: str) -> RightsLine:
    return RightsLine(position, what, 255, 1, disposition, reason, until, more.get("zh", ""), more.get("en", ""), NOW, None)


def request(kind: str = "delete") -> RightsRequest:
    return RightsRequest(
        bytes(16), "R-7F3K-22", bytes(16), kind, 255, "", "guest", "portal", "zh_Hans", "", "in_work", "pipl", NOW, NOW,
        "signed_in", NOW, None, "", None, None, "", None, NOW, None, None, None, None, "", False, NOW,
    )


def test_a_letter_says_what_went_what_stays_until_when_and_by_which_law_in_both_languages() -> None:
    zh, en = composed(LetterFacts(request(), (
        line(0, "group.preferences", "delete", "asked"), line(1, "group.document", "stop", "legal_duty", date(2028, 11, 26), zh="住宿登记", en="registration"),
        line(2, "backup", "delete", "asked"), line(3, "group.spending", "keep", "hold"),
    ), "see you"), HOUSE)
    for text, words in ((zh, ("R-7F3K-22", "偏好", "证件（住宿登记），至2028年11月26日", "备份", "see you", "海港酒店")),
                        (en, ("Preferences", "Documents (registration), until 26 Nov 2028", "legal hold", "Harbour Hotel", "23 Nov 2026"))):
        for word in words:
            assert word in text, (word, text)
    assert zh.index("偏好") < zh.index("证件") and "Dora" not in zh + en


def test_a_letter_of_storage_only_lists_what_the_guest_knows_and_not_the_means() -> None:
    zh, en = composed(LetterFacts(request("restrict"), (of("stop", 4, "group.document"), of("stop", 255, "key"), of("stop", 255, "backup")), ""), HOUSE)
    assert "· 证件\n" in f"{zh}\n" and "· Documents\n" in f"{en}\n", "as asked, which goes without saying"
    assert "密钥" not in zh and "备份" not in zh and "backup" not in en.lower()


def concerned(name: str, kind: str, groups: int, confirmed_on: date | None = None) -> Concerned:
    return Concerned(bytes(16), name, kind, groups, "privacy@sms.example", NOW.date(), date(2026, 11, 24), "mail", confirmed_on, "DEL-18")


TOLD = (concerned("Example SMS service", "processor", 2, date(2026, 11, 25)), concerned("Example channel manager", "recipient", 6), concerned("Example bank", "processor", 32))


def of(disposition: str, groups: int, what: str) -> RightsLine:
    return RightsLine(groups, what, groups, 1, disposition, "asked", None, "", "", NOW, None)


def test_a_letter_names_who_was_told_of_what_and_whether_they_confirmed() -> None:
    zh, en = composed(LetterFacts(request(), (of("delete", 2, "group.contact"), of("stop", 4, "group.document")), "", TOLD), HOUSE)
    assert "· Example SMS service（受托人）——删除：联系方式。2026年11月24日通知，2026年11月25日回执确认。" in zh
    assert "· Example channel manager（接收方）——删除：联系方式；停止处理（仅存储）：证件。2026年11月24日通知，尚未收到回执。" in zh
    assert "· Example SMS service (processor) – delete: Contact. Told on 24 Nov 2026, confirmed on 25 Nov 2026." in en
    assert "delete: Contact; stop processing (storage only): Documents. Told on 24 Nov 2026, not confirmed yet." in en
    assert "Example bank" not in zh + en, "nothing that it holds was touched"
    assert "sms.example" not in zh + en and "DEL-18" not in zh + en, "how they are reached, and their words, are the hotel's"


@pytest.mark.parametrize(("kind", "disposition"), [("access", "copy"), ("explain", "explain"), ("delete", "keep")])
def test_a_letter_mentions_nobody_where_nothing_went_and_nothing_changed(kind: str, disposition: str) -> None:
    zh, en = composed(LetterFacts(request(kind), (of(disposition, 2, "group.contact"),), "", TOLD), HOUSE)
    assert "Example" not in zh + en and "We have told" not in en


@pytest.mark.parametrize(("field", "typed", "there"), [
    ("identity.name", "Dora Quillfeather", '"name":"Dora Quillfeather"'), ("identity.birth", "1980-05-01", '"day":1'), ("identity.birth", "1980", '"year":1980'),
    ("contact.phone", "+33 1 23 45 67 89", "+33123456789"), ("contact.email", "d@example.org", "d@example.org"), ("contact.address", "1 Quay Street", "1 Quay Street"),
    ("document.number", "Y7654321", "Y7654321"), ("document.expires_on", "2030-01-31", "2030-01-31"),
])
def test_one_field_is_corrected_and_the_rest_stays(field: str, typed: str, there: str) -> None:
    group = CORRECTABLE[field].group
    raw = corrected(field, RECORD[group], typed)
    assert there in raw.decode()
    before, after = json.loads(RECORD[group]), json.loads(raw)
    assert set(before) - {"birth"} <= set(after)
    if field == "contact.phone":
        assert after["phones"][1] == before["phones"][1] and after["emails"] == before["emails"]
    if field == "document.number":
        assert "check" not in after["documents"][0], "it was said of the number before"


@pytest.mark.parametrize(("field", "typed"), [("identity.birth", "1 May"), ("identity.sex", "yes"), ("contact.phone", "one"), ("document.expires_on", "soon"), ("contact.address", "x" * 301)])
def test_what_does_not_fit_a_field_is_refused(field: str, typed: str) -> None:
    with pytest.raises(CorrectionError):
        corrected(field, RECORD[CORRECTABLE[field].group], typed)


def test_every_correctable_field_exists_and_can_be_emptied() -> None:
    for field, place in CORRECTABLE.items():
        assert decode(place.group, corrected(field, RECORD.get(place.group, b"{}"), "")) is not None
        assert place.group in GROUP_TYPES
