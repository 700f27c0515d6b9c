"""`discretion backup`: make, verify, list and prune backups; restore one into a new directory. See docs/backups.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.starter import backup_sealing, backups, data_directory, restoring
from discretion.starter.database import running_database
from discretion.wire.settings import FILE_NAME, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from discretion.faces.cli.terminal import Terminal

_DIRECTORY = click.Path(path_type=Path, file_okay=False)
_TO = click.option(
    "--to", "data", type=_DIRECTORY, help=marked("The directory of backups; otherwise that of the settings."),
)
_KEYS_TO = click.option(
    "--keys-to", "keys", type=_DIRECTORY,
    help=marked("The directory of the key parts; otherwise that of the settings."),
)
_KEY = click.option(
    "--backup-key", type=click.Path(path_type=Path, dir_okay=False),
    help=marked("The file of the backup key; otherwise secrets/backup.key."),
)


@click.group("backup", help=marked(
    "Backups: sealed files from one moment of the database, made while the hotel works. The guests' keys lie apart "
    "and are kept for days only."
))
def backup() -> None:
    """Hold the subcommands."""


@backup.command(help=marked("Make a backup and read it again. The hotel goes on working."))
@_TO
@_KEYS_TO
@click.option("--prune", is_flag=True, help=marked("Then remove those that are older than the settings keep them."))
@click.pass_obj
def create(terminal: Terminal, /, *, data: Path | None, keys: Path | None, prune: bool) -> Exit:
    """Make a backup."""
    settings = checked(terminal)
    if settings.installation.demo:
        raise Trouble("backup_demo")
    where = backups.places(settings, data, keys)
    is_first = not settings.backup_key_file.exists()
    if is_first:
        data_directory.write_secret(settings.backup_key_file, data_directory.new_key())
    key = backup_sealing.read_key(settings.backup_key_file)
    label = terminal.words("Backing up rows")
    with running_database(settings), terminal.progress(label) as so_far:
        made = backups.create(settings, where, key, lambda done, _about: so_far(done))
    gone = backups.prune(settings, where, datetime.now(UTC)) if prune else ()
    words = terminal.words
    text = [
        words("Backup %(backup)s holds %(rows)s rows and was read again.", backup=made.backup, rows=f"{made.rows:,}"),
        *(f"  {each.path}  {_size(each.size_bytes)}" for each in made.parts),
        words("It does NOT hold the root key, nor any other secret: without %(path)s no record of it opens. Keep a "
              "copy of that directory in another place, apart from the backups.", path=settings.secrets),
    ]
    if is_first:
        text.append(words("A backup key was made: %(path)s. Without it no backup opens. Keep it with the root key.",
                          path=settings.backup_key_file))
    terminal.show({
        "backup": made.backup, "at": made.at.isoformat(), "rows": made.rows,
        "files": [str(each.path) for each in made.parts], "bytes": sum(each.size_bytes for each in made.parts),
        "pruned": [str(path) for path in gone],
    }, "\n".join(text))
    return Exit.OK


@backup.command("list", help=marked("List the backups, the newest first."))
@_TO
@_KEYS_TO
@click.pass_obj
def list_(terminal: Terminal, /, *, data: Path | None, keys: Path | None) -> Exit:
    """List the backups of a directory."""
    where = backups.places(checked(terminal), data, keys)
    terminal.show([
        {"id": each.header.backup, "at": each.at.isoformat(), "part": part, "size": _size(each.size_bytes),
         "file": str(each.path)}
        for part in backups.PARTS for each in backups.kept(where.of(part), part)
    ])
    return Exit.OK


@backup.command(help=marked("Remove backups that are older than the settings keep them; never the newest of a kind."))
@_TO
@_KEYS_TO
@click.pass_obj
def prune(terminal: Terminal, /, *, data: Path | None, keys: Path | None) -> Exit:
    """Remove old backups."""
    settings = checked(terminal)
    gone = backups.prune(settings, backups.places(settings, data, keys), datetime.now(UTC))
    terminal.show({"removed": [str(path) for path in gone]}, terminal.count(
        "%(number)d file was removed.", "%(number)d files were removed.", len(gone),
    ))
    return Exit.OK


@backup.command(help=marked(
    "Check a backup: whether all of it opens, every row is there, and the ledger's entries make the recorded root. "
    "Exit 3 when not. Without BACKUP: the newest."
))
@click.argument("name", metavar="[BACKUP]", default="")
@_TO
@_KEYS_TO
@_KEY
@click.pass_obj
def verify(
    terminal: Terminal, /, *, name: str, data: Path | None, keys: Path | None, backup_key: Path | None,
) -> Exit:
    """Check both parts of a backup, or one file."""
    parts: Sequence[backups.Kept] = [_file(Path(name))] if Path(name).is_file() else _named(terminal, name, data, keys)
    key = backup_sealing.read_key(backup_key or checked(terminal).backup_key_file)
    shown, manifest = [], None
    for each in parts:
        with terminal.progress(each.path.name, each.size_bytes) as so_far:
            reader = backups.check(each.path, key, so_far)
        manifest = manifest or restoring.read_manifest(each, key)
        shown.append({"id": each.header.backup, "at": each.at.isoformat(), "part": each.header.part,
                      "rows": reader.rows, "file": str(each.path)})
    words = terminal.words
    text = [words("%(file)s is whole: %(rows)s rows.", file=each["file"], rows=f"{each['rows']:,}") for each in shown]
    text += [
        words("The ledger of %(property)s has %(size)s entries, which make the root %(root)s.",
              property=head.property_id, size=f"{head.size:,}", root=head.root)
        for head in (manifest.heads if manifest and shown[0]["part"] == "data" else ())
    ]
    terminal.show(shown, "\n".join(text))
    return Exit.OK


@backup.command(help=marked(
    "Restore a backup into a new directory, given by --into. It is served only after the ledger's signer was told what "
    "to believe; the commands for that are printed. Whoever was erased since the backup does not come back. "
    "Without BACKUP: the newest."
))
@click.argument("name", metavar="[BACKUP]", default="")
@click.option("--into", required=True, type=_DIRECTORY, help=marked("The new data directory: empty, or not there yet."))
@click.option("--from", "data", required=True, type=_DIRECTORY, help=marked("The directory of the backups."))
@click.option("--keys-from", "keys", type=_DIRECTORY,
              help=marked("The directory of the key parts, when it is another one. The newest of them is used."))
@click.option("--secrets", required=True, type=_DIRECTORY,
              help=marked("Your copy of the secrets: a directory with root.key and backup.key at least."))
@click.option("--erased", multiple=True, type=click.Path(path_type=Path, exists=True),
              help=marked("A list of erasures from the lost machine, or the directory that holds it. May be repeated."))
@click.option("--signer", type=_DIRECTORY,
              help=marked("The signer's directory, when it outlived its machine. Its list of erasures counts as well."))
@click.option("--new-settings", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help=marked("A settings file to use instead of the one in the backup."))
@click.option("--confirm", default="", metavar="NAME",
              help=marked("The hotel's name as the settings have it, instead of typing it."))
@_KEY
@click.pass_obj
def restore(  # noqa: PLR0913 - one parameter an option, by click's way
    terminal: Terminal, /, *, name: str, into: Path, data: Path, keys: Path | None, secrets: Path,
    erased: tuple[Path, ...], signer: Path | None, new_settings: Path | None, confirm: str, backup_key: Path | None,
) -> Exit:
    """Restore a backup into a new directory and say what comes next."""
    words = terminal.words
    key = backup_sealing.read_key(backup_key or secrets / "backup.key")
    chosen = _chosen(backups.kept(data, "data"), name, data)
    sources = restoring.Sources(
        chosen, restoring.newest_keys(chosen, keys or data), key, secrets, erased, signer, new_settings,
    )
    manifest = restoring.read_manifest(chosen, key)
    raw = new_settings.read_bytes() if new_settings else manifest.files[FILE_NAME].encode()
    hotel = parse(raw, into.absolute() / FILE_NAME).installation.name
    terminal.say(words("This is %(hotel)s as it was at %(at)s; the guests' keys are from %(keys_at)s. What happened "
                       "after that is not in it.", hotel=hotel, at=chosen.at.isoformat(),
                       keys_at=sources.keys.at.isoformat()))
    if not erased and signer is None:
        terminal.say(words("No list of erasures from the lost machine is given (--erased or --signer): whoever was "
                           "erased after %(keys_at)s would come back. Look for it first.",
                           keys_at=sources.keys.at.isoformat()))
    typed = confirm or terminal.ask(words("Type the hotel's name to restore it"), "--confirm")
    if typed != hotel:
        raise Trouble("backup_other_name")
    steps = {
        "directory": words("Making the data directory"), "database": words("Setting up the database"),
        "rows": words("Loading the rows"), "schema": words("Bringing the tables up to date"),
    }
    total = chosen.size_bytes + sources.keys.size_bytes
    with terminal.progress(words("Restored bytes"), total) as so_far:
        done = restoring.restore(
            sources, into, lambda step: terminal.say(f"  {steps[step]}"), lambda read, _all: so_far(read),
        )
    _told(terminal, done)
    return Exit.OK


def _told(terminal: Terminal, done: restoring.Restored) -> None:
    words, settings = terminal.words, done.settings
    option = f" --data {settings.directory}"
    text = [
        words("%(rows)s rows are restored in %(path)s. Nothing is served yet.", rows=f"{done.rows:,}",
              path=settings.directory),
        words("Erasures that the next start replays before it serves: %(number)s.", number=f"{done.erased:,}"),
        words("The signer has to be told what is true, for each hotel. EXPORT is a ledger export or a mirror that "
              "holds every signed entry: with it the entries come back that were made after the backup, without their "
              "openings. If there is none, take the command behind # instead: then those entries are lost."),
    ]
    next_, instead = [], []
    for each in settings.properties:
        is_anew = each.id not in done.remembered
        place = f" --property {each.code}{option}"
        next_.append(f"discretion ledger recover --from EXPORT{' --new-memory' if is_anew else ''}{place}")
        instead.append(f"discretion ledger recover {'--new-memory' if is_anew else '--close'}{place}")
    next_ += [f"discretion serve{option}", f"discretion ledger verify{option}"]
    terminal.show({
        "data": str(settings.directory), "backup": done.manifest.backup, "at": done.manifest.at, "rows": done.rows,
        "erased": done.erased, "keys_gone": done.keys_gone, "next": next_, "without_export": instead,
    }, "\n".join((*text, *(f"  {line}" for line in _beside(next_, instead)))))


def _beside(lines: Sequence[str], instead: Sequence[str]) -> Iterator[str]:
    """Yield each command, and behind # what takes its place."""
    for place, line in enumerate(lines):
        yield line
        if place < len(instead):
            yield f"  # {instead[place]}"


def _named(terminal: Terminal, name: str, data: Path | None, keys: Path | None) -> list[backups.Kept]:
    """Return the parts of the backup of this id, or of the newest; a key part that was pruned is missing."""
    where = backups.places(checked(terminal), data, keys)
    chosen = _chosen(backups.kept(where.data, "data"), name, where.data)
    return [chosen, *(each for each in backups.kept(where.keys, "keys") if each.header.backup == chosen.header.backup)]


def _chosen(found: Sequence[backups.Kept], name: str, directory: Path) -> backups.Kept:
    for each in found:
        if not name or each.header.backup.startswith(name) or each.path.name == Path(name).name:
            return each
    raise Trouble("backup_none", path=directory)


def _file(path: Path) -> backups.Kept:
    with path.open("rb") as file:
        return backups.Kept(path, backup_sealing.read_header(file, path), path.stat().st_size)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.1f} MB"
