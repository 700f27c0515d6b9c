"""A second start, a killed program, a wrong key: one sentence or none, nothing lost, and a restart just works."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.wire.settings import load
from tests.journeys.installation import discretion, free_port, gone, init_words, serving

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def installed(run_directory: Path) -> Path:
    directory = run_directory / "faulty"
    done = discretion(*init_words(directory, free_port()))
    assert done.returncode == 0, done.stderr
    return directory


def one_sentence(stderr: str) -> str:
    """Return the one line that tells what is wrong; progress may stand before it."""
    lines = [line for line in stderr.splitlines() if line and not line.startswith(" ")]
    assert "Traceback" not in stderr
    return lines[-1]


@pytest.mark.parametrize(("language", "is_chinese"), [("zh", True), ("en", False)])
def test_a_second_start_is_refused_in_one_sentence_and_the_first_goes_on(
    installed: Path, language: str, is_chinese: bool,
) -> None:
    with serving(installed) as served:
        before = served.pids()
        second = discretion("--lang", language, "serve", "--data", str(installed))
        assert second.returncode == 6
        assert "already_running" in one_sentence(second.stderr)
        assert bool(CHINESE.search(second.stderr)) is is_chinese
        assert served.pids() == before
        assert served.process.poll() is None


@pytest.mark.parametrize("name", ["keeper", "house", "worker", "postgres"])
def test_a_killed_program_is_started_again(installed: Path, name: str) -> None:
    with serving(installed) as served:
        before = served.pids()
        os.kill(before[name], signal.SIGKILL)
        served.until(f"“{name}” runs again")
        after = served.pids()
        assert after[name] != before[name]
        assert {each: after[each] for each in after if each != name} == {each: before[each] for each in before if each != name}
        assert served.end() == 0


def test_a_killed_starter_takes_everything_along_and_a_restart_just_works(installed: Path) -> None:
    with serving(installed) as served:
        pids = list(served.pids().values())
        served.process.kill()
        served.process.wait()
        with serving(installed) as again:
            assert gone(pids)
            assert again.end() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "root_key_missing"), (base64.b64encode(b"another key of 32 bytes, really!"), "root_key_wrong"), (b"junk", "root_key_bad")],
)
def test_a_missing_or_wrong_root_key_is_told_and_putting_it_back_mends_it(
    installed: Path, content: bytes | None, code: str, language: str,
) -> None:
    key = installed / "secrets" / "root.key"
    right = key.read_bytes()
    key.unlink()
    try:
        if content is not None:
            key.write_bytes(content)
            key.chmod(0o600)
        done = discretion("--lang", language, "serve", "--data", str(installed))
        assert done.returncode == 1
        assert f"[{code}]" in one_sentence(done.stderr)
        assert bool(CHINESE.search(one_sentence(done.stderr))) is (language == "zh")
    finally:
        key.write_bytes(right)
        key.chmod(0o600)
    with serving(installed) as served:
        assert served.end() == 0


@pytest.mark.parametrize("program", ["keeper", "house", "worker"])
def test_a_program_alone_says_that_the_database_is_away(installed: Path, program: str) -> None:
    done = discretion("--lang", "en", program, "--data", str(installed))
    assert done.returncode == 7
    assert "database_away" in one_sentence(done.stderr)


def test_an_address_that_is_taken_is_told(installed: Path) -> None:
    port = load(installed / "discretion.toml").house.port
    with socket.create_server(("127.0.0.1", port)):
        done = discretion("--lang", "en", "serve", "--data", str(installed))
    assert done.returncode == 6
    assert "Another program listens" in one_sentence(done.stderr)


def test_a_start_that_fails_leaves_no_process_behind(installed: Path) -> None:
    policy = installed / "discretion.toml"
    right = policy.read_text()
    policy.write_text(right.replace('policy = ""', 'policy = "nowhere.toml"', 1))
    try:
        done = discretion("--lang", "en", "serve", "--data", str(installed))
    finally:
        policy.write_text(right)
    assert done.returncode == 4
    assert "policy_missing" in one_sentence(done.stderr)
    assert not (installed / "postgres" / "postmaster.pid").exists()
    assert not (installed / "run" / "status.json").exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [('host = "127.0.0.1"', 'host = "0.0.0.0"', "settings_plain_http"), ("[worker]", "[wroker]", "settings_value"),
     ("demo = false", "demo = true", "settings_demo")],
)
def test_settings_that_cannot_be_served_stop_the_start(installed: Path, old: str, new: str, code: str) -> None:
    path = installed / "discretion.toml"
    right = path.read_text()
    path.write_text(right.replace(old, new, 1))
    try:
        done = discretion("--lang", "en", "serve", "--data", str(installed))
    finally:
        path.write_text(right)
    assert done.returncode == 1
    assert code in one_sentence(done.stderr)


@pytest.fixture
def small_disk(run_directory: Path) -> Iterator[Path]:
    """A disk of 220 MB, where the machine lets us mount one."""
    directory = run_directory / f"small-{os.urandom(3).hex()}"
    directory.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=220m,mode=755", "none", str(directory)], check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("a small disk needs the right to mount one")
    yield directory
    subprocess.run(["umount", str(directory)], check=True)


def test_a_full_disk_is_told_and_nothing_is_lost(small_disk: Path) -> None:
    directory = small_disk / "d"
    done = discretion(*init_words(directory, free_port()))
    assert done.returncode == 0, done.stderr
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(b"\0" * (shutil.disk_usage(small_disk).free - 1_000_000))
    for language, words in (("zh", "磁盘已满"), ("en", "The disk is full")):
        full = discretion("--lang", language, "serve", "--data", str(directory))
        assert full.returncode == 1
        assert words in one_sentence(full.stderr)
    filler.unlink()
    with serving(directory) as served:
        assert served.end() == 0


def test_an_init_on_a_full_disk_leaves_nothing(small_disk: Path) -> None:
    with (small_disk / "filler").open("wb") as file:
        file.write(b"\0" * (shutil.disk_usage(small_disk).free - 5_000_000))
    done = discretion("--lang", "en", *init_words(small_disk / "d", free_port()))
    assert done.returncode == 1
    assert "disk_full" in one_sentence(done.stderr)
    assert not (small_disk / "d").exists()
