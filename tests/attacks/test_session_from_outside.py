"""Mallory uses a clerk's sign-in from home while the clerk's badge says "in", and dresses the address up: presence ends, and guest records close."""

from __future__ import annotations

import ipaddress
import itertools
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest

from discretion.faces.kit.network import is_inside
from discretion.wire import lookup
from discretion.wire.settings import SettingsError, load
from tests.cast import Player, new_id
from tests.controllers import last_of
from tests.houses import RunningHouse, opened_house
from tests.stages import FirstStage

PRESENCE = 'presence = "attested"'
_numbers = itertools.count()


def asked_from(house: RunningHouse, player: Player, path: str, *, forwarded: str | None = None, body: Any = None) -> httpx.Response:
    """Ask for a page, or with a body the API, as the browser of somebody would; `forwarded` is what X-Forwarded-For says."""
    settings = house.stage.settings
    ticket = urlsafe_b64encode(player.ticket).decode()
    name = "__Host-ticket" if settings.house.origin.startswith("https") else "ticket"
    headers = {"host": settings.house.origin.partition("//")[2], "cookie": f"{name}={ticket}", "authorization": f"Bearer {ticket}"}
    if forwarded is not None:
        headers["x-forwarded-for"] = forwarded
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.house.port}", headers=headers) as client:
        return client.get(path) if body is None else client.post(path, json=body)


def look(house: RunningHouse, player: Player) -> Any:
    return player.look_up(house.stage.dora, clear=1)


def notices(house: RunningHouse, player: Player) -> int:
    found = house.stage.superuser.execute(
        "select count(*) from hotel.notice where kind = 'session_outside' and to_role = 'security' and subject_id = %s", (player.staff_id.hex(),),
    ).fetchone()
    assert found is not None
    return int(found[0])


@pytest.fixture(scope="module")
def elsewhere(first_stage: FirstStage, run_directory: Path):
    """A house whose hotels have networks that this machine is not in."""
    with opened_house(first_stage, run_directory / f"n{next(_numbers)}", {PRESENCE: f'{PRESENCE}\nnetworks = ["10.20.0.0/16", "2001:db8::/48"]'}) as house:
        yield house


@pytest.fixture(scope="module")
def proxied(first_stage: FirstStage, run_directory: Path):
    """The same behind a proxy on this machine."""
    changes = {
        PRESENCE: f'{PRESENCE}\nnetworks = ["10.20.0.0/16", "2001:db8::/48"]', "behind_proxy = false": "behind_proxy = true",
        'origin = "http://': 'origin = "https://',
    }
    with opened_house(first_stage, run_directory / f"n{next(_numbers)}", changes) as house:
        yield house


def test_a_page_from_outside_ends_presence_and_security_is_told_once(elsewhere: RunningHouse) -> None:
    mina = elsewhere.stage.hire("Mina", "front_desk")
    assert isinstance(look(elsewhere, mina), lookup.Disclosure)
    for _ in range(2):
        assert asked_from(elsewhere, mina, "/desk", forwarded="10.20.3.4").status_code == 200, "without a proxy no header is read"
        assert last_of(elsewhere.stage, mina) == ("out", "outside")
    assert isinstance(look(elsewhere, mina), lookup.Refusal)
    assert notices(elsewhere, mina) == 1
    elsewhere.stage.present(mina, attested_by=elsewhere.stage.ben.staff_id)
    assert isinstance(look(elsewhere, mina), lookup.Disclosure)


def test_the_api_from_outside_shows_nothing_the_first_time_already(elsewhere: RunningHouse) -> None:
    mina = elsewhere.stage.hire("Mona", "front_desk")
    asked = {"guest_id": elsewhere.stage.dora.guest_id.hex(), "purpose": "check_in", "clear": ["identity"], "request_id": new_id().hex()}
    answer = asked_from(elsewhere, mina, "/api/v1/asks", body=asked)
    assert answer.status_code == 200, answer.text
    assert elsewhere.stage.dora.surname not in answer.text
    assert answer.json()["outcome"] == "refusal"
    assert last_of(elsewhere.stage, mina) == ("out", "outside")


@pytest.mark.parametrize(("forwarded", "is_in"), [
    ("10.20.3.4", True), ("203.0.113.9, 10.20.3.4", True), ("2001:db8::7", True), ("::ffff:10.20.3.4", True),
    ("10.20.3.4, 203.0.113.9", False), ("10.21.0.1", False), ("", False), (None, False), ("10.20.3.4,", False), ("10.20.3.4 extra", False), ("127.0.0.1", False),
])
def test_behind_a_proxy_only_its_own_word_counts(proxied: RunningHouse, forwarded: str | None, is_in: bool) -> None:
    mina = proxied.stage.hire("Mina", "front_desk")
    assert asked_from(proxied, mina, "/desk", forwarded=forwarded).status_code == 200
    assert last_of(proxied.stage, mina) == (("in", "attested") if is_in else ("out", "outside"))
    assert isinstance(look(proxied, mina), lookup.Disclosure if is_in else lookup.Refusal)


def test_a_hotel_that_names_no_network_is_asked_for_none(house: RunningHouse) -> None:
    mina = house.stage.hire("Mina", "front_desk")
    assert asked_from(house, mina, "/desk").status_code == 200
    assert last_of(house.stage, mina) == ("in", "attested")


@pytest.mark.parametrize("line", ['networks = ["10.20.0.1/16"]', 'networks = ["everywhere"]', "networks = [10]", 'networks = "10.0.0.0/8"', 'networks = [""]'])
def test_a_network_that_is_none_is_refused_at_the_start(house: RunningHouse, tmp_path: Path, line: str) -> None:
    copy = tmp_path / "discretion.toml"
    copy.write_text(house.stage.settings.path.read_text("utf-8").replace(PRESENCE, f"{PRESENCE}\n{line}", 1), "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(copy)
    assert refused.value.code in {"settings_network", "settings_value"}


def test_no_text_is_inside_by_accident() -> None:
    networks = [ipaddress.ip_network("10.20.0.0/16")]
    for text in ("", " ", "unknown", "_hidden", "10.20", "0x0a140001", "10.20.0.1:443", "[::1]", "10.20.0.0/16"):
        assert not is_inside(text, networks)
