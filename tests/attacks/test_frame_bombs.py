"""Bytes that are no frame end their own line, cost little, and disturb nobody else; the keeper never dies of them."""

from __future__ import annotations

import struct
from pathlib import Path

import msgspec
import pytest

from discretion.wire import lookup, upkeep
from discretion.wire.frame import LOOKUP_FRAME_SIZE_BYTES_MAX, UPKEEP_FRAME_SIZE_BYTES_MAX
from tests.cast import Stage, groups, new_id
from tests.line import Line

MEMORY_GROWTH_BYTES_MAX = 64 * 1024 * 1024


def memory(stage: Stage) -> int:
    assert stage.keeper.process is not None
    fields = Path(f"/proc/{stage.keeper.process.pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in fields if line.startswith("VmRSS"))


def lives(stage: Stage) -> bool:
    return isinstance(stage.ada.look_up(stage.dora, masked=groups("identity")), lookup.Disclosure)


ENDING = {
    "length 0": bytes(4),
    "length of 4 GiB": b"\xff\xff\xff\xff",
    "one byte too long": struct.pack(">I", LOOKUP_FRAME_SIZE_BYTES_MAX + 1),
    "no msgpack": struct.pack(">I", 1) + b"\xc1",
    "a bare number": struct.pack(">I", 1) + b"\x01",
    "an empty list": struct.pack(">I", 1) + b"\x90",
    "one of two": struct.pack(">I", 2) + b"\x91\x01",
    "three of two": struct.pack(">I", 4) + b"\x93\x01\x02\x03",
    "a text for a number": struct.pack(">I", 4) + b"\x92\xa1x\x80",
    "a body that stops in the middle": struct.pack(">I", 3) + b"\x92\x01\x81",
    "trailing bytes": struct.pack(">I", 4) + b"\x92\x01\x80\x00",
    "lists in lists": struct.pack(">I", 100_002) + b"\x92\x01" + b"\x91" * 100_000,
    "maps in maps": struct.pack(">I", 200_002) + b"\x92\x01" + b"\x81\xa0" * 100_000,
    "lists in lists for a number": struct.pack(">I", 200_000) + b"\x91" * 200_000,
    "a list of 4 billion": struct.pack(">I", 7) + b"\x92\x01\xdd\xff\xff\xff\xff",
    "a map of 4 billion": struct.pack(">I", 7) + b"\x92\x01\xdf\xff\xff\xff\xff",
    "a text of 4 GiB": struct.pack(">I", 7) + b"\x92\x01\xdb\xff\xff\xff\xff",
    "an envelope of 4 billion": struct.pack(">I", 6) + b"\xdd\xff\xff\xff\xff\x01",
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("raw", ENDING.values(), ids=ENDING)
def test_its_line_ends_and_nobody_elses(stage: Stage, raw: bytes) -> None:
    line, bystander = stage.line(), stage.line()
    before = memory(stage)
    line.send_raw(raw)
    assert line.is_ended()
    assert memory(stage) - before < MEMORY_GROWTH_BYTES_MAX
    assert isinstance(bystander.ask(lookup.BeginSignIn(property_id=stage.ada.property_id)), lookup.Challenge)
    line.close()
    bystander.close()
    assert lives(stage)


MALFORMED = {
    "nothing": b"\xc0", "a list": b"\x90", "an empty map": b"\x80", "a type alone": b"\x81\xa4type\xa7look_up",
    "another type": b"\x81\xa4type\xa4open", "a type that is a number": b"\x81\xa4type\x07", "a key that is a number": b"\x81\x07\x07",
    "text that is no UTF-8": b"\x82\xa4type\xabchoose_duty\xa4duty\xa2\xff\xfe", "an extension": b"\xd4\x05\x00", "a time": b"\xd6\xff\x00\x00\x00\x00",
    "a type that is no UTF-8": b"\x81\xa4type\xa2\xff\xfe", "a key that is no UTF-8": b"\x81\xa2\xff\xfe\x01",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_message_that_is_none_of_ours_is_told_so_and_the_line_goes_on(stage: Stage, body: bytes) -> None:
    line = stage.line()
    line.send_body(b"\x92\x05" + body)
    frame = line.frame()
    assert frame.number == 5
    assert isinstance(frame.body, lookup.Failed) and frame.body.code == "malformed"
    assert isinstance(line.ask(lookup.BeginSignIn(property_id=stage.ada.property_id)), lookup.Challenge)
    line.close()


def test_a_frame_that_never_ends_keeps_nobody_waiting(stage: Stage) -> None:
    slow = stage.line()
    slow.send_raw(struct.pack(">I", 1000) + b"\x92")
    assert lives(stage)
    slow.close()
    assert lives(stage)


def test_a_frame_in_single_bytes_is_read(stage: Stage) -> None:
    line = stage.line()
    body = msgspec.msgpack.encode([9, lookup.WhoAmI(ticket=stage.ada.ticket)])
    for byte in struct.pack(">I", len(body)) + body:
        line.send_raw(bytes((byte,)))
    assert line.frame().body.name == "Ada"
    line.close()


def test_too_many_asks_under_way_end_their_line(stage: Stage) -> None:
    line = stage.line()
    body = msgspec.msgpack.encode([1, lookup.BeginSignIn(property_id=stage.ada.property_id)])
    try:
        line.send_raw((struct.pack(">I", len(body)) + body) * 3000)
        ended = False
        for _ in range(3000):
            line.frame()
    except (ConnectionError, OSError):
        ended = True
    assert ended
    line.close()
    assert lives(stage)


def test_a_line_that_goes_away_leaves_its_asks_entered(stage: Stage) -> None:
    guest = stage.guest()
    before = stage.size()
    line = stage.line()
    for _ in range(10):
        line.send(lookup.LookUp(
            ticket=stage.ada.ticket, request_id=new_id(), guest_id=guest.guest_id, purpose="check_in", clear=1, masked=0,
        ))
    line.close()
    bystander = stage.ada.look_up(guest, clear=1)
    assert isinstance(bystander, lookup.Disclosure)
    assert before < stage.size() <= before + 11


@pytest.mark.parametrize("raw", [
    bytes(4), b"\xff\xff\xff\xff", struct.pack(">I", UPKEEP_FRAME_SIZE_BYTES_MAX + 1), struct.pack(">I", 1) + b"\xc1",
    struct.pack(">I", 100_002) + b"\x92\x01" + b"\x91" * 100_000, struct.pack(">I", 14) + b"\x92\x01\x81\xa4type\xa5\xff\xff\xff\xff\xff",
    struct.pack(">I", 7) + b"\x92\x01\xdd\xff\xff\xff\xff",
], ids=["0", "4 GiB", "too long", "no msgpack", "nesting", "no UTF-8", "a list of 4 billion"])
def test_the_operators_line_ends_likewise(stage: Stage, raw: bytes) -> None:
    line = Line(stage.settings.upkeep_socket)
    line.send_raw(raw)
    assert line.is_ended()
    line.close()
    assert isinstance(stage.upkeep(upkeep.Health()), upkeep.Done)
