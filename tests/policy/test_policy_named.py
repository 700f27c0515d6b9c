"""Named situations, one file per purpose, in the words of whoever answers for them (`discretion.policy.named`)."""

from __future__ import annotations

from pathlib import Path

import pytest

import discretion.policy
from discretion.hotel.purpose import Purpose
from discretion.policy.checks import check_named
from discretion.policy.named import Named, NamedError, Situation, differences, read_named

from .situations import starting_policy

FILES = sorted((Path(discretion.policy.__file__).parent / "named_situations").glob("*.toml"))


def _read() -> list[Named]:
    return [read_named(path.read_text("utf-8")) for path in FILES]


def _cases() -> list[object]:
    return [pytest.param(named, one, id=f"{named.purpose}: {one.says}") for named in _read() for one in named.situation]


@pytest.mark.parametrize(("named", "case"), _cases())
def test_a_named_situation_is_decided_as_written(named: Named, case: Situation) -> None:
    assert differences(starting_policy(), named, case) == []


def test_every_purpose_has_its_file_with_an_allowed_and_a_refused_situation() -> None:
    read = _read()
    assert [path.stem for path in FILES] == sorted(named.purpose.value for named in read) == sorted(Purpose)
    for named in read:
        assert {"allowed", "refused"} <= {one.outcome for one in named.situation}


def test_the_named_situations_meet_every_view_and_cap_and_guard() -> None:
    met: set[str] = set()
    for named in _read():
        for one in named.situation:
            met |= {*one.rules, *one.guards, *one.caps}
    rules = starting_policy().rules
    assert met == {rule.id for rule in (*rules.guards, *rules.caps, *rules.views)}


def test_a_situation_that_is_decided_otherwise_is_named() -> None:
    (named,) = [one for one in _read() if one.purpose == "check_in"]
    text = FILES[[path.stem for path in FILES].index("check_in")].read_text("utf-8")
    assert check_named(starting_policy(), [named]).findings == ()
    other = read_named(text.replace('outcome = "refused"', 'outcome = "allowed"', 1))
    (finding,) = check_named(starting_policy(), [other]).findings
    assert finding.startswith("check_in: ")


def test_a_file_of_another_shape_is_refused() -> None:
    with pytest.raises(NamedError):
        read_named('purpose = "check_in"\nusual = []\nsituations = []')
