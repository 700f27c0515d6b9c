"""A root key that is missing, open to others, damaged or another installation's: the keeper says which, and touches nothing."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cast import Stage
from tests.stages import FirstStage, copied_stage


@pytest.fixture(scope="module")
def stopped(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "keyless", is_started=False) as made:
        yield made


@pytest.fixture
def key_file(stopped: Stage) -> Iterator[Path]:
    """The root key's file, put back afterwards."""
    path = stopped.settings.root_key_file
    right = path.read_bytes()
    yield path
    path.write_bytes(right)
    path.chmod(0o600)


def missing(path: Path) -> None:
    path.unlink()


def another(path: Path) -> None:
    path.write_bytes(base64.b64encode(os.urandom(32)))


def one_bit_of_another(path: Path) -> None:
    raw = bytearray(base64.b64decode(path.read_bytes()))
    raw[7] ^= 1
    path.write_bytes(base64.b64encode(raw))


def opened(path: Path) -> None:
    path.chmod(0o640)


def short(path: Path) -> None:
    path.write_bytes(base64.b64encode(bytes(31)))


def no_base64(path: Path) -> None:
    path.write_bytes("钥匙".encode())


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(("damage", "code"), [
    (missing, "root_key_missing"), (another, "root_key_wrong"), (one_bit_of_another, "root_key_wrong"), (opened, "root_key_open"),
    (short, "root_key_bad"), (no_base64, "root_key_bad"), (empty, "root_key_bad"),
])
def test_it_does_not_start_and_says_why(stopped: Stage, key_file: Path, damage: Callable[[Path], None], code: str) -> None:
    before = _everything(stopped)
    damage(key_file)
    assert stopped.start() == f"failed {code}"
    assert stopped.keeper.process is not None
    assert stopped.keeper.process.wait(10) == 1
    done = stopped.keeper.command("verify", "--property", stopped.ada.property_id.hex())
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, code)
    assert _everything(stopped) == before


def test_with_the_right_key_it_starts_again(stopped: Stage) -> None:
    assert stopped.start() == "ready"
    assert stopped.verify()[0] == 0
    assert stopped.keeper.stop() == 0


def test_what_is_founded_is_not_founded_again(stopped: Stage) -> None:
    before = _everything(stopped)
    done = stopped.keeper.command("found", "--property", stopped.ada.property_id.hex())
    assert (done.returncode, done.stderr.splitlines()[-1]) == (6, "founded_already")
    assert _everything(stopped) == before


def _everything(stage: Stage) -> list[tuple[object, ...]]:
    return stage.superuser.execute(
        "select 'head', property_id, size, root from ledger.head union all select name, property_id, 0, wrapped from keys.property_key order by 1, 2",
    ).fetchall()
