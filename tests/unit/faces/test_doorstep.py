"""What holds for every answer of the house, found or not."""

from __future__ import annotations

import json

import pytest

from tests.unit.faces.asgi import asked, house_without_anything_behind

ANSWERS = ["/enrol", "/nowhere", "/static/app.css", "/wm.svg?n=F1&t=11231504", "/api/v1/openapi.json", "/api/v1/nowhere", "/desk", "/sign-in"]


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_carries_the_strict_headers_once(path):
    answered = await asked(house_without_anything_behind(), path)
    names = [name for name, _ in answered.headers]
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "permissions-policy", "cache-control"):
        assert names.count(name) == 1, name
    policy = answered.header("content-security-policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "data:" not in policy
    assert answered.header("referrer-policy") == "no-referrer"


async def test_pages_allow_only_their_own_scripts_and_no_trusted_type():
    policy = (await asked(house_without_anything_behind(), "/enrol")).header("content-security-policy")
    assert "script-src 'self';" in policy
    assert policy.endswith("require-trusted-types-for 'script'; trusted-types 'none'")


@pytest.mark.parametrize("path", [path for path in ANSWERS if not path.startswith("/static/")])
async def test_nothing_but_the_static_files_may_be_kept(path):
    assert (await asked(house_without_anything_behind(), path)).header("cache-control") == "no-store"


async def test_static_files_may_be_kept_for_ever_under_their_tag():
    answered = await asked(house_without_anything_behind(), "/static/app.css")
    assert "immutable" in answered.header("cache-control")


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:2", "127.0.0.1:1", ""])
async def test_another_host_is_turned_away(host):
    answered = await asked(house_without_anything_behind(), "/enrol", host=host)
    assert answered.status == 421


async def test_https_binds_cookies_and_asks_for_https_for_good():
    app = house_without_anything_behind(origin="https://desk.example")
    answered = await asked(app, "/enrol", host="desk.example")
    assert answered.header("strict-transport-security").startswith("max-age=")
    cookie = answered.header("set-cookie")
    assert cookie.startswith("__Host-visit=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; ")[1:])


async def test_a_request_is_one_line_of_the_log_without_its_path(capsys):
    await asked(house_without_anything_behind(), "/guests/0190a0c0d0e0f0001111111111111111")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["event"] == "request" and line["route"] == "/guests/{guest}" and line["status"] == 303
    assert "0190a0c0" not in json.dumps(line)


async def test_a_bug_is_told_by_its_place_and_never_by_its_text(capsys, caplog):
    await asked(house_without_anything_behind(), "/q/" + "0" * 32, cookie="ticket=" + "A" * 64)
    text = capsys.readouterr().err + caplog.text
    assert "/nowhere/" not in text


@pytest.mark.parametrize(("path", "status"), [("/desk", 303), ("/staff", 303), ("/find", 303), ("/sign-in", 503), ("/nowhere", 404)])
async def test_without_a_ticket_pages_lead_to_the_sign_in(path, status):
    answered = await asked(house_without_anything_behind(), path)
    assert answered.status == status
    if status == 303:
        assert answered.header("location") == "/sign-in"


async def test_pages_are_compressed_for_browsers_that_take_it():
    answered = await asked(house_without_anything_behind(), "/enrol", accept_encoding="gzip, br")
    assert answered.header("content-encoding") == "gzip"
    assert answered.body[:2] == b"\x1f\x8b"


async def test_a_body_beyond_the_bound_is_refused_before_it_is_read():
    answered = await asked(
        house_without_anything_behind(), "/api/v1/asks", method="POST", body=b" " * 200_000, authorization="Bearer " + "A" * 64,
    )
    assert answered.status == 413
    assert json.loads(answered.body)["code"] == "too_large"
