"""Whatever bytes come through the hatch: the keeper lives, answers `malformed` or ends that line, and gives nothing away."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discretion.wire import lookup
from discretion.wire.frame import LOOKUP_FRAME_SIZE_BYTES_MAX
from tests.cast import ALL, Guest, Stage, groups, new_id
from tests.conftest import HILLTOP
from tests.line import Line
from tests.reading import given_away

TAGS = sorted(str(kind.__struct_config__.tag) for kind in lookup.Request.__args__)
FIELDS = sorted({field for kind in lookup.Request.__args__ for field in kind.__struct_fields__})

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=40) | st.binary(max_size=80)
    | st.sampled_from([*TAGS, "check_in", "phone"]) | st.binary(min_size=16, max_size=16) | st.binary(min_size=48, max_size=48)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10) | st.sampled_from(FIELDS), inner, max_size=5), max_leaves=15,
)
messages = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8).flatmap(
    lambda fields: st.sampled_from(TAGS).map(lambda tag: {"type": tag, **fields}),
)


class Hole:
    """A line that is opened again when the keeper ended it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.line: Line | None = None

    def answered(self, body: bytes) -> Any:
        """Return the answer to one whole frame, None when the keeper ended the line for it."""
        if self.line is None:
            self.line = self.stage.line()
        try:
            self.line.send_body(body)
            return self.line.answer()
        except OSError:
            self.line.close()
            self.line = None
            return None


@pytest.fixture(scope="module")
def hole(stage: Stage) -> Iterator[Hole]:
    made = Hole(stage)
    yield made
    if made.line is not None:
        made.line.close()
    assert isinstance(stage.ada.look_up(stage.dora, masked=groups("identity")), lookup.Disclosure)


@pytest.fixture(scope="module")
def hidden(stage: Stage) -> list[Guest]:
    """Guests of whom Ada may see nothing, ever."""
    return [stage.guest("departed", departed_days=400), stage.guest("in_house", at=HILLTOP), stage.guest("none")]


def is_harmless(answer: object) -> bool:
    return answer is None or isinstance(answer, lookup.Failed)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_body_is_refused(hole: Hole, body: bytes) -> None:
    assert is_harmless(hole.answered(body or b"\0"))


@settings(max_examples=200, deadline=None)
@given(st.integers(-5, 2**64 - 1), values)
def test_any_value_in_an_envelope_is_refused(hole: Hole, number: int, value: object) -> None:
    assert is_harmless(hole.answered(msgspec.msgpack.encode([number, value])))


@settings(max_examples=300, deadline=None)
@given(messages)
def test_any_message_made_of_our_own_words_is_refused_without_a_ticket(hole: Hole, message: dict[str, object]) -> None:
    assert is_harmless(hole.answered(msgspec.msgpack.encode([1, message])))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2**32 - 1))
def test_any_bytes_between_frames_end_one_line_and_no_other(hole: Hole, raw: bytes, length: int) -> None:
    line = hole.stage.line()
    line.send_raw(struct.pack(">I", length) + raw)
    line.close()
    assert isinstance(hole.stage.ask(lookup.BeginSignIn(property_id=hole.stage.ada.property_id)), lookup.Challenge)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_message_with_a_good_ticket_changed_anywhere_shows_nobody_who_is_hidden(hole: Hole, hidden: list[Guest], data: st.DataObject) -> None:
    ticket = hole.stage.ada.ticket
    guest = data.draw(st.sampled_from(hidden))
    asked: dict[str, Any] = {"ticket": ticket, "request_id": new_id(), "purpose": data.draw(st.sampled_from(["check_in", "guest_request", "audit"]))}
    message = data.draw(st.sampled_from([
        {"type": "look_up", **asked, "guest_id": guest.guest_id, "clear": ALL, "masked": 0},
        {"type": "look_up_many", **asked, "guest_ids": [guest.guest_id], "masked": ALL},
        {"type": "find_by_name", **asked, "name": guest.surname, "phone_end": guest.phone[-4:]},
        {"type": "find_exact", **asked, "kind": "email", "value": guest.email},
        {"type": "inscribe", **asked, "guest_id": guest.guest_id, "groups": {"identity": b"{}"}},
        {"type": "snapshot", "ticket": ticket, "request_id": new_id(), "stay_id": guest.stay_id, "guest_ids": [guest.guest_id]},
    ]))
    if data.draw(st.booleans()):
        message = {**message, data.draw(st.sampled_from(FIELDS)): data.draw(values)}
        body = msgspec.msgpack.encode([1, message])
    else:
        body = bytearray(msgspec.msgpack.encode([1, message]))
        for _ in range(data.draw(st.integers(1, 3))):
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    answer = hole.answered(bytes(body))
    assert answer is None or given_away(answer, guest) == []
    assert not isinstance(answer, (lookup.Disclosure, lookup.SignedIn, lookup.Person)) or answer == hole.stage.ada.ask(lookup.WhoAmI)


@settings(max_examples=40, deadline=None)
@given(st.integers(LOOKUP_FRAME_SIZE_BYTES_MAX + 1, 2**32 - 1))
def test_any_length_out_of_bounds_ends_the_line(hole: Hole, length: int) -> None:
    line = hole.stage.line()
    line.send_raw(struct.pack(">I", length))
    assert line.is_ended()
    line.close()
