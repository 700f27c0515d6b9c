"""`discretion ledger`: what anybody responsible can check of the ledger."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.ledger_explain import explain
from discretion.faces.cli.ledger_files import export_, prove
from discretion.faces.cli.ledger_readers import reader
from discretion.faces.cli.ledger_recover import recover
from discretion.faces.cli.ledger_verify import Brought, verify_received
from discretion.faces.cli.ledger_witnesses import key, witnesses
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.starter import programs
from discretion.starter.database import running_database
from discretion.starter.errors import StarterError

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.wire.settings import Property, Settings

_PATH = click.Path(path_type=Path)
# What a rescan may find, in words; the index says where.
PROBLEMS = {
    "missing": marked("Entry %(index)s is missing."),
    "leaf": marked("Entry %(index)s was changed: its leaf does not have its hash."),
    "opening": marked("Entry %(index)s was changed: its opening is not the one its leaf commits to."),
    "key": marked("The opening of entry %(index)s cannot be read: its key is missing."),
    "head": marked("The head does not follow from the entries: first difference at %(index)s."),
    "checkpoint": marked("The signed checkpoint at %(index)s says another root than the entries."),
    "signature": marked("The checkpoint at %(index)s is not signed by the ledger's key."),
    "tile": marked("The tile kept over entry %(index)s and those after it is not what the entries make."),
    "opened": marked("More was opened than the entries allow. The keeper's log says when. Stop the keeper."),
    "behind_signed": marked(
        "The ledger ends at %(index)s, before what its signer has signed. See: discretion ledger recover --help"
    ),
    "signed": marked("At %(index)s the ledger has another root than its signer has signed: somebody has rewritten it."),
    "behind_checkpoint": marked("The ledger ends at %(index)s, before a checkpoint that was signed."),
}


@click.group(help=marked("Check the ledger."))
def ledger() -> None:
    """Hold the subcommands."""


ledger.add_command(export_)
ledger.add_command(prove)
ledger.add_command(reader)
ledger.add_command(explain)
ledger.add_command(recover)
ledger.add_command(key)
ledger.add_command(witnesses)


@ledger.command(
    help=marked(
        "Read every entry again and say whether head, leaves, openings, tiles and signatures agree. Exit code 3 if "
        "not. With a PATH: check a directory that was exported, the address where a ledger is published, or one proof, "
        "needing nothing else of ours."
    )
)
@click.argument("path", required=False)
@click.option("--property", "code", help=marked("The hotel's code; all hotels otherwise."))
@click.option("--key", type=_PATH, help=marked("With PATH: the file with the log's key."))
@click.option("--policy", type=_PATH,
              help=marked("With PATH: a tlog-policy file: the keys of log and witnesses, and who must have seen it."))
@click.option("--entry", type=_PATH,
              help=marked("With a proof as PATH: the file with the entry; NAME.entry beside it otherwise."))
@click.option("--old-checkpoint", "old", type=_PATH,
              help=marked("With PATH: a checkpoint kept from before, with which the log must still begin."))
@click.option("--reader-key-file", "reader_key", type=_PATH,
              help=marked("With an address as PATH: the file with the reader's key; - reads it from standard input."))
@click.pass_obj
def verify(
    terminal: Terminal, /, *, path: str | None, code: str | None, key: Path | None, policy: Path | None,
    entry: Path | None, old: Path | None, reader_key: Path | None,
) -> Exit:
    """Verify the ledgers of one hotel or of all, or what was written of one."""
    if path is not None:
        return verify_received(terminal, path, Brought(
            key=key, policy=policy, entry=entry, old_checkpoint=old, reader_key=reader_key,
        ))
    settings = checked(terminal)
    chosen = [each for each in settings.properties if code in (None, each.code)]
    if not chosen:
        raise Trouble("property_unknown", property=code)
    with running_database(settings):
        found = asyncio.run(_verified(terminal, settings, chosen))
    terminal.show(found, "\n".join(_sentence(terminal, each) for each in found))
    return Exit.PROBLEM if any(each["problem"] for each in found) else Exit.OK


async def _verified(terminal: Terminal, settings: Settings, chosen: list[Property]) -> list[dict[str, object]]:
    """Return the verdicts, one hotel after the other."""
    return [await _verify_one(terminal, settings, each) for each in chosen]


async def _verify_one(terminal: Terminal, settings: Settings, hotel: Property) -> dict[str, object]:
    name = hotel.name_en if terminal.language == "en" else hotel.name_zh
    process = await asyncio.create_subprocess_exec(
        *programs.keeper_command("verify", settings), "--property", hotel.id,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )
    verdict: dict[str, object] = {}
    with terminal.progress(terminal.words("Verifying the ledger of %(name)s", name=name)) as told:
        reader = cast("asyncio.StreamReader", process.stdout)
        async for raw in reader:
            line = json.loads(raw)
            if "done" in line:
                told(line["done"])
            else:
                verdict = line
    _, said = await process.communicate()
    if process.returncode not in (Exit.OK, Exit.PROBLEM) or not verdict:
        # The keeper's last word is the code of what stopped it.
        code = (said.decode(errors="replace").split() or ["program_failed"])[-1]
        raise StarterError(code, program="keeper", log="stderr")
    return {"property": hotel.code, **verdict}


def _sentence(terminal: Terminal, verdict: dict[str, object]) -> str:
    words = terminal.words
    if verdict["problem"]:
        return words(PROBLEMS[str(verdict["problem"])], index=verdict["index"]) + f"  [{verdict['property']}]"
    fingerprint = " ".join(str(verdict["root"])[at:at + 4] for at in range(0, 16, 4))
    return words(
        "%(property)s: the ledger is whole. %(size)s entries, %(openings)s openings, "
        "%(checkpoints)s checkpoints. Fingerprint %(fingerprint)s …",
        property=verdict["property"],
        size=f"{verdict['size']:,}",
        openings=f"{verdict['openings']:,}",
        checkpoints=verdict["checkpoints"],
        fingerprint=fingerprint,
    )
