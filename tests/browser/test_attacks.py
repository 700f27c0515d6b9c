"""Mallory at the pages: forms of another site, script in every field, personal data where it should not be."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
def evil() -> Iterator[tuple[str, list[str]]]:
    """Another site, whose page posts a form to the address it is given after the question mark."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target, _, fields = self.path.partition("?")[2].partition("&")
            inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in (pair.split("=") for pair in fields.split("&") if pair))
            body = f'<!doctype html><form method="post" action="{target}">{inputs}</form><script>document.forms[0].submit()</script>'.encode()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", []
    server.shutdown()
    server.server_close()


def test_a_form_of_another_site_does_nothing(page_of, house, evil):
    guest = house.arriving()
    page = page_of("Ada")
    page.goto("/desk")
    target = f"{house.origin}/stays/{guest.stay_id.hex()}/check-in"
    page.goto(f"{evil[0]}?{target}&act_id={'0' * 32}&version=1")
    page.wait_for_url("**/check-in")
    assert "403" in page.locator("main").inner_text()
    assert house.stage.office.execute("select state from hotel.stay where stay_id = %s", (guest.stay_id.hex(),)).fetchone() == ("confirmed",)


def test_another_site_reads_nothing_and_frames_nothing(page_of, house, evil):
    page = page_of("Ada")
    page.goto("/desk")
    page.goto(f"{evil[0]}?about:blank")
    read = page.evaluate("url => fetch(url, {credentials: 'include'}).then(r => r.text(), () => 'refused')", f"{house.origin}/desk")
    assert read == "refused"
    assert any("CORS" in each for each in page_of.complaints)
    page_of.complaints.clear()


def test_a_form_of_another_sign_in_does_nothing(page_of, house):
    guest = house.arriving()
    ada, ben = page_of("Ada"), page_of("Ben")
    ada.goto("/desk")
    token = ada.locator("form[role=search] input[name=_token]").get_attribute("value")
    ben.goto(f"/stays/{guest.stay_id.hex()}/check-in")
    ben.evaluate("token => { for (const each of document.querySelectorAll('input[name=_token]')) each.value = token; }", token)
    ben.locator("button[value=do]").click()
    assert "403" in ben.locator("main").inner_text()


def test_script_in_a_record_stays_text(page_of, house):
    name = json.dumps({"name": SCRIPT, "surname": SCRIPT, "given": SCRIPT, "age_category": "adult"}).encode()
    guest = house.arriving(identity=name, preferences=json.dumps({"room": SCRIPT, "bed": SCRIPT}).encode(),
                           booking=json.dumps({"special_requests": SCRIPT, "booker": SCRIPT}).encode())
    page = page_of("Ada")
    for path in (f"/guests/{guest.guest_id.hex()}", f"/stays/{guest.stay_id.hex()}", "/desk"):
        page.goto(path)
        assert "owned" not in page.title()
        assert page.locator("main script, main img[onerror]").count() == 0
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/identity?purpose=check_in")
    page.check("input[value=correction]")
    page.locator("main form button[type=submit]").click()
    assert SCRIPT in page.locator(".revealed").first.inner_text()
    assert "owned" not in page.title()


def test_script_in_every_field_of_a_form_stays_text(page_of, house):
    page = page_of("Ada")
    page.goto("/walk-in")
    for field in page.locator("main input[type=text], main textarea, main input[type=tel]").all():
        field.evaluate("each => each.removeAttribute('maxlength')")
        field.fill(SCRIPT)
    page.locator("button[value=do]").click()
    assert "owned" not in page.title()
    assert page.locator("main script, main img[onerror]").count() == 0
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", SCRIPT)
    page.locator("main form button[type=submit]").click()
    assert page.input_value("input[name=name]") == SCRIPT
    assert "owned" not in page.title()


def test_an_inline_script_would_not_run(page_of):
    page = page_of()
    page.goto("/sign-in")
    page.evaluate("""() => {
      const script = document.createElement('script');
      script.append('document.title = "owned"');
      try { document.body.append(script); } catch (error) { /* trusted types */ }
    }""")
    assert page.title() != "owned"
    page.wait_for_timeout(50)
    assert page.evaluate("(() => { try { document.body.innerHTML = '<p>x</p>'; return 'taken'; } catch (error) { return 'refused'; } })()") == "refused"
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")  # the reports come after the deed
    assert page_of.complaints
    page_of.complaints.clear()


def test_no_personal_data_is_in_a_page_an_address_or_the_log_before_it_is_shown(page_of, house):
    guest = house.arriving(booking=b"{}", preferences=b"{}")
    page = page_of("Ada")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    texts: list[str] = []
    for path in ("/desk", f"/guests/{guest.guest_id.hex()}", f"/stays/{guest.stay_id.hex()}", f"/stays/{guest.stay_id.hex()}/check-in"):
        page.goto(path)
        texts.append(page.content())
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", guest.surname)
    page.fill("input[name=phone_end]", guest.phone[-4:])
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/q/*")
    texts.append(page.content())
    texts.append(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.referrer])"))
    for secret in (guest.surname, guest.phone, guest.phone[3:], guest.email, guest.document):
        for text in (*texts, *seen, *house.lines()):
            assert secret not in text


def test_a_revealed_value_is_in_no_storage_and_gone_after_masking(page_of, house):
    guest = house.arriving(booking=b"{}", preferences=b"{}")
    page = page_of("Ada")
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/contact?purpose=check_in")
    page.check("input[value=correction]")
    page.locator("main form button[type=submit]").click()
    assert guest.phone[3:] in page.content().replace(" ", "")
    assert guest.phone[3:] not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    page.go_back()
    assert guest.phone[3:] not in page.content().replace(" ", "")
    assert guest.phone[3:] not in "\n".join(house.lines())


def test_guests_of_another_hotel_are_nobody_here(page_of, house):
    cleo = page_of("Cleo")
    dora = house.stage.guests["Dora"]
    cleo.goto(f"/guests/{dora.guest_id.hex()}?purpose=check_in")
    assert dora.surname not in cleo.content()
    assert cleo.goto(f"/stays/{dora.stay_id.hex()}").status == 404


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
    from urllib.error import HTTPError

    request = Request(url, data=body, headers={"authorization": f"Bearer {ticket}", "content-type": "application/json"})
    try:
        with urlopen(request) as answered:
            return answered.status, answered.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
