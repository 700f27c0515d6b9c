"""A form of another site, or of another sign-in, does nothing; another site reads nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.pages import pressed

pytestmark = pytest.mark.browser


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
    pressed(ben.locator("button[value=do]"))
    assert "403" in ben.locator("main").inner_text()
