"""`discretion init`: make a real installation. Asks what no option said; every answer has an option of its own."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.retention_table import preset_table, rules_text
from discretion.faces.cli.terminal import Terminal
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.language import matched
from discretion.faces.kit.words import marked
from discretion.office.retention_presets import packaged, preset_for, preset_of
from discretion.starter import data_directory, doctor, founding
from discretion.wire.settings import FILE_NAME, read_secret

_CODE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Answers:
    name: str
    name_en: str
    code: str
    time_zone: str
    languages: tuple[str, ...]
    directory: Path
    first: founding.FirstAdministrator


@click.command(help=marked(
    "Make an installation: data directory, keys, database, and a one-time link for the first administrator. "
    "Asks what no option says."
))
@click.option("--name", help=marked("The hotel's name."))
@click.option("--name-en", help=marked("The hotel's name in English."))
@click.option("--code", help=marked("A short code for the hotel in commands: a to z, 0 to 9, hyphens."))
@click.option("--time-zone", help=marked("The hotel's time zone, such as Asia/Shanghai."))
@click.option("--languages", help=marked("Languages of the pages, the usual one first: zh,en."))
@click.option("--admin-number", help=marked("Staff number of the first administrator."))
@click.option("--admin-name", help=marked("Name of the first administrator."))
@click.option("--retention-preset", metavar="CODE", type=click.Choice([each.code for each in packaged()]),
              help=marked("Retention rules by country; without it, those of the time zone's country."))
@click.option("--presence", type=click.Choice(["badge_desk", "attested", "door"]), default="attested",
              show_default=True,
              help=marked("How it is known that staff are there: a badge at the desk's reader, "
                          "attested by the duty manager, or the doors."))
@click.option("--origin", default="",
              help=marked("What browsers show, such as https://desk.example.cn. Passkeys are bound to it."))
@click.option("--host", default="127.0.0.1", show_default=True, help=marked("The address the house listens at."))
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True,
              help=marked("The port the house listens at."))
@click.option("--tls-cert", metavar="FILE", type=click.Path(exists=True, dir_okay=False, resolve_path=True),
              help=marked("Certificate file for HTTPS."))
@click.option("--tls-key", metavar="FILE", type=click.Path(exists=True, dir_okay=False, resolve_path=True),
              help=marked("Key file for HTTPS."))
@click.option("--behind-proxy", is_flag=True, help=marked("A reverse proxy on this machine speaks HTTPS."))
@click.option("--database-host", default="",
              help=marked("Use this PostgreSQL 15 or newer instead of the one that comes with it."))
@click.option("--database-port", type=click.IntRange(1, 65535), default=5432, show_default=True,
              help=marked("Its port."))
@click.option("--database-name", default="discretion", show_default=True, help=marked("The database to make there."))
@click.option("--database-administrator", default="postgres", show_default=True,
              help=marked("A role there that may make roles and databases."))
@click.option("--database-password-file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=marked("The file with that role's password, one line, mode 0600."))
@click.option("--database-tls-root-cert", default="",
              help=marked("Certificate authority of that server; otherwise the system's."))
@click.pass_obj
def init(  # noqa: PLR0913 - one parameter an option, by click's way
    terminal: Terminal, /, *, name: str | None, name_en: str | None, code: str | None, time_zone: str | None,
    languages: str | None, admin_number: str | None, admin_name: str | None, retention_preset: str | None,
    presence: str, origin: str, host: str, port: int, tls_cert: str | None, tls_key: str | None, behind_proxy: bool,
    database_host: str, database_port: int, database_name: str, database_administrator: str,
    database_password_file: Path | None, database_tls_root_cert: str,
) -> Exit:
    """Make an installation and print the first administrator's link."""
    answers = _asked(terminal, name, name_en, code, time_zone, languages, admin_number, admin_name)
    preset = retention_preset or _preset(terminal, answers.time_zone)
    hotel = founding.new_property(answers.code, answers.name, answers.name_en, answers.time_zone, presence)
    shown = origin or f"{'https' if tls_cert else 'http'}://localhost:{port}"
    passwords: dict[str, str] = {}
    if database_host:
        if database_password_file is None:
            raise Trouble("input_needed", flag="--database-password-file")
        passwords["superuser"] = read_secret(database_password_file)
    new = data_directory.NewSettings(
        name=answers.name, time_zone=answers.time_zone, properties=(hotel,), languages=answers.languages,
        is_embedded=not database_host, database_host=database_host or "run/postgres", database_port=database_port,
        database_name=database_name, administrator=database_administrator if database_host else "postgres",
        tls_root_cert=database_tls_root_cert, house_host=host, house_port=port, origin=shown,
        rp_id=shown.partition("://")[2].partition(":")[0], tls_cert=tls_cert or "", tls_key=tls_key or "",
        is_behind_proxy=behind_proxy,
    )
    steps = {
        "directory": terminal.words("Making the data directory and its keys"),
        "database": terminal.words("Setting up the database"),
        "schema": terminal.words("Making the tables"),
        "properties": terminal.words("Opening the hotel's ledger"),
    }
    settings, (invitation, *_) = founding.found(
        answers.directory, new, answers.first, lambda step: terminal.say(f"  {steps[step]}"), passwords=passwords,
        preset=preset,
    )
    link = f"{settings.house.origin}/enrol#{invitation.secret}"
    found = doctor.examine(settings)
    worst = max(check.level for check in found)
    option = f" --data {settings.directory}" if settings.directory != Terminal().data else ""
    text = "\n".join((
        terminal.words("%(name)s is set up in %(path)s.", name=answers.name, path=settings.directory),
        terminal.words("Back up %(path)s to a safe place now: without the root key no record opens.",
                       path=settings.secrets),
        "",
        terminal.words("One-time link of the first administrator (%(number)s %(name)s), to open once Discretion runs:",
                       number=answers.first.staff_number, name=answers.first.name),
        f"  {link}",
        "",
        terminal.words("Next:"),
        f"  discretion serve{option}",
        f"  discretion doctor{option}",
        f"  discretion import bookings FILE --dry-run{option}",
    ))
    terminal.show({
        "name": answers.name, "data": str(settings.directory), "settings": str(settings.path),
        "property_id": hotel.id, "code": hotel.code, "link": link, "doctor": worst.name.lower(),
    }, text)
    return Exit.OK


def _asked(
    terminal: Terminal, name: str | None, name_en: str | None, code: str | None, time_zone: str | None,
    languages: str | None, admin_number: str | None, admin_name: str | None,
) -> _Answers:
    ask, words = terminal.ask, terminal.words
    name = name or ask(words("The hotel's name"), "--name")
    if name_en is None:
        name_en = ask(words("Its name in English"), "--name-en", default=name) if terminal.may_ask else name
    time_zone = time_zone or ask(words("Its time zone"), "--time-zone", default=_zone_of_machine())
    languages = languages or ask(words("Languages of the pages, the usual one first"), "--languages", default="zh,en")
    directory = terminal.data
    if terminal.may_ask and not (directory / FILE_NAME).exists():
        directory = Path(ask(words("Where to keep everything"), "--data", default=str(directory)))
    return _Answers(
        name, name_en, code or _code_of(name_en), time_zone, _languages(languages), directory,
        founding.FirstAdministrator(
            admin_number or ask(words("Staff number of the first administrator"), "--admin-number"),
            admin_name or ask(words("Name of the first administrator"), "--admin-name"),
        ),
    )


def _preset(terminal: Terminal, time_zone: str) -> str:
    """Return the preset for a time zone; whoever can answer sees it as a table and may take another."""
    fitting = preset_for(time_zone).code
    if not terminal.may_ask:
        return fitting
    terminal.say(terminal.words(
        marked("Retention, as proposed for this time zone:"),
    ))
    terminal.say(rules_text(terminal, preset_table(terminal, fitting)))
    while True:
        codes = ", ".join(each.code for each in packaged())
        question = terminal.words(marked("Retention rules of which country (%(codes)s)"), codes=codes)
        chosen = terminal.ask(question, "--retention-preset", default=fitting).upper()
        if preset_of(chosen) is not None:
            return chosen


def _languages(text: str) -> tuple[str, ...]:
    found = [matched(part) for part in text.split(",") if part.strip()]
    if not found or None in found:
        raise click.BadParameter(f"{text!r}: zh, en", param_hint="--languages")
    return tuple(dict.fromkeys(each for each in found if each))


def _code_of(name_en: str) -> str:
    plain = unicodedata.normalize("NFKD", name_en).encode("ascii", "ignore").decode().casefold()
    return _CODE.sub("-", plain).strip("-")[:40].strip("-") or "hotel"


def _zone_of_machine() -> str:
    zone = os.environ.get("TZ") or os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return zone if "/" in zone and not zone.startswith(("Etc/", ":", "/")) else "Asia/Shanghai"
