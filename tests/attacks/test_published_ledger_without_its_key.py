"""A published ledger is asked for without a key, with a wrong one, another property's, or one that has ended: all the same 401."""

from __future__ import annotations

import base64
import json

import pytest

from tests.journeys.ledger.publishing import run
from tests.windows import Opened, given_key

PATHS = ("checkpoint", "tile/0/000", "tile/entries/000", "tile/nowhere", "/ledger/nosuch/checkpoint", "/ledger/harbour/tile/../checkpoint")


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"reader:{password}".encode()).decode()


def refused(opened: Opened, key: str = "", **headers: str) -> set[bytes]:
    """Ask for everything; return the bodies of the answers, which must all be refusals that say nothing else."""
    bodies = set()
    for path in PATHS:
        answered = opened.get(path, key=key, accept_language="en", **headers)
        assert answered.status == 401, (path, answered.body)
        assert answered.headers["content-type"] == "application/problem+json"
        assert answered.headers["www-authenticate"].startswith("Bearer, Basic ")
        assert answered.headers["cache-control"] == "no-store"
        bodies.add(answered.body)
    return bodies


def test_whoever_has_no_key_of_this_property_learns_nothing(opened: Opened) -> None:
    another = given_key(opened.house, "Hilltop's own", "hilltop")
    ended = given_key(opened.house, "Mallory")
    assert opened.get("checkpoint", key=ended).status == 200
    assert run(opened.house.stage, "reader", "remove", "Mallory", "--property", "harbour")[0] == 0
    flipped = opened.key[:-1] + ("A" if opened.key[-1] != "A" else "E")
    ticket = opened.house.ticket(opened.house.stage.ada)
    bodies = refused(opened) | refused(opened, another) | refused(opened, ended) | refused(opened, flipped) | refused(opened, ticket["value"])
    bodies |= refused(opened, cookie=f"ticket={ticket['value']}") | refused(opened, authorization=basic(another))
    bodies |= refused(opened, authorization=basic(ended)) | refused(opened, authorization=f"Token {opened.key}")
    assert len(bodies) == 1
    problem = json.loads(bodies.pop())
    assert problem["code"] == "reader_key"
    assert "Authorization: Bearer" in problem["detail"]


def test_the_sentence_is_in_the_language_of_the_request(opened: Opened) -> None:
    answered = opened.get("checkpoint", key="", accept_language="zh-CN")
    assert "读取密钥" in json.loads(answered.body)["detail"]
    assert answered.headers["content-language"] == "zh-Hans-CN"


@pytest.mark.parametrize("value", [
    "Bearer", "Bearer ", "Bearer \x80", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"no colon").decode(), "Bearer " + "A" * 20_000,
    "Bearer " + "A" * 43, "Bearer " + "A" * 42 + "=", "Bearer %s %s",
])
def test_odd_headers_are_no_key(opened: Opened, value: str) -> None:
    assert opened.get("checkpoint", key="", authorization=value).status == 401


def test_two_headers_are_no_key(opened: Opened) -> None:
    joined = f"Bearer {opened.key}, Bearer {opened.key}"
    assert opened.get("checkpoint", key="", authorization=joined).status == 401


def test_a_key_in_the_address_counts_for_nothing(opened: Opened) -> None:
    for query in (f"key={opened.key}", f"access_token={opened.key}", f"authorization=Bearer%20{opened.key}"):
        assert opened.get(f"checkpoint?{query}", key="").status == 401
        assert opened.get(f"checkpoint?{query}").status == 404


def test_a_property_without_a_checkpoint_has_nothing_to_read(opened: Opened) -> None:
    key = given_key(opened.house, "Cleo's auditor", "hilltop")
    for path in ("checkpoint", "tile/0/000", "tile/0/000.p/1", "tile/entries/000.p/1"):
        assert opened.get(f"/ledger/hilltop/{path}", key=key).status == 404


def test_no_key_stands_in_the_log_or_in_the_database(opened: Opened) -> None:
    wrong = "W" * 43
    opened.get("checkpoint", key=wrong)
    opened.get("checkpoint", key="", authorization=basic(wrong))
    log = "\n".join(opened.house.lines())
    assert "/ledger/{code" in log
    for secret in (opened.key, wrong, "Bearer", "harbour"):
        assert secret not in log
    root = opened.house.stage.superuser
    for table in ("hotel.ledger_reader", "ledger.fact_change"):
        found = root.execute(f"select count(*) from {table} t where t::text like %s", (f"%{opened.key}%",)).fetchone()  # type: ignore[arg-type]
        assert found == (0,), table
