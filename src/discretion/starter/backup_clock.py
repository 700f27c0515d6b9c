"""The nightly backup: when one is due, and the command that makes it, run as a program of its own beside the others.

Rules:
* Due is what the settings' time of day asks for and no backup since has given, so a night that was slept through is
  made up for at the next start. What failed is tried again after an hour.
* The command is the operator's own (`discretion backup create --prune`): what the night does, anybody can do by hand.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from discretion.starter.backups import kept, places
from discretion.starter.cluster import ends_with_us

if TYPE_CHECKING:
    from discretion.wire.settings import Settings

_LOOK_SECONDS = 60.0
_AGAIN_SECONDS = 3600.0
_log = logging.getLogger("discretion.starter.backup")


def is_due(settings: Settings, now: datetime) -> bool:
    """Return whether a backup is wanted now. Errors: `OSError` when the directory cannot be read."""
    if settings.backup is None or not settings.backup.at or settings.installation.demo:
        return False
    local = now.astimezone(ZoneInfo(settings.installation.time_zone))
    wanted = datetime.combine(local.date(), time.fromisoformat(settings.backup.at), local.tzinfo)
    if wanted > local:
        wanted -= timedelta(days=1)
    made = kept(places(settings).data, "data")
    # Before the first one, the age of the root key is the age of the installation.
    last = made[0].at if made else datetime.fromtimestamp(settings.root_key_file.stat().st_mtime, UTC)
    return last < wanted


async def keep_backups(settings: Settings) -> None:
    """Make each backup that is due, until cancelled."""
    while True:
        pause = _LOOK_SECONDS
        with suppress(OSError):
            if is_due(settings, datetime.now(UTC)) and not await _run(settings):
                pause = _AGAIN_SECONDS
        await asyncio.sleep(pause)


async def _run(settings: Settings) -> bool:
    """Run the command to its end; return whether it made a backup. What it says is in `backup.log`."""
    with (settings.log / "backup.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "discretion", "--settings", str(settings.path), "--json", "--no-input",
            "backup", "create", "--prune",
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            start_new_session=True, preexec_fn=ends_with_us(signal.SIGTERM),
        )
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    level = logging.INFO if status == 0 else logging.ERROR
    _log.log(level, "backup", extra={"fields": {"status": status}})
    return status == 0
