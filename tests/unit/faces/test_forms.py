"""Forms are read strictly, field by field."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from discretion.faces.kit.forms import MalformedFormError, fields_of, filled, token_in


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=5)]
    on: date | None = None
    count: Annotated[int, Meta(ge=0, le=9)] = 0
    kind: Literal["", "a", "b"] = ""
    places: Annotated[list[int], Meta(max_length=3)] = []
    is_sure: bool = False


def test_a_right_form_becomes_its_value():
    form = filled(fields_of(b"_token=t&name=+Ada+&on=2026-11-23&count=3&kind=b&places=1&places=2&is_sure=true"), Sample)
    assert form.value == Sample("Ada", date(2026, 11, 23), 3, "b", [1, 2], True)


def test_times_are_read_as_browsers_write_them():
    class Timed(msgspec.Struct):
        at: time | None = None
        begins: datetime | None = None

    assert filled({"at": ["16:30"], "begins": ["2026-11-23T07:00"]}, Timed).value == Timed(time(16, 30), datetime.fromisoformat("2026-11-23T07:00"))
    assert filled({"at": ["16:30:05"]}, Timed).value == Timed(time(16, 30, 5))
    assert filled({"at": ["4 pm"]}, Timed).errors == {"at": "type"}


def test_empty_fields_are_not_given():
    assert filled(fields_of(b"name=Ada&on=&count=&kind="), Sample).value == Sample("Ada")


@pytest.mark.parametrize(("body", "field", "rule"), [
    (b"name=", "name", "required"),
    (b"", "name", "required"),
    (b"name=Adelaide", "name", "length"),
    (b"name=Ada&count=10", "count", "range"),
    (b"name=Ada&count=x", "count", "type"),
    (b"name=Ada&kind=c", "kind", "choice"),
    (b"name=Ada&on=23.11.2026", "on", "type"),
    (b"name=Ada&places=1&places=x", "places", "type"),
    (b"name=Ada&places=1&places=2&places=3&places=4", "places", "length"),
])
def test_what_is_wrong_is_named_by_field_and_rule_and_never_by_value(body, field, rule):
    form = filled(fields_of(body), Sample)
    assert form.value is None
    assert form.errors == {field: rule}


@pytest.mark.parametrize("body", [b"name=Ada&other=1", b"name=Ada&name=Ben", b"name", b"name=%ff", b"name=\xff", b"a=1&" * 500])
def test_what_no_browser_sends_is_refused_whole(body):
    with pytest.raises(MalformedFormError):
        filled(fields_of(body), Sample)


def test_a_token_given_twice_is_none():
    assert token_in(b"_token=a&_token=b") == ""
    assert token_in(b"_token=a") == "a"


@given(st.binary(max_size=300))
def test_junk_is_refused_or_read(raw):
    try:
        form = filled(fields_of(raw), Sample)
    except MalformedFormError:
        return
    assert (form.value is None) is bool(form.errors)
