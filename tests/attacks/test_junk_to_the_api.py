"""Junk to the API: refused with the place to mend, never with what stood there."""

from __future__ import annotations

import json
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def test_the_api_takes_strict_json_and_never_repeats_a_value(house):
    ticket = house.ticket(house.stage.players["Ada"])["value"]
    secret = "Xq77-secret"
    for body in (
        b"", b"{", b"[]", b"null", json.dumps({"guest_id": secret, "purpose": "check_in"}).encode(),
        json.dumps({"guest_id": "0" * 32, "purpose": secret}).encode(),
        json.dumps({"guest_id": "0" * 32, "purpose": "check_in", "more": secret}).encode(),
        json.dumps({"guest_id": "0" * 32, "purpose": "check_in", "clear": ["identity"] * 9}).encode(),
        json.dumps({"guest_id": "0" * 32, "purpose": "check_in", "reference": "x" * 81}).encode(), b"\xff\xfe",
    ):
        status, text = posted(f"{house.origin}/api/v1/asks", body, ticket)
        assert status == 422, body
        assert secret not in text
        problem = json.loads(text)
        assert problem["code"] == "malformed" and problem["status"] == 422
        assert re.fullmatch(r"[a-z_.\[\]0-9]*", problem.get("field", ""))


def posted(url: str, body: bytes, ticket: str) -> tuple[int, str]:
    """Return status and text of a request to the API."""
    request = Request(url, data=body, headers={"authorization": f"Bearer {ticket}", "content-type": "application/json"})
    try:
        with urlopen(request) as answered:
            return answered.status, answered.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
