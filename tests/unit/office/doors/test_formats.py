"""What door controllers send: our own form, and payloads shaped as Kisi and Verkada document theirs."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from discretion.office.doors.formats import EVENTS_MAX, DoorEvent, ReportError, events_in, signed_in
from discretion.office.doors.keys import SourceKeys, is_signed, new_secret

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECONDS = str(int(AT.timestamp()))
KEYS = SourceKeys(hotel="01" * 16, secrets=[new_secret(), new_secret()])
OWN = {"badge": "AB-1001", "property": "harbour", "door": "staff entrance", "direction": "in", "at": "2026-11-23T07:00:00Z", "event_id": "e1"}
KISI = {
    "uuid": "d7cf0237-a492-4e5d-b20c-f58fc3ef4eff", "actor_type": "User", "actor_id": 4711, "actor_name": "Ada", "object_type": "Lock",
    "object_id": 1234, "object_name": "Staff entrance", "organization_id": 1, "place_id": 2, "success": True, "type": "lock.unlock",
    "error_code": None, "error_message": None, "created_at": "2026-11-23T07:00:00Z",
}
USER = "999e99bf-9999-9dd9-99e9-d9c9d99be9fc"
VERKADA = {
    "webhook_type": "notification", "webhook_id": "w", "org_id": "o", "created_at": int(AT.timestamp()), "data": {
        "notification_type": "door_keycard_entered_accepted", "device_id": "acu", "created": int(AT.timestamp()), "input_value": "12:345",
        "door_id": "d1", "event_id": "v1", "device_type": "access_control", "direction": "Outbound", "aux_info": None,
        "user_info": {"user_id": USER, "name": "Ada", "email": "ada@example.org", "first_name": "Ada", "last_name": "W", "phone": ""},
        "lockdown_info": None, "door_info": {"name": "Staff entrance"},
    },
}


def read(format_name: str, body: object, **doors: str) -> list[DoorEvent]:
    return events_in(format_name, json.dumps(body).encode(), doors)


def mac(message: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def changed(body: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**body, **values}


def test_our_own_form_comes_alone_or_in_a_list() -> None:
    event = DoorEvent("AB-1001", "staff entrance", "in", AT, "e1", "", "harbour")
    assert read("discretion", OWN) == [event]
    assert read("discretion", [OWN, OWN]) == [event, event]
    assert read("discretion", changed(OWN, footage="cam 3 07:00:00/07:00:20"))[0].footage == "cam 3 07:00:00/07:00:20"


@pytest.mark.parametrize("body", [
    [], [OWN] * (EVENTS_MAX + 1), {}, "x", None, changed(OWN, more=1), changed(OWN, badge="x y"), changed(OWN, badge="A" * 41),
    changed(OWN, direction="around"), changed(OWN, at="2026-11-23T07:00:00"), changed(OWN, at=1), changed(OWN, event_id=""),
    changed(OWN, event_id="e" * 81), changed(OWN, door="\n"), changed(OWN, footage="x" * 121), changed(OWN, property="Harbour"),
])
def test_what_is_not_our_form_is_refused_by_field_and_never_quoted(body: object) -> None:
    with pytest.raises(ReportError) as refused:
        read("discretion", body)
    assert "AB-1001" not in str(refused.value)


def test_a_body_that_is_no_json_is_refused() -> None:
    for raw in (b"", b"{", b"\xff", b"[" * 100_000):
        for name in ("discretion", "kisi", "verkada"):
            with pytest.raises(ReportError):
                events_in(name, raw, {})


def test_our_own_signature_is_over_time_and_bytes() -> None:
    raw = b'{"a":1}'
    for secret in KEYS.secrets:
        signed = signed_in("discretion", {"x-discretion-timestamp": SECONDS, "x-discretion-signature": f"v1={mac(f'{SECONDS}.'.encode() + raw, secret)}"}, raw)
        assert (signed.at, is_signed(KEYS, signed.message, signed.hex_digests)) == (AT, True)
    for time, digest in ((SECONDS, mac(raw, KEYS.secrets[0])), ("", mac(b"." + raw, KEYS.secrets[0])), (SECONDS, ""), (SECONDS, "é" * 64),
                         ("1e9", mac(b"1e9." + raw, KEYS.secrets[0])), ("9" * 12, mac(b"9" * 12 + b"." + raw, KEYS.secrets[0]))):
        signed = signed_in("discretion", {"x-discretion-timestamp": time, "x-discretion-signature": digest}, raw)
        assert not is_signed(KEYS, signed.message, signed.hex_digests)


def test_while_a_controller_changes_over_it_may_sign_with_both() -> None:
    raw, message = b"{}", f"{SECONDS}.".encode() + b"{}"
    both = f"v1={mac(message, new_secret())}, v1={mac(message, KEYS.secrets[1])}"
    signed = signed_in("discretion", {"x-discretion-timestamp": SECONDS, "x-discretion-signature": both}, raw)
    assert is_signed(KEYS, signed.message, signed.hex_digests)
    assert not is_signed(None, signed.message, signed.hex_digests)


# ----------------------------------------------------------------------------------------------------------------------- Kisi


def test_a_kisi_unlock_is_a_coming_by_the_meaning_of_its_lock() -> None:
    assert read("kisi", KISI, **{"1234": "in"}) == [DoorEvent("kisi-4711", "1234", "in", AT, KISI["uuid"])]  # type: ignore[arg-type]


@pytest.mark.parametrize("ignored", [
    changed(KISI, success=False), changed(KISI, type="user.create"), changed(KISI, actor_type="Integration"), changed(KISI, actor_id=None),
    changed(KISI, object_id=9), changed(KISI, object_type="Place"),
])
def test_what_else_kisi_reports_is_no_event(ignored: dict[str, Any]) -> None:
    assert read("kisi", ignored, **{"1234": "in"}) == []


@pytest.mark.parametrize("malformed", [
    changed(KISI, created_at="yesterday"), changed(KISI, uuid=""), changed(KISI, success="yes"), {"type": "lock.unlock"}, [KISI],
])
def test_a_malformed_kisi_report_is_refused(malformed: object) -> None:
    with pytest.raises(ReportError):
        read("kisi", malformed, **{"1234": "in"})


def test_kisi_signs_its_body() -> None:
    raw = json.dumps(KISI).encode()
    for digest in (mac(raw, KEYS.secrets[0]), mac(raw, KEYS.secrets[1]).upper()):
        signed = signed_in("kisi", {"x-signature": digest}, raw)
        assert is_signed(KEYS, signed.message, signed.hex_digests)
    assert not is_signed(KEYS, raw + b" ", signed.hex_digests)
    assert signed_in("kisi", {}, raw).hex_digests == ()


# -------------------------------------------------------------------------------------------------------------------- Verkada


def test_a_verkada_entry_says_its_direction_or_its_door_does() -> None:
    assert read("verkada", VERKADA) == [DoorEvent(USER, "d1", "out", AT, "v1")]
    silent = changed(VERKADA, data=changed(VERKADA["data"], direction=None))
    assert read("verkada", silent) == []
    assert read("verkada", silent, d1="in") == [DoorEvent(USER, "d1", "in", AT, "v1")]


@pytest.mark.parametrize("ignored", [
    changed(VERKADA, webhook_type="lpr"), changed(VERKADA, data=changed(VERKADA["data"], notification_type="door_held_open")),
    changed(VERKADA, data=changed(VERKADA["data"], notification_type="door_remote_unlock_accepted")),
    changed(VERKADA, data=changed(VERKADA["data"], notification_type="door_keycard_entered_rejected")),
    changed(VERKADA, data=changed(VERKADA["data"], user_info=None)),
])
def test_what_else_verkada_reports_is_no_event(ignored: dict[str, Any]) -> None:
    assert read("verkada", ignored) == []


@pytest.mark.parametrize("malformed", [
    changed(VERKADA, data="x"), changed(VERKADA, data=changed(VERKADA["data"], created="now")),
    changed(VERKADA, data=changed(VERKADA["data"], event_id=None)), changed(VERKADA, data=changed(VERKADA["data"], created=10**30)),
    changed(VERKADA, data=changed(VERKADA["data"], created=10**17)), {"data": {}},
])
def test_a_malformed_verkada_report_is_refused(malformed: object) -> None:
    with pytest.raises(ReportError):
        read("verkada", malformed)


def test_verkada_signs_its_body_and_the_time() -> None:
    raw = json.dumps(VERKADA).encode()
    digest = mac(raw + b"|" + SECONDS.encode(), KEYS.secrets[0])
    signed = signed_in("verkada", {"verkada-signature": f"{SECONDS}|{digest}"}, raw)
    assert (signed.at, is_signed(KEYS, signed.message, signed.hex_digests)) == (AT, True)
    for header in ("", digest, f"|{digest}", f"{SECONDS}|", f"{int(SECONDS) + 1}|{digest}"):
        signed = signed_in("verkada", {"verkada-signature": header}, raw)
        assert not is_signed(KEYS, signed.message, signed.hex_digests)
