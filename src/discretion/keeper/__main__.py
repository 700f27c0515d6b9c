"""The keeper, as a program: `serve`, and the operator's commands of `commands`.

Rules:
* The root key and the database password come from files that only this account may read; nothing secret is an argument.
* It refuses to serve what `start` refuses.
* Standard output carries the result of a command; the log goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discretion.keeper import commands
from discretion.keeper.desk import Desk
from discretion.keeper.door import Door, Line
from discretion.keeper.guests import Letterbox
from discretion.keeper.people import People
from discretion.keeper.recover import HOW, recover
from discretion.keeper.rounds import Rounds
from discretion.keeper.start import StartError, policy_of, rooms_of, root_key_of
from discretion.keeper.store.database import Database, StoreError
from discretion.keeper.tickets import RelyingParty, Sessions
from discretion.keeper.upkeep import Upkeep, serve_private
from discretion.keeper.vault.keyring import RootKeyError
from discretion.policy.load import PolicyError
from discretion.wire.readiness import tell_failed, tell_ready
from discretion.wire.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

TOUCH_EVERY_SECONDS = 20.0
_log = logging.getLogger("discretion.keeper")


class _JsonLines(logging.Formatter):
    """One JSON object a line. Messages are ours and hold no personal data; of an error only its place is kept."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)), "level": record.levelname.lower(),
            "from": record.name, "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            trace = record.exc_info[2]
            places = []
            while trace is not None:
                places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
                trace = trace.tb_next
            line["error"] = record.exc_info[0].__name__
            line["where"] = places[-6:]
        return json.dumps(line, ensure_ascii=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0 done, 1 failed, 3 a check found a problem, 6 conflict, 7 away."""
    parser = argparse.ArgumentParser(prog="python -m discretion.keeper")
    words = parser.add_subparsers(dest="command", required=True)
    words.add_parser("check-policy").add_argument("--policy", type=Path)
    for name in ("serve", "found", "invite", "verify", "recover", "add-signer", "end-signer"):
        command = words.add_parser(name)
        command.add_argument("--settings", type=Path, required=True)
        if name != "serve":
            command.add_argument("--property", required=True)
    for flag in ("--staff-number", "--name", "--role"):
        words.choices["invite"].add_argument(flag, required=True)
    for flag in ("--staff-number", "--role"):
        words.choices["add-signer"].add_argument(flag, required=True)
    words.choices["add-signer"].add_argument("--key", default="")
    words.choices["end-signer"].add_argument("--key", required=True)
    words.choices["recover"].add_argument("--how", choices=HOW, required=True)
    words.choices["recover"].add_argument("--because", default="")
    given = parser.parse_args(argv)
    if given.command == "check-policy":
        return commands.check_policy(given.policy)
    return _carried_out({**commands.COMMANDS, "recover": recover, "serve": _serve}[given.command], given)


def _carried_out(
    run: Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]], given: argparse.Namespace,
) -> int:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        settings = load(given.settings)
        return _run(run(settings, given))
    except StartError as error:
        code = error.code
    except SettingsError as error:
        code = error.code
    except RootKeyError:
        code = "root_key_wrong"
    except PolicyError:
        code = "policy_refused"
    except StoreError:
        code = "database_away"
    tell_failed(code)
    print(code, file=sys.stderr)
    return {
        "database_away": 7, "ledger_disagrees": 3, "ledger_behind": 3, "ledger_forked": 3, "ledger_stopped": 3,
        "founded_already": 6, "signer_taken": 6, "signer_unknown": 4, "signer_key": 2,
    }.get(code, 1)


def _run(program: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(program)
    return uvloop.run(program)


async def _serve(settings: Settings, _given: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    wanted = asyncio.Event()
    rooms = await rooms_of(settings, root_key_of(settings), policy_of(settings), wanted)
    conninfo = settings.conninfo("keeper")
    desks = {property_id: Desk(Rounds(room), Database(conninfo)) for property_id, room in rooms.items()}
    party = RelyingParty(settings.house.rp_id, settings.house.origin, settings.installation.name)
    people, sessions = People(Database(conninfo), party, is_demo=settings.installation.demo), Sessions()
    letters = Letterbox()
    door = Door(desks, people, sessions, letters, is_demo=settings.installation.demo)
    tasks = [asyncio.create_task(desk.rounds.run()) for desk in desks.values()]
    tasks.append(asyncio.create_task(_touch(people, sessions)))
    for path in (settings.keeper_socket, settings.upkeep_socket):
        path.unlink(missing_ok=True)
    umask = os.umask(0o117)
    server = await loop.create_unix_server(lambda: Line(door), str(settings.keeper_socket), backlog=512)
    os.umask(umask)
    upkeep = await serve_private(Upkeep(desks, wanted, letters), str(settings.upkeep_socket))
    gc.freeze()  # what stands now stands until the end
    gc.set_threshold(50_000, 20, 50)
    _log.info("serving %d properties", len(desks))
    tell_ready()
    await stop.wait()
    server.close()
    upkeep.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(StoreError):
        await people.touch(sessions.take_used())
    for room in rooms.values():
        room.memory.close()
    _log.info("stopped")
    return 0


async def _touch(people: People, sessions: Sessions) -> None:
    while True:
        await asyncio.sleep(TOUCH_EVERY_SECONDS)
        try:
            await people.touch(sessions.take_used())
        except StoreError as error:
            _log.warning("sessions were not touched: %s", type(error).__name__)


if __name__ == "__main__":
    sys.exit(main())
