"""Which language a person reads, and how each writes dates and money."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from discretion.faces.kit.formats import Formats
from discretion.faces.kit.language import chosen, matched


@pytest.mark.parametrize(("tag", "found"), [
    ("zh", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh-SG", "zh_Hans"), ("zh-Hans-CN", "zh_Hans"), ("zh_TW", "zh_Hans"), ("zh-Hant-HK", "zh_Hans"),
    ("en", "en"), ("en-GB", "en"), ("EN-us", "en"), ("fr", None), ("", None), ("zhx", None), ("*", None),
])
def test_a_tag_is_matched_to_a_language_of_ours(tag, found):
    assert matched(tag) == found


@pytest.mark.parametrize(("setting", "cookie", "accept", "found"), [
    ("en", "zh_Hans", "zh", "en"),
    ("", "zh_Hans", "en", "zh_Hans"),
    ("", "", "fr;q=1,en;q=0.8,zh;q=0.9", "zh_Hans"),
    ("", "", "en, zh", "en"),
    ("", "", "fr", "zh_Hans"),
    ("", "", "en;q=x, zh;q=0", "zh_Hans"),
    ("", "xx", "en", "en"),
])
def test_the_first_wish_that_we_have_is_granted(setting, cookie, accept, found):
    assert chosen(setting, cookie, accept, "zh_Hans") == found


def test_chinese_writes_dates_and_money_as_the_table_says():
    formats, day = Formats("zh_Hans", "Asia/Shanghai"), date(2026, 11, 23)
    assert formats.date(day) == "2026年11月23日"
    assert formats.weekday(day) == "11月23日周一"
    assert formats.interval(day, date(2026, 11, 26)) == "2026年11月23日至26日"
    assert formats.moment(datetime(2026, 11, 23, 7, 4, tzinfo=UTC)) == "11-23 15:04"
    assert formats.money(Decimal(1288), "CNY") == "¥1,288.00"
    assert formats.relative(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=3)) == "3小时前"
    assert formats.country("GBR") == "英国"


def test_english_writes_dates_and_money_as_the_table_says():
    formats, day = Formats("en", "Asia/Shanghai"), date(2026, 11, 23)
    assert formats.date(day) == "23 Nov 2026"
    assert formats.weekday(day) == "Mon, 23 Nov" or formats.weekday(day) == "Mon 23 Nov"
    assert formats.interval(day, date(2026, 11, 26)) == "23–26 Nov 2026"
    assert formats.moment(datetime(2026, 11, 23, 7, 4, tzinfo=UTC)) == "23 Nov 15:04"
    assert formats.money(Decimal(1288), "CNY") == "CN¥1,288.00"
    assert formats.money(Decimal(1288), "") == "1,288.00"
    assert formats.country("XYZ") == "XYZ"
