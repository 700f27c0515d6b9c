"""The grammar of the watchroom by example: what each key takes, and where each error points."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from discretion.faces.kit.nouns import NOUNS
from discretion.faces.kit.words import translator
from discretion.faces.watchroom.asking import months_before, today_in, wire_terms, with_time
from discretion.faces.watchroom.ledger import address_of, bars
from discretion.faces.watchroom.query import ACTIONS, CODES, Days, QueryError, Term, parse, printed
from discretion.faces.watchroom.words import error_sentence, key_help, ready_filters
from discretion.keeper.papers import AskKind
from discretion.wire.entries import SECOND_MAX, EntryCount, Span

GUEST = "0190a0c0d0e0f0001111111111111111"
SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(("text", "query"), [
    ("", ()),
    ("   ", ()),
    ("purpose:check_in", (Term("purpose", ("check_in",)),)),
    ("purpose:check_in,check_out -decision:denied", (Term("purpose", ("check_in", "check_out")), Term("decision", ("denied",), is_not=True))),
    ("actor:front_desk,S-12", (Term("actor", ("front_desk", "S-12")),)),
    (f"guest:{GUEST}", (Term("guest", (GUEST,)),)),
    ("created:2026-08-25", (Term("created", days=(Days(date(2026, 8, 25), date(2026, 8, 25)),)),)),
    ("created:>=2026-08-25", (Term("created", days=(Days(date(2026, 8, 25), None),)),)),
    ("created:>2026-08-25", (Term("created", days=(Days(date(2026, 8, 26), None),)),)),
    ("created:<=2026-08-25", (Term("created", days=(Days(None, date(2026, 8, 25)),)),)),
    ("created:<2026-08-25", (Term("created", days=(Days(None, date(2026, 8, 24)),)),)),
    ("created:2026-08-25..2026-09-01", (Term("created", days=(Days(date(2026, 8, 25), date(2026, 9, 1)),)),)),
    ("用途：check_in", None),
    ("purpose：check_in，check_out", (Term("purpose", ("check_in", "check_out")),)),
])
def test_a_text_reads_as_a_query(text: str, query: object) -> None:
    if query is None:
        with pytest.raises(QueryError):
            parse(text)
    else:
        assert parse(text) == query


@pytest.mark.parametrize(("text", "code", "place"), [
    ("Quill", "bare", "Quill"),
    ("purpose:check_in 张三", "bare", "张三"),
    ("-", "bare", "-"),
    ("name:Quill", "key", "name"),
    ("-phone:138", "key", "phone"),
    ("Purpose:check_in", "key", "Purpose"),
    ("purpose:snooping", "value", "snooping"),
    ("purpose:check_in,snooping", "value", "snooping"),
    ("decision:yes", "value", "yes"),
    ("actor:front desk", "bare", "desk"),
    ("actor:front_des", "value", "front_des"),
    ("guest:0190", "value", "0190"),
    (f"guest:{GUEST.upper()}", "value", GUEST.upper()),
    ("purpose:", "empty", "purpose:"),
    ("purpose:check_in,", "empty", "purpose:check_in,"),
    ("created:yesterday", "day", "yesterday"),
    ("created:2026-02-30", "day", "2026-02-30"),
    ("created:>9999-12-31", "day", ">9999-12-31"),
    ("created:2026-9-1", "day", "2026-9-1"),
    ("created:2026-09-01..2026-08-25", "days", "2026-09-01..2026-08-25"),
    ("created:2026-09-01..", "day", "2026-09-01.."),
    ("purpose:audit purpose:audit", "twice", "purpose:audit"),
    ("purpose:audit,audit", "twice", "purpose:audit,audit"),
    ("guest:" + ",".join([f"{n:032x}" for n in range(21)]), "terms", f"{20:032x}"),
    ("x" * 1001, "length", "x"),
    ("'; drop table ledger.entry; --", "bare", "';"),
    ("<script>alert(1)</script>", "bare", "<script>alert(1)</script>"),
])
def test_an_error_points_at_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(QueryError) as found:
        parse(text)
    assert found.value.code == code
    assert text[found.value.start:found.value.end].startswith(place)
    for language in ("zh_Hans", "en"):
        assert "%(" not in error_sentence(translator(language, "ui"), code, found.value.key)


def test_too_many_terms_are_refused() -> None:
    with pytest.raises(QueryError, match="terms"):
        parse(" ".join(f"guest:{n:032x}" for n in range(16)))


def test_without_a_time_three_months_are_asked_for() -> None:
    query, since = with_time(parse("purpose:audit"), date(2026, 11, 27))
    assert since == date(2026, 8, 27)
    assert printed(query) == "purpose:audit created:>=2026-08-27"
    assert with_time(parse("created:2020-01-01"), date(2026, 11, 27)) == (parse("created:2020-01-01"), None)


@pytest.mark.parametrize(("day", "before"), [
    (date(2026, 11, 27), date(2026, 8, 27)), (date(2026, 5, 31), date(2026, 2, 28)), (date(2024, 5, 31), date(2024, 2, 29)),
    (date(2026, 1, 15), date(2025, 10, 15)), (date(2026, 3, 1), date(2025, 12, 1)),
])
def test_three_months_back_is_the_same_day_or_the_last_of_its_month(day: date, before: date) -> None:
    assert months_before(day, 3) == before


@pytest.mark.parametrize(("text", "spans"), [
    ("2026-11-27", [Span(1795708800, 1795795200)]),  # from midnight to midnight in Shanghai
    (">=2026-11-27", [Span(1795708800, SECOND_MAX)]),
    ("<2026-11-27", [Span(0, 1795708800)]),
    ("0001-01-01..9999-12-31", [Span(0, SECOND_MAX)]),
    ("<=1960-01-01", [Span(0, 0)]),
    (">=3500-01-01", [Span(SECOND_MAX, SECOND_MAX)]),
])
def test_days_are_the_hotels_own(text: str, spans: list[Span]) -> None:
    (term,) = wire_terms(parse(f"created:{text}"), SHANGHAI, {})
    assert term.spans == spans


def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is() -> None:
    (term,) = wire_terms(parse("created:2026-10-25"), "Europe/Berlin", {})
    (span,) = term.spans
    assert span.until_at - span.from_at == 25 * 3600


def test_the_hotels_day_is_not_that_of_the_server() -> None:
    assert today_in(SHANGHAI, datetime(2026, 11, 27, 17, tzinfo=UTC)) == date(2026, 11, 28)


def test_staff_numbers_become_ids_and_an_unknown_one_is_pointed_at() -> None:
    staff_id = bytes(range(16))
    (term,) = wire_terms(parse("actor:front_desk,S-12"), SHANGHAI, {"S-12": staff_id})
    assert term.values == ["front_desk", staff_id.hex()]
    with pytest.raises(QueryError) as found:
        wire_terms(parse("purpose:audit actor:S-13"), SHANGHAI, {"S-12": staff_id})
    assert (found.value.code, found.value.start) == ("staff", 14)


def test_every_kind_of_ask_has_its_word_and_can_be_asked_for() -> None:
    assert set(ACTIONS) == {kind.value for kind in AskKind} | {"reveal"}
    assert set(ACTIONS) == NOUNS["action"].keys()
    assert set(CODES["signal"]) == NOUNS["signal"].keys()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_ready_filter_is_a_query_and_every_key_is_explained(language: str) -> None:
    words = translator(language, "ui")
    for text, term in ready_filters(words, date(2026, 11, 27)):
        assert text and parse(str(term)) == (term,)
    for _, meaning, codes in key_help(words):
        assert meaning
        assert all(code in NOUNS[kind] for kind, code in codes)


def test_an_address_holds_the_query_and_reads_as_the_same() -> None:
    assert address_of(()) == "/watch"
    assert address_of(parse("created:>=2026-08-25 -actor:S-1,legal"), 17) == "/watch?q=created:%3E%3D2026-08-25+-actor:S-1,legal&before=17"


def test_bars_are_drawn_longest_first_and_what_is_there_is_seen() -> None:
    found = bars([EntryCount("", "allowed", 9), EntryCount("audit", "allowed", 1), EntryCount("check_in", "allowed", 900), EntryCount("check_in", "denied", 100)])
    assert [(bar.purpose, bar.allowed, bar.denied, bar.allowed_width, bar.denied_width) for bar in found] == [
        ("check_in", 900, 100, 144, 16), ("audit", 1, 0, 2, 0),
    ]
    assert bars([]) == []
