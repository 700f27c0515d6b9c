"""`discretion ledger explain`: all entries of one guest with proofs, for the privacy officer who answers."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from discretion.faces.cli.at_property import ask_keeper, ask_office, chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.words import marked, translator
from discretion.office.staff import staff_list
from discretion.wire.upkeep import Explained, ExplainGuest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.faces.cli.terminal import Terminal
    from discretion.wire.settings import Property, Settings
    from discretion.wire.upkeep import ExplainedEntry

_ID_SIZE_BYTES = 16
_PARTS = ("guest", "staff", "context")
_SALT_SIZE_BYTES = 32


@click.command(help=marked(
    "List every entry of one guest: who looked, when, for what, and what was shown. The asking becomes an entry of the "
    "guest itself. With --out: a statement with the openings, and for each entry a proof that any verifier takes. Exit "
    "code 3 when an entry is missing. Discretion must run."
))
@click.option("--guest", required=True, metavar="ID",
              help=marked("The guest's id: 32 digits, as in the address of the record."))
@click.option("--before", type=click.IntRange(min=2), help=marked("Only entries before this number."))
@click.option("--out", "directory", type=click.Path(path_type=Path), help=marked("A new directory for the files."))
@property_option
@click.pass_obj
def explain(terminal: Terminal, /, *, guest: str, code: str, before: int | None, directory: Path | None) -> Exit:
    """Explain one guest's entries."""
    settings = checked(terminal)
    hotel = chosen_property(terminal, code)
    if directory is not None and directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Trouble("export_not_empty", path=directory)
    found = _asked(settings, hotel, _id(guest), before)
    names = {each.staff_id: f"{each.name} {each.number}" for each in ask_office(
        terminal, lambda office: staff_list(office, hotel.property_id),
    )}
    rows = [_row(terminal, item, hotel, names) for item in found.items]
    if directory is not None:
        _write(directory, hotel, guest, found)
    terminal.show(rows)
    present = {item.seq for item in found.items}
    missing = [seq for seq in range(found.first_seq, min(found.last_seq, (before or found.last_seq + 1) - 1) + 1)
               if seq not in present]
    if missing or not found.is_complete:
        terminal.say(terminal.words(
            "Not complete: the guest's entries number %(missing)s are missing from the ledger.",
            missing=", ".join(map(str, missing)) or f"> {found.last_seq}",
        ))
        return Exit.PROBLEM
    terminal.say(terminal.words(
        "Complete: entries %(first)s to %(last)s of this guest. This asking is entry %(entry)s.",
        first=found.first_seq, last=found.last_seq, entry=f"{found.entry:,}",
    ))
    return Exit.OK


def _id(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != _ID_SIZE_BYTES:
        raise Trouble("guest_id_bad")
    return raw


def _asked(settings: Settings, hotel: Property, guest_id: bytes, before: int | None) -> Explained:
    message = ExplainGuest(
        property_id=hotel.property_id, request_id=os.urandom(16), guest_id=guest_id, by="operator",
        **({"before_seq": before} if before else {}),
    )
    answer = ask_keeper(settings, message)
    if not isinstance(answer, Explained):
        code = getattr(answer, "code", "")
        raise Trouble("guest_unknown" if code == "not_found" else "keeper_refused", reason=code)
    return answer


def _row(
    terminal: Terminal, item: ExplainedEntry, hotel: Property, names: Mapping[bytes, str],
) -> dict[str, object]:
    """Return what one entry says, in words."""
    words, line = translator(terminal.language, "ui"), item.line
    at = datetime.fromtimestamp(line.at, UTC).astimezone(ZoneInfo(hotel.time_zone)) if line.at else None
    who = names.get(line.staff_id, line.staff_id.hex())
    return {
        "nr": item.seq, "entry": f"{item.closed}/{line.index}" if item.closed else line.index,
        "at": f"{at:%Y-%m-%d %H:%M}" if at else "",
        "who": f"{who} ({noun(words, 'role', line.duty)})" if line.staff_id else "",
        "what": noun(words, "action", line.action) if line.action else terminal.words("lost"),
        "purpose": noun(words, "purpose", line.purpose) if line.purpose else "",
        "shown": group_words(words, line.given[0] | line.given[1]),
        "decision": noun(words, "decision", line.decision) if line.decision else "",
    }


def _write(directory: Path, hotel: Property, guest: str, found: Explained) -> None:
    """Write the statement, and each entry's proof beside it. Errors: `OSError`."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = []
    for item in found.items:
        name = f"{item.seq:06d}"
        if item.proof:
            (directory / f"{name}.tlog-proof").write_text(item.proof, "utf-8")
        (directory / f"{name}.entry").write_bytes(item.leaf)
        entries.append({
            "number": item.seq, **({"closed": item.closed} if item.closed else {}), "index": item.line.index,
            "leaf": item.leaf.hex(),
            "parts": {
                part: {"salt": plain[:_SALT_SIZE_BYTES].hex(), "text": plain[_SALT_SIZE_BYTES:].decode()}
                for part, plain in zip(_PARTS, item.parts, strict=True) if plain
            },
        })
    statement = {
        "format": "discretion/statement/v1", "property": hotel.code, "guest": guest, "vkey": found.vkey,
        "first": found.first_seq, "last": found.last_seq, "complete": found.is_complete, "entries": entries,
    }
    (directory / "statement.json").write_text(json.dumps(statement, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (directory / "log.vkey").write_text(f"{found.vkey}\n", "ascii")
    for number, vkey in found.closed_vkeys.items():
        (directory / f"closed-{number}.vkey").write_text(f"{vkey}\n", "ascii")
