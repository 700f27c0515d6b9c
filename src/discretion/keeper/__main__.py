"""The keeper, as a program: `serve`, and the operator's commands `found`, `invite`, `verify` and `check-policy`.

Rules:
* The root key and the database password come from files that only this account may read; nothing secret is an argument.
* It refuses to serve a ledger whose head, leaves and count disagree, or a database that may lose what it acknowledged.
* Standard output carries the result of a command (JSON lines for `verify`); the log goes to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import gc
import json
import logging
import os
import signal
import stat
import sys
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discretion.hotel.purpose import Purpose
from discretion.keeper.answer import Room
from discretion.keeper.door import Desk, Door, Line
from discretion.keeper.people import People
from discretion.keeper.policy.load import PolicyError, load_policy
from discretion.keeper.rescan import Verdict, rescan
from discretion.keeper.rounds import Rounds
from discretion.keeper.store.appends import Appends
from discretion.keeper.store.database import Database, StoreError, Uid
from discretion.keeper.store.reads import Reads
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import RelyingParty, Sessions, new_secret, secret_hash
from discretion.keeper.upkeep import Upkeep, serve_private
from discretion.keeper.vault.keyring import Keyring, RootKeyError, found_property, parse_root_key
from discretion.keeper.vault.unseal import Vault
from discretion.ledger.checkpoint import Signer
from discretion.ledger.tree import EMPTY_ROOT
from discretion.wire.readiness import tell_failed, tell_ready
from discretion.wire.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from discretion.keeper.policy.table import Policy

POSTGRES_VERSION_MIN = 150_000
TOUCH_EVERY_SECONDS = 20.0
_RECORDS, _PEOPLE = queries("records.sql"), queries("people.sql")
_log = logging.getLogger("discretion.keeper")


class StartError(Exception):
    """The keeper cannot serve; `code` is told to the starter, which has the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check-policy").add_argument("--policy", type=Path)
    for name in ("serve", "found", "invite", "verify"):
        command = commands.add_parser(name)
        command.add_argument("--settings", type=Path, required=True)
        if name != "serve":
            command.add_argument("--property", required=True)
    for flag in ("--staff-number", "--name", "--role"):
        commands.choices["invite"].add_argument(flag, required=True)
    given = parser.parse_args(argv)
    if given.command == "check-policy":
        return _check_policy(given.policy)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    run = {"serve": _serve, "found": _found, "invite": _invite, "verify": _verify}[given.command]
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
    return {"database_away": 7, "ledger_disagrees": 3, "founded_already": 6}.get(code, 1)


def _check_policy(path: Path | None) -> int:
    """Print what must be mended in a policy file, one JSON line each; without a file, the policy of this version."""
    source = path or files("discretion.keeper.policy").joinpath("policy.toml")
    try:
        policy = load_policy(source.read_bytes())
    except OSError:
        print("policy_missing", file=sys.stderr)
        return 4
    except PolicyError as error:
        for finding in error.findings:
            print(json.dumps({"where": finding.where, "zh": finding.zh, "en": finding.en}, ensure_ascii=False))
        return 3
    rules = policy.rules
    print(json.dumps({
        "hash": policy.hash.hex(), "guards": len(rules.guards), "caps": len(rules.caps), "views": len(rules.views),
        "per_day": policy.budget.per_day, "masked_per_day": policy.budget.masked_per_day,
    }))
    return 0


def _run(program: Coroutine[Any, Any, int]) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(program)
    return uvloop.run(program)


def _root_key(settings: Settings) -> bytes:
    path = settings.root_key_file
    try:
        found = path.stat()
        raw = path.read_bytes()
    except OSError as error:
        raise StartError("root_key_missing") from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise StartError("root_key_open")
    try:
        return parse_root_key(raw)
    except RootKeyError as error:
        raise StartError("root_key_bad") from error


def _policy(settings: Settings) -> Policy:
    name = settings.keeper.policy
    source = settings.directory / name if name else files("discretion.keeper.policy").joinpath("policy.toml")
    try:
        return load_policy(source.read_bytes())
    except OSError as error:
        raise StartError("policy_missing") from error


async def _check_database(database: Database) -> None:
    ((fsync, full_page_writes, synchronous_commit, version),) = await database.rows(_RECORDS["settings"], {})
    if version < POSTGRES_VERSION_MIN:
        raise StartError("database_version")
    if (fsync, full_page_writes, synchronous_commit) != ("on", "on", "on"):
        raise StartError("database_durability")


async def _rooms(settings: Settings, root_key: bytes, policy: Policy) -> dict[bytes, Room]:
    conninfo = settings.conninfo("keeper")
    reading = Database(conninfo)
    await _check_database(reading)
    # By the purpose's own place, which never changes: a new policy must not read yesterday's counts under another name.
    limited = {str(purpose): number for number, purpose in enumerate(Purpose, 1) if purpose in policy.budget.purposes}
    rooms = {}
    known = {each.property_id for each in settings.properties}
    for property_id, _, _, origin, vkey, names, wrapped in await reading.rows(_RECORDS["properties"], {}):
        if property_id not in known:
            continue
        if origin is None:
            raise StartError("property_not_founded")
        keyring = Keyring(root_key, property_id, dict(zip(names, wrapped, strict=True)))
        signer = Signer(origin, keyring.ledger_seed)
        if signer.verifier.vkey != vkey:
            raise StartError("root_key_wrong")
        verdict = await rescan(reading, keyring, signer.verifier, lambda _done, _size: None, with_openings=False)
        if verdict.problem:
            _log.error("ledger disagrees: %s at %d", verdict.problem, verdict.index)
            raise StartError("ledger_disagrees")
        rooms[property_id] = Room(
            property_id, Reads(Database(conninfo), property_id), Appends(Database(conninfo), property_id), keyring,
            Vault(keyring, signer.verifier), signer, policy, limited,
        )
    await reading.close()
    if len(rooms) != len(known):
        raise StartError("property_not_founded")
    return rooms


async def _serve(settings: Settings, _given: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    rooms = await _rooms(settings, _root_key(settings), _policy(settings))
    conninfo = settings.conninfo("keeper")
    desks = {property_id: Desk(Rounds(room), Database(conninfo)) for property_id, room in rooms.items()}
    party = RelyingParty(settings.house.rp_id, settings.house.origin, settings.installation.name)
    people, sessions = People(Database(conninfo), party), Sessions()
    door = Door(desks, people, sessions, is_demo=settings.installation.demo)
    tasks = [asyncio.create_task(desk.rounds.run()) for desk in desks.values()]
    tasks.append(asyncio.create_task(_touch(people, sessions)))
    for path in (settings.keeper_socket, settings.upkeep_socket):
        path.unlink(missing_ok=True)
    umask = os.umask(0o117)
    server = await loop.create_unix_server(lambda: Line(door), str(settings.keeper_socket), backlog=512)
    os.umask(umask)
    upkeep = await serve_private(Upkeep(desks), str(settings.upkeep_socket))
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
    _log.info("stopped")
    return 0


async def _touch(people: People, sessions: Sessions) -> None:
    while True:
        await asyncio.sleep(TOUCH_EVERY_SECONDS)
        try:
            await people.touch(sessions.take_used())
        except StoreError as error:
            _log.warning("sessions were not touched: %s", type(error).__name__)


def _named(settings: Settings, given: argparse.Namespace) -> tuple[bytes, str]:
    for each in settings.properties:
        if given.property in (each.id, each.code):
            return each.property_id, each.code
    raise StartError("property_unknown")


async def _found(settings: Settings, given: argparse.Namespace) -> int:
    """Make a property's keys and its empty ledger: once, explicitly."""
    property_id, code = _named(settings, given)
    root_key = _root_key(settings)
    database = Database(settings.conninfo("keeper"))
    await _check_database(database)
    rows = {row[0]: row for row in await database.rows(_RECORDS["properties"], {})}
    if property_id not in rows:
        raise StartError("property_unknown")
    if rows[property_id][3] is not None:
        raise StartError("founded_already")
    wrapped = found_property(root_key, property_id)
    keyring = Keyring(root_key, property_id, wrapped)
    host = settings.house.origin.split("://", 1)[1].split(":", 1)[0]
    signer = Signer(f"{host}/ledger/{code}", keyring.ledger_seed)
    async with database.transaction():
        for name, value in wrapped.items():
            await database.rows(_RECORDS["add_property_key"], {"p": Uid(property_id), "name": name, "wrapped": value})
        await database.rows(_RECORDS["add_head"], {
            "p": Uid(property_id), "origin": signer.verifier.name, "vkey": signer.verifier.vkey, "root": EMPTY_ROOT,
        })
    await database.close()
    print(json.dumps({"origin": signer.verifier.name, "vkey": signer.verifier.vkey}))
    return 0


async def _invite(settings: Settings, given: argparse.Namespace) -> int:
    """Print a one-time link's secret for a member of staff; makes the person and the role when they do not exist."""
    property_id, _ = _named(settings, given)
    database = Database(settings.conninfo("keeper"))
    place, secret = Uid(property_id), new_secret(property_id)
    async with database.transaction():
        rows = await database.rows(_PEOPLE["staff_by_number"], {"p": place, "number": given.staff_number})
        staff = Uid(rows[0][0]) if rows else Uid(os.urandom(16))
        if not rows:
            await database.rows(_PEOPLE["add_staff"], {
                "p": place, "staff": staff, "number": given.staff_number, "name": given.name,
            })
            await database.rows(_PEOPLE["add_role"], {"p": place, "staff": staff, "role": given.role})
        await database.rows(_PEOPLE["add_invitation"], {
            "p": place, "invitation": Uid(os.urandom(16)), "secret_hash": secret_hash(secret), "staff": staff,
            "kind": "enrolment", "by": None, "by_duty": "",
        })
    await database.close()
    print(json.dumps({"staff_id": staff.hex(), "secret": base64.urlsafe_b64encode(secret).decode()}))
    return 0


async def _verify(settings: Settings, given: argparse.Namespace) -> int:
    """Rescan one ledger, printing progress and then the verdict as JSON lines. Exit 3 when something disagrees."""
    property_id, _ = _named(settings, given)
    root_key = _root_key(settings)
    database = Database(settings.conninfo("keeper"))
    rows = {row[0]: row for row in await database.rows(_RECORDS["properties"], {})}
    if property_id not in rows or rows[property_id][3] is None:
        raise StartError("property_not_founded")
    _, _, _, origin, vkey, names, wrapped = rows[property_id]
    keyring = Keyring(root_key, property_id, dict(zip(names, wrapped, strict=True)))
    verifier = Signer(origin, keyring.ledger_seed).verifier  # never the key that the database names
    started = time.monotonic()
    verdict = await rescan(database, keyring, verifier, _print_progress)
    if not verdict.problem and verifier.vkey != vkey:
        verdict = replace(verdict, problem="signature", index=verdict.size)
    print(json.dumps(_verdict_line(verdict, time.monotonic() - started)))
    await database.close()
    return 3 if verdict.problem else 0


def _print_progress(done: int, size: int) -> None:
    print(json.dumps({"done": done, "of": size}), flush=True)


def _verdict_line(verdict: Verdict, seconds: float) -> dict[str, object]:
    return {
        "size": verdict.size,
        "root": verdict.root.hex(),
        "openings": verdict.openings,
        "erased": verdict.erased,
        "checkpoints": verdict.checkpoints,
        "problem": verdict.problem,
        "index": verdict.index,
        "seconds": round(seconds, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
