"""Makes an installation whole: data directory, database, schema, properties, the first administrator's link.

Rules:
* Whole or nothing: the directory carries a mark until the end. What fails removes what it made; what was killed is
  removed by the next try. Serving a directory that carries the mark is refused.
* A directory that holds anything else, or a database that already holds an installation, is left alone.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from discretion.hotel.purpose import Role
from discretion.office import courses, retention
from discretion.office import properties as office_properties
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal
from discretion.office.retention_presets import preset_for, preset_of
from discretion.starter import cluster, data_directory, programs
from discretion.starter.database import prepare_schema, prepare_server
from discretion.starter.errors import StarterError
from discretion.wire.settings import DEMO_MARKER, FILE_NAME, Property, read_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from discretion.starter.data_directory import NewSettings
    from discretion.wire.settings import Settings

_OURS: Final = (FILE_NAME, f"{FILE_NAME}.new", DEMO_MARKER, "secrets", "log", "run", "postgres", "postgres.new",
                "signer")
_NIGHT_AUDIT_AT = time(4)
_WHO_SEES_GUESTS: Final = tuple(role for role in Role if role is not Role.IT_ADMIN)


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """The person who lets everybody else in."""

    staff_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """The secret of a one-time link by which somebody enrols a passkey. Shown once, kept nowhere."""

    property_code: str
    staff_id: str
    secret: str


def new_property(code: str, name_zh: str, name_en: str, time_zone: str, presence: str) -> Property:
    """Return a property under a new random id."""
    return Property(secrets.token_hex(16), code, name_zh, name_en, time_zone, presence)  # type: ignore[arg-type]


def found(
    directory: Path, new: NewSettings, first: FirstAdministrator, say: Callable[[str], None] = lambda _step: None,
    *, passwords: Mapping[str, str] | None = None, preset: str = "",
) -> tuple[Settings, tuple[Invitation, ...]]:
    """Make the installation and return its settings and an invitation of the first administrator for each property.

    Shapes: `say` hears `directory`, `database`, `schema`, `properties`; `passwords` by program, for a database of
    somebody else's (at least `superuser`); `preset` names the retention rules, else the time zone does.
    Errors: `StarterError` `already_installed`, `directory_not_empty`, and those of each step; `SettingsError`.
    """
    directory = directory.resolve()
    say("directory")
    clear_for(directory)
    was_there = directory.exists()
    try:
        with data_directory.told(directory):
            data_directory.make_directory(directory)
            (directory / data_directory.UNFINISHED).touch()
        with data_directory.hold(directory):
            settings = data_directory.make(directory, new, passwords)
            data_directory.check_space(settings)
            with data_directory.told(directory):
                invitations = _fill(settings, first, say, preset)
                (directory / data_directory.UNFINISHED).unlink()
    except BaseException:
        remove(directory, whole=not was_there)
        raise
    return settings, invitations


def lay_out(
    settings: Settings, say: Callable[[str], None] = lambda _step: None, *, is_synced: bool = True, preset: str = "",
) -> cluster.Postgres | None:
    """Make database, schema and properties of fresh settings, and return the server, running, when it is ours.

    Shapes: as `found`; `is_synced` False is for a demo, which may be lost with the machine.
    Errors: `StarterError`; nothing runs then.
    """
    postgres: cluster.Postgres | None = None
    try:
        say("database")
        if settings.database.embedded:
            place = data_directory.place(settings)
            password = read_secret(settings.secrets / "superuser.password")
            cluster.create(place, password, is_synced=is_synced)
            postgres = cluster.Postgres(place)
            postgres.start()
        prepare_server(settings)
        say("schema")
        prepare_schema(settings)
        say("properties")
        asyncio.run(_add_properties(settings, settings.properties, preset))
        for each in settings.properties:
            programs.ask_keeper(settings, "found", "--property", each.id)
    except BaseException:
        if postgres is not None:
            postgres.stop()
        raise
    return postgres


def invite(settings: Settings, property_: Property, first: FirstAdministrator, role: str = "it_admin") -> Invitation:
    """Return an invitation for a person of one property; the person is made when there is none of this number."""
    said = programs.ask_keeper(
        settings, "invite", "--property", property_.id, "--staff-number", first.staff_number, "--name", first.name,
        "--role", role,
    )
    given = json.loads(said)
    return Invitation(property_.code, given["staff_id"], given["secret"])


def _fill(
    settings: Settings, first: FirstAdministrator, say: Callable[[str], None], preset: str,
) -> tuple[Invitation, ...]:
    postgres = lay_out(settings, say, preset=preset)
    try:
        return tuple(invite(settings, each, first) for each in settings.properties)
    finally:
        if postgres is not None:
            postgres.stop()


def found_property(settings: Settings, new: Property) -> None:
    """Return when one more property of the settings has its row, its keys and its ledger; what is there is kept.

    Errors: `StarterError`.
    """
    asyncio.run(_add_properties(settings, (new,)))
    try:
        programs.ask_keeper(settings, "found", "--property", new.id)
    except StarterError as error:
        if error.code != "founded_already":
            raise


async def _add_properties(settings: Settings, wanted: tuple[Property, ...], preset: str = "") -> None:
    async with Office(settings.conninfo("office"), connections_max=1) as office:
        known = {each.property_id for each in await office_properties.properties(office)}
        for each in wanted:
            if each.property_id in known:
                continue
            today = datetime.now(ZoneInfo(each.time_zone)).date()
            done = await office_properties.add_property(office, office_properties.Property(
                each.property_id, each.code, each.name_zh, each.name_en, each.time_zone, today, _NIGHT_AUDIT_AT,
                each.presence, generated=settings.installation.demo,
            ))
            if not isinstance(done, ActRefusal):
                done = await courses.install_course(office, each.property_id, courses.packaged(), _WHO_SEES_GUESTS)
            if not isinstance(done, ActRefusal):
                rules = preset_of(preset) or preset_for(each.time_zone)
                done = await retention.adopt(office, each.property_id, rules)
            if isinstance(done, ActRefusal):
                raise StarterError("property_refused", property=each.code, reason=done.code)


def clear_for(directory: Path) -> None:
    """Return only if an installation may be made here, after removing one that was never finished."""
    with data_directory.told(directory):
        if not directory.exists():
            return
        if (directory / data_directory.UNFINISHED).exists():
            if data_directory.is_held(directory):
                raise StarterError("already_running", path=directory)
            remove(directory, whole=False)
        if (directory / FILE_NAME).exists():
            raise StarterError("already_installed", path=directory)
        if any(directory.iterdir()):
            raise StarterError("directory_not_empty", path=directory)


def remove(directory: Path, *, whole: bool) -> None:
    """Remove what an unfinished installation left, by name; `whole` when the directory itself was ours too.

    The mark itself may name more files, one a line: those that a restore lays down.
    """
    mark = directory / data_directory.UNFINISHED
    named = [name for name in mark.read_text("utf-8").splitlines() if Path(name).name == name] if mark.exists() else []
    for name in (*_OURS, *named, data_directory.UNFINISHED):
        path = directory / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if whole and directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
