"""A running house whose ledger has more than two tiles and a signed checkpoint, and an outsider with a reader's key."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from discretion.wire import upkeep
from tests.conftest import HARBOUR
from tests.houses import RunningHouse
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now

ENTRIES = 600  # two full tiles and one that is not


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, the names of its headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """The house, a key for Harbour's ledger, and how many entries its newest checkpoint is over."""

    house: RunningHouse
    key: str
    size: int

    @property
    def address(self) -> str:
        """Where the ledger is."""
        return f"{self.house.origin}/ledger/harbour"

    def get(self, path: str, *, method: str = "GET", key: str | None = None, **headers: str) -> Answered:
        """Ask for a path below the ledger's address, or for one from the root, byte for byte as it is written."""
        key = self.key if key is None else key
        sent = {"authorization": f"Bearer {key}"} if key else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(urlsplit(self.house.origin).netloc, timeout=20)
        try:
            connection.request(method, path if path.startswith("/") else f"/ledger/harbour/{path}", headers=sent)
            answered = connection.getresponse()
            return Answered(answered.status, {name.lower(): value for name, value in answered.getheaders()}, answered.read())
        finally:
            connection.close()


def given_key(house: RunningHouse, name: str, code: str = "harbour") -> str:
    """Return a new reader's key, as the operator makes one."""
    ended, told, said = run(house.stage, "reader", "add", name, "--property", code)
    assert ended == 0, said
    return str(told["key"])


@pytest.fixture(scope="session")
def opened(house: RunningHouse) -> Opened:
    """The cast's house with a ledger worth reading."""
    stage = house.stage
    guest, key = stage.guest(), given_key(house, "the tests' reader")
    while size_now(stage) < ENTRIES:
        stage.ada.look_up(guest, clear=1)
    stage.size()  # every captured change is entered
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    return Opened(house, key, signed_size(house))


def signed_size(house: RunningHouse) -> int:
    """Return how many entries the newest checkpoint of Harbour is over."""
    found = house.stage.superuser.execute("select max(size) from ledger.checkpoint where property_id = %s", (HARBOUR.id,)).fetchone()
    assert found is not None
    return int(found[0])


@pytest.fixture(scope="session")
def ledger_key(opened: Opened, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the key of that ledger, as an auditor got it from the hotel."""
    directory = tmp_path_factory.mktemp("auditor") / "log"
    code, _, said = run(opened.house.stage, "export", str(directory), "--property", "harbour")
    assert code == 0, said
    return directory.with_name("log.vkey")
