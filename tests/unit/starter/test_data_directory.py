"""The data directory: closed, whole, and held by one start at a time."""

from __future__ import annotations

import base64
import errno
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from discretion.starter import data_directory
from discretion.starter.errors import StarterError
from discretion.starter.log_file import LogFile
from discretion.wire.settings import Property, Settings, load

HARBOUR = Property("01" * 16, "harbour", "海港酒店", "Harbour", "Asia/Shanghai", "attested")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    new = data_directory.NewSettings(name="海港酒店", time_zone="Asia/Shanghai", properties=(HARBOUR,))
    return data_directory.make(tmp_path / "d", new)


def test_every_secret_is_random_and_closed_to_others(settings: Settings) -> None:
    lines = [path.read_text() for path in sorted(settings.secrets.iterdir())]
    assert len(lines) == len(set(lines)) == 7
    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(settings.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(settings.path.stat().st_mode) == 0o600
    assert len(base64.b64decode(settings.root_key_file.read_text())) == 32
    data_directory.check_secrets(settings)
    assert load(settings.path) == settings


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [(None, 0, "root_key_missing"), (b"x" * 44, 0o600, "root_key_bad"), (base64.b64encode(b"short"), 0o600, "root_key_bad"),
     (base64.b64encode(bytes(32)), 0o644, "root_key_open"), (b"", 0o600, "root_key_bad")],
)
def test_a_root_key_that_cannot_be_right_is_told(settings: Settings, content: bytes | None, mode: int, code: str) -> None:
    settings.root_key_file.unlink()
    if content is not None:
        settings.root_key_file.write_bytes(content)
        settings.root_key_file.chmod(mode)
    with pytest.raises(StarterError) as caught:
        data_directory.check_secrets(settings)
    assert caught.value.code == code


def test_a_directory_is_held_once_and_let_go_by_a_killed_holder(settings: Settings) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom discretion.starter.data_directory import hold\n"
        "with hold(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert data_directory.is_held(settings.directory)
        with pytest.raises(StarterError) as caught, data_directory.hold(settings.directory):
            pass
        assert caught.value.code == "already_running"
        holder.kill()
    assert not data_directory.is_held(settings.directory)


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"), (errno.EROFS, "directory_unwritable"), (errno.EACCES, "directory_unwritable")],
)
def test_what_a_disk_says_becomes_a_code(number: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(StarterError) as caught, data_directory.told(tmp_path):
        raise OSError(number, "said the disk")
    assert caught.value.code == code


def test_a_really_full_device_is_told() -> None:
    with pytest.raises(StarterError) as caught, data_directory.told(Path("/dev/full")):
        Path("/dev/full").write_text("x")
    assert caught.value.code == "disk_full"


def test_a_log_stays_small_and_a_full_disk_loses_only_lines(tmp_path: Path) -> None:
    path = tmp_path / "house.log"
    log = LogFile(path)
    for _ in range(12):
        log.write(b"x" * 5_000_000 + b"\n")
    kept = sorted(each.name for each in tmp_path.iterdir())
    assert kept == ["house.log.1", "house.log.2", "house.log.3", "house.log.4"]
    LogFile(Path("/dev/full")).write(b"lost\n")
