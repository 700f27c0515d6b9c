"""Unknown parts of a birth date protect longer, never shorter."""

from __future__ import annotations

from datetime import date

import pytest

from discretion.hotel.age import age_on, is_minor, is_under, minor_until
from discretion.hotel.record import BirthDate


@pytest.mark.parametrize(
    ("birth", "until"),
    [
        (BirthDate(year=2008, month=11, day=23), date(2026, 11, 23)),
        (BirthDate(year=2008, month=2, day=29), date(2026, 3, 1)),
        (BirthDate(year=2008, month=2), date(2026, 3, 1)),
        (BirthDate(year=2007, month=2), date(2025, 2, 28)),
        (BirthDate(year=2008), date(2026, 12, 31)),
        (None, None),
    ],
)
def test_a_minor_is_one_until_the_latest_day_it_may_be(birth, until):
    assert minor_until(birth) == until


def test_the_day_of_the_birthday_ends_it():
    birth = BirthDate(year=2008, month=11, day=23)
    assert is_minor(birth, date(2026, 11, 22))
    assert not is_minor(birth, date(2026, 11, 23))


def test_without_a_birth_date_one_may_be_a_minor():
    assert is_minor(None, date(2026, 11, 23))
    assert age_on(None, date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (BirthDate(year=2000, month=2, day=29), date(2001, 2, 28), 0),
        (BirthDate(year=2000, month=2, day=29), date(2001, 3, 1), 1),
        (BirthDate(year=2000, month=2, day=29), date(2004, 2, 29), 4),
        (BirthDate(year=2000), date(2010, 12, 30), 9),
        (BirthDate(year=2000), date(2010, 12, 31), 10),
        (BirthDate(year=2030), date(2026, 1, 1), None),
    ],
)
def test_age_in_completed_years(birth, day, age):
    assert age_on(birth, day) == age


def test_under_fourteen():
    assert is_under(BirthDate(year=2013), 14, date(2027, 12, 30))
    assert not is_under(BirthDate(year=2013), 14, date(2027, 12, 31))
