"""From one installation to another with a PostgreSQL of its own: made by night, restored by the printed commands, served."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from discretion.starter import backups
from discretion.wire.settings import load
from tests.journeys.installation import discretion, free_port, init_words, items, page, serving


@pytest.mark.slow
def test_a_backup_made_by_night_is_restored_and_served(run_directory: Path) -> None:
    first, other, kept = run_directory / "first", run_directory / "second", run_directory / "kept-secrets"
    done = discretion("--lang", "en", *init_words(first, free_port()))
    assert done.returncode == 0, done.stderr
    settings = load(first / "discretion.toml")
    long_ago = time.time() - 3 * 86_400
    os.utime(settings.root_key_file, (long_ago, long_ago))  # founded some days ago, so last night's backup is due
    with serving(first) as served:
        made = waited(first)
        doctor = discretion("--lang", "en", "doctor", "--data", str(first))
        assert "[ok] Backup  the last one is 0 hours old" in doctor.stdout
        assert served.end() == 0
    assert made.header.part == "data"
    (first / "secrets").rename(kept)
    secrets = ("--secrets", str(kept), "--confirm", "海港酒店")
    where = ("--from", str(first / "backups"))
    restored = discretion("--lang", "en", "backup", "restore", *where, *secrets, "--into", str(other), "--no-input", "--json")
    assert restored.returncode == 0, restored.stderr
    assert "No list of erasures from the lost machine is given" in restored.stderr
    refused = discretion("--lang", "en", "serve", "--data", str(other))
    assert "[signer_memory_missing]" in refused.stderr, "nothing is served before the signer is told"
    for line in without_export(restored.stdout):
        assert discretion("--lang", "en", *line.split()[1:], "--yes").returncode == 0
    with serving(other):
        status, text = page(f"{load(other / 'discretion.toml').house.origin}/sign-in")
        assert (status, "<html" in text) == (200, True)
        assert discretion("ledger", "verify", "--data", str(other)).returncode == 0
        found = {each["check"]: each["level"] for each in items(discretion("doctor", "--data", str(other), "--json"))}
        assert found["secrets"] == found["schema"] == found["keeper"] == "ok"


def without_export(printed: str) -> list[str]:
    """Return the printed commands for somebody who has no export of the ledger."""
    told = json.loads(printed)
    assert told["rows"] > 0
    assert told["next"][-2].startswith("discretion serve") and told["next"][-1].startswith("discretion ledger verify")
    return [str(line) for line in told["without_export"]]


def waited(directory: Path) -> backups.Kept:
    """Return the nightly backup as soon as it has its name; the log says why there is none."""
    import select

    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := backups.kept(directory / "backups", "data"):
            return found[0]
        select.select([], [], [], 0.2)
    raise AssertionError((directory / "log" / "backup.log").read_text())
