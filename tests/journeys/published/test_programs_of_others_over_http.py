"""Tools of others read a running house with a reader's key: tessera's fsck as a bearer, curl with a password. `make interop`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.journeys.ledger.programs import fsck_of, go_program, needed
from tests.windows import Opened

pytestmark = pytest.mark.interop


@pytest.fixture(scope="session")
def fsck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return go_program("tessera", "github.com/transparency-dev/tessera/cmd/fsck", tmp_path_factory.mktemp("go"))


def test_tessera_finds_the_ledger_of_a_running_house_whole(opened: Opened, ledger_key: Path, fsck: Path) -> None:
    is_whole, said = fsck_of(fsck, opened.address, ledger_key, f"--bearer_token={opened.key}")
    assert is_whole, said


def test_tessera_gets_nothing_without_a_readers_key(opened: Opened, ledger_key: Path, fsck: Path) -> None:
    is_whole, said = fsck_of(fsck, opened.address, ledger_key, f"--bearer_token={'A' * 43}")
    assert not is_whole
    assert "401" in said or "nauthor" in said, said


def test_curl_reads_with_the_key_as_a_password_from_a_file(opened: Opened, tmp_path: Path) -> None:
    curl = needed("curl", "curl")
    (tmp_path / "curl.conf").write_text(f'user = "auditor:{opened.key}"\n')
    done = subprocess.run(
        [curl, "--silent", "--fail", "--noproxy", "*", "-K", str(tmp_path / "curl.conf"), f"{opened.address}/checkpoint"],
        check=True, capture_output=True, timeout=20,
    )
    assert done.stdout == opened.get("checkpoint").body
