"""Ages, from birth dates of which a part may be unknown.

Rules:
* An unknown part counts as late as it can be: a person is a minor for longer, never for shorter.
* A birth date that is not known at all counts as a minor's where protection depends on it.
* A birthday on 29 February falls on 1 March in other years.

Left to others: what a minor's record needs (the office), what the policy gives (fact `minor`).
Source: hotel.md section 2, policy.md section 7.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from discretion.hotel.record import BirthDate

MAJORITY_YEARS: Final = 18
GUARDIAN_ACTS_YEARS: Final = 14
"""Under this age the guardian acts for the child."""


def latest_birth(birth: BirthDate) -> date:
    """Return the latest day that the known parts allow."""
    month = birth.month or 12
    return date(birth.year, month, birth.day or monthrange(birth.year, month)[1])


def birthday(birth: BirthDate, years: int) -> date:
    """Return the latest day on which this person turns `years`."""
    born = latest_birth(birth)
    if (born.month, born.day) == (2, 29) and not isleap(born.year + years):
        return date(born.year + years, 3, 1)
    return born.replace(year=born.year + years)


def age_on(birth: BirthDate | None, day: date) -> int | None:
    """Return the completed years on `day`, None if the birth date is unknown or may be later than `day`.

    Shapes: with unknown parts, the least age that they allow.
    """
    if birth is None or latest_birth(birth) > day:
        return None
    years = day.year - birth.year
    return years if birthday(birth, years) <= day else years - 1


def is_under(birth: BirthDate | None, years: int, day: date) -> bool:
    """Return whether this person may be younger than `years` on `day`. An unknown birth date: yes."""
    return birth is None or day < birthday(birth, years)


def is_minor(birth: BirthDate | None, day: date) -> bool:
    """Return whether this person may be under 18 on `day`. An unknown birth date: yes."""
    return is_under(birth, MAJORITY_YEARS, day)


def minor_until(birth: BirthDate | None) -> date | None:
    """Return the first day on which this person surely is of age, None if the birth date is unknown."""
    return None if birth is None else birthday(birth, MAJORITY_YEARS)
