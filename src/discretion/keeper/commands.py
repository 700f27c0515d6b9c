"""The operator's commands of the keeper: found a property, invite a person, verify a ledger, check a policy.

Rules:
* Nothing secret is an argument. Standard output carries the result, as JSON lines.
* Each says what it changed in the ledger's terms; creating a ledger is explicit and happens once.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from discretion.keeper.rescan import Verdict, rescan
from discretion.keeper.start import StartError, check_database, keys_of, memory_of, root_key_of
from discretion.keeper.store.database import Database, LostRaceError, Uid
from discretion.keeper.store.memory import Memory
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import new_secret, secret_hash
from discretion.keeper.vault.keyring import Keyring, found_property
from discretion.ledger.checkpoint import Signer
from discretion.ledger.tree import EMPTY_ROOT, Frontier
from discretion.policy.load import PolicyError, load_policy

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from discretion.wire.settings import Settings

_RECORDS, _PEOPLE, _POLICY = queries("records.sql"), queries("people.sql"), queries("policy.sql")


def check_policy(path: Path | None) -> int:
    """Print what must be mended in a policy file, one JSON line each; without a file, the policy of this version."""
    source = path or files("discretion.policy").joinpath("policy.toml")
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


def _named(settings: Settings, given: argparse.Namespace) -> tuple[bytes, str]:
    for each in settings.properties:
        if given.property in (each.id, each.code):
            return each.property_id, each.code
    raise StartError("property_unknown")


async def found(settings: Settings, given: argparse.Namespace) -> int:
    """Make a property's keys and its empty ledger: once, explicitly."""
    property_id, code = _named(settings, given)
    root_key = root_key_of(settings)
    database = Database(settings.conninfo("keeper"))
    await check_database(database)
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
        Memory.begin(settings.signer_memory_file(property_id), Frontier.empty(), is_new=True)
    await database.close()
    print(json.dumps({"origin": signer.verifier.name, "vkey": signer.verifier.vkey}))
    return 0


async def invite(settings: Settings, given: argparse.Namespace) -> int:
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


async def add_signer(settings: Settings, given: argparse.Namespace) -> int:
    """Let a key sign releases of the policy, for somebody who holds the role; without a key, each passkey they have.

    Only whoever runs the keeper can.
    """
    property_id, _ = _named(settings, given)
    database = Database(settings.conninfo("keeper"))
    whose = {"number": given.staff_number, "role": given.role}
    if given.key:
        rows = await _signer(database, "add_signer", property_id, given.key, **whose)
    else:
        party = {"rp_id": settings.house.rp_id, "origin": settings.house.origin}
        rows = await database.rows(_POLICY["add_passkeys"], {"p": Uid(property_id), **whose, **party})
    await database.close()
    if not rows:
        raise StartError("signer_unknown")
    print(json.dumps({"staff_id": rows[0][0].hex()}))
    return 0


async def end_signer(settings: Settings, given: argparse.Namespace) -> int:
    """Take a key's right to sign. What it signed before stays signed."""
    property_id, _ = _named(settings, given)
    database = Database(settings.conninfo("keeper"))
    ((ended,),) = await _signer(database, "end_signer", property_id, given.key)
    await database.close()
    if not ended:
        raise StartError("signer_unknown")
    return 0


async def _signer(
    database: Database, query: str, property_id: bytes, key: str, **params: str,
) -> list[tuple[Any, ...]]:
    try:
        public_key = bytes.fromhex(key)
        return await database.rows(_POLICY[query], {"p": Uid(property_id), "public_key": public_key, **params})
    except (ValueError, LostRaceError) as error:  # no key, or one that is somebody's already
        raise StartError("signer_taken" if isinstance(error, LostRaceError) else "signer_key") from error


async def verify(settings: Settings, given: argparse.Namespace) -> int:
    """Rescan one ledger, printing progress and then the verdict as JSON lines. Exit 3 when something disagrees."""
    property_id, _ = _named(settings, given)
    root_key = root_key_of(settings)
    database = Database(settings.conninfo("keeper"))
    rows = {row[0]: row for row in await database.rows(_RECORDS["properties"], {})}
    if property_id not in rows:
        raise StartError("property_not_founded")
    keyring, signer = keys_of(rows[property_id], root_key)
    memory = memory_of(settings, property_id)  # before the entries are read: they are at least as many
    started = time.monotonic()
    verdict = await rescan(database, keyring, signer.verifier, _print_progress, signed=[memory.frontier.head()])
    if not verdict.problem and signer.verifier.vkey != rows[property_id][4]:  # never the key that the database names
        verdict = replace(verdict, problem="signature", index=verdict.size)
    if not verdict.problem and not memory.opened <= memory.allowed <= verdict.allowed + verdict.erased:
        verdict = replace(verdict, problem="opened", index=verdict.size)
    print(json.dumps(_verdict_line(verdict, memory.opened, time.monotonic() - started)))
    await database.close()
    return 3 if verdict.problem else 0


def _print_progress(done: int, size: int) -> None:
    print(json.dumps({"done": done, "of": size}), flush=True)


def _verdict_line(verdict: Verdict, opened: int, seconds: float) -> dict[str, object]:
    return {
        "size": verdict.size,
        "root": verdict.root.hex(),
        "openings": verdict.openings,
        "erased": verdict.erased,
        "checkpoints": verdict.checkpoints,
        "allowed": verdict.allowed,
        "opened": opened,
        "problem": verdict.problem,
        "index": verdict.index,
        "seconds": round(seconds, 3),
    }


COMMANDS = {
    "add-signer": add_signer, "end-signer": end_signer, "found": found, "invite": invite, "verify": verify,
}
