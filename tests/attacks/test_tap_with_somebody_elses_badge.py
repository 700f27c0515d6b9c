"""Mallory taps somebody else's badge at a shared terminal, or a copy of it: it selects, and signs nobody in."""

from __future__ import annotations

import http.client
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from discretion.wire import lookup
from tests.cast import Player
from tests.controllers import badge_of, hired, terminal_secret

if TYPE_CHECKING:
    from tests.houses import RunningHouse


class Browser:
    """A browser at a terminal, cookie by cookie."""

    def __init__(self, house: RunningHouse) -> None:
        self.origin = house.origin
        self.cookies = {"terminal": urlsafe_b64encode(terminal_secret(house)).decode()}

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Return status, location and text."""
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=20)
        given = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "sec-fetch-site": "same-origin", **headers}
        try:
            connection.request("GET" if body is None else "POST", path, body, {name.replace("_", "-"): value for name, value in given.items()})
            answered = connection.getresponse()
            for cookie in answered.headers.get_all("set-cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower(), cookie
                self.cookies.pop(name, None)
                if value.strip('"'):
                    self.cookies[name] = value
            return answered.status, answered.headers.get("location", ""), answered.read().decode()
        finally:
            connection.close()

    def token(self, path: str = "/terminal") -> str:
        """Return a form's token of a page."""
        found = re.search(r'(?:name="_token" value|data-token)="([^"]+)"', self.ask(path)[2])
        assert found
        return found[1]

    def tap(self, badge: str) -> tuple[int, str, str]:
        """Tap a badge at the reader."""
        return self.ask("/terminal", urlencode({"_token": self.token(), "badge": badge}).encode(), content_type="application/x-www-form-urlencoded")

    def sign_in(self, player: Player, selected: Player | None) -> tuple[int, str, str]:
        """Sign in with a player's passkey, for whoever was selected."""
        headers = {"content_type": "application/json", "accept": "application/json", "x_form_token": self.token()}
        place = player.property_id.hex()
        begun = json.loads(self.ask("/sign-in/begin", json.dumps({"property": place}).encode(), **headers)[2])
        assertion = json.loads(player.authenticator.sign(json.dumps(begun["options"]).encode()))
        body = {"property": place, "challenge": begun["challenge"], "assertion": assertion, "person": selected.staff_id.hex() if selected else ""}
        return self.ask("/sign-in/finish", json.dumps(body).encode(), **headers)


def test_a_tap_selects_and_gives_no_ticket(house: RunningHouse) -> None:
    mina, browser = hired(house), Browser(house)
    status, location, _ = browser.tap(badge_of(house.stage, mina))
    assert (status, location) == (303, f"/terminal/as/{mina.staff_id.hex()}")
    assert "ticket" not in browser.cookies
    assert browser.ask("/desk")[:2] == (303, "/terminal")


def test_anothers_passkey_after_the_tap_signs_nobody_in(house: RunningHouse) -> None:
    mina, mallory, browser = hired(house), hired(house, "Mallory"), Browser(house)
    browser.tap(badge_of(house.stage, mina))
    status, _, text = browser.sign_in(mallory, mina)
    assert (status, "ticket" in browser.cookies) == (403, False)
    assert "Mina" not in text and mina.staff_id.hex() not in text
    live = house.stage.superuser.execute(
        "select count(*) from keys.session where staff_id = %s and ended_at is null", (mallory.staff_id.hex(),),
    ).fetchone()
    assert live == (1,), "only the one of the hiring; the one made here was ended at once"
    assert browser.sign_in(mina, mina)[0] == 200
    assert "ticket" in browser.cookies


def test_a_tap_displaces_whoever_is_there(house: RunningHouse) -> None:
    mina, otto, browser = hired(house), hired(house, "Otto"), Browser(house)
    browser.tap(badge_of(house.stage, mina))
    browser.sign_in(mina, mina)
    ticket = urlsafe_b64decode(browser.cookies["ticket"])
    assert isinstance(house.stage.ask(lookup.WhoAmI(ticket=ticket)), lookup.Person)
    assert browser.tap("UNKNOWN-2")[0] == 409
    assert isinstance(house.stage.ask(lookup.WhoAmI(ticket=ticket)), lookup.Person), "an unknown badge displaces nobody"
    browser.tap(badge_of(house.stage, otto))
    assert house.stage.ask(lookup.WhoAmI(ticket=ticket)) == lookup.Failed(code="ticket")
    assert "ticket" not in browser.cookies


def test_a_withdrawn_badge_selects_nobody(house: RunningHouse) -> None:
    mina, browser = hired(house), Browser(house)
    badge = badge_of(house.stage, mina)
    house.stage.office.execute("update hotel.badge set active = false where number = %s", (badge,))
    assert browser.tap(badge)[0] == 409


def test_a_tap_from_another_site_or_without_the_form_is_refused(house: RunningHouse) -> None:
    mina, browser = hired(house), Browser(house)
    body = urlencode({"badge": badge_of(house.stage, mina)}).encode()
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert browser.ask("/terminal", body, **form)[0] == 403
    with_token = body + b"&" + urlencode({"_token": browser.token()}).encode()
    assert browser.ask("/terminal", with_token, **form, sec_fetch_site="cross-site")[0] == 403
