"""Every route of the house: changes are closed to forms that are not ours, pages to people who are not signed in."""

from __future__ import annotations

import pytest

from discretion.faces.kit.doorstep import FOR_MACHINES
from tests.unit.faces.asgi import ORIGIN, asked, house_without_anything_behind

OPEN = {"/", "/sign-in", "/enrol", "/language/{language}", "/static/{name}", "/wm.svg", "/api/v1/openapi.json", "/welcome", "/_ui", "/terminal", "/terminal/enrol", "/policy",
        "/my/sign-in", "/my/answer", "/my/code/{code_id}", "/my/leave", "/my/left", "/my-passkey",
        "/transparency", "/transparency/{code}", "/transparency/{code}/{name}"}


GUESTS = ("/my/", "/my-passkey/")  # whose pages these are is a guest on a visit


def routes(method: str) -> list[str]:
    app = house_without_anything_behind(is_demo=True, welcome_key="k", is_development=True)
    return sorted(route.path_format for route in app.routes if method in route.methods)


def address(path: str) -> str:
    return path.replace("{language}", "en").replace("{slug}", "cancel").replace("{group}", "identity").replace(
        "{name}", "app.css").replace("{index}", "1").replace("{", "").replace("}", "") + "?purpose=check_in"


@pytest.mark.parametrize("path", [path for path in routes("POST") if not path.startswith("/api/")])
@pytest.mark.parametrize("headers", [
    {},
    {"sec_fetch_site": "same-origin"},
    {"sec_fetch_site": "cross-site", "origin": "https://evil.example"},
    {"sec_fetch_site": "none"},
    {"origin": ORIGIN},
    {"origin": "null"},
    {"sec_fetch_site": "same-origin", "content_type": "application/x-www-form-urlencoded"},
])
async def test_a_change_without_our_own_form_is_refused(path, headers):
    app = house_without_anything_behind(is_demo=True, welcome_key="k", is_development=True)
    answered = await asked(app, address(path), method="POST", body=b"_token=AAAA&q=x", cookie="ticket=" + "A" * 64, **headers)
    assert answered.status == 403


@pytest.mark.parametrize("path", [path for path in routes("GET") if path not in OPEN and not path.startswith(FOR_MACHINES)])
async def test_a_page_needs_somebody_signed_in(path):
    answered = await asked(house_without_anything_behind(), address(path))
    assert (answered.status, answered.header("location")) == (303, "/my/sign-in" if path.startswith(GUESTS) or path == "/my" else "/sign-in")


@pytest.mark.parametrize("path", [path for path in routes("POST") + routes("GET") if path.startswith("/api/") and not path.endswith("openapi.json")])
async def test_the_api_needs_a_ticket_in_its_header_and_takes_no_cookie(path):
    method = "POST" if path in routes("POST") else "GET"
    body = b'{"guest_id":"' + b"0" * 32 + b'","purpose":"check_in","act_id":"' + b"0" * 32 + b'","version":1}' if method == "POST" else b""
    answered = await asked(house_without_anything_behind(), address(path), method=method, body=body, cookie="ticket=" + "A" * 64)
    assert answered.status in {401, 422}
    assert answered.header("content-type").startswith("application/problem+json")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [path for path in routes("GET") if path.startswith("/ledger/")])
async def test_a_published_ledger_needs_a_readers_key_and_takes_no_ticket(path, method):
    for headers in ({}, {"cookie": "ticket=" + "A" * 64}, {"authorization": "Bearer " + "A" * 64}, {"authorization": "Basic ==="}):
        answered = await asked(house_without_anything_behind(), address(path).partition("?")[0], method=method, **headers)
        assert (answered.status, answered.header("content-type")) == (401, "application/problem+json")
    answered = await asked(house_without_anything_behind(), address(path).partition("?")[0], method=method, authorization="Bearer " + "A" * 43)
    assert (answered.status, answered.header("content-type")) == (503, "application/problem+json")  # nobody knows whose key it is


async def test_a_real_installation_has_no_welcome_and_no_gallery():
    app = house_without_anything_behind()
    for path, method in (("/welcome", "GET"), ("/welcome/be", "POST"), ("/_ui", "GET")):
        assert (await asked(app, path, method=method, sec_fetch_site="same-origin")).status == 404


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/desk?x=1", "/" + "a" * 300])
async def test_the_language_switch_never_leads_out_of_the_house(to):
    from urllib.parse import quote

    answered = await asked(house_without_anything_behind(), "/language/en?to=" + quote(to, safe=""))
    assert (answered.status, answered.header("location")) == (303, "/")
