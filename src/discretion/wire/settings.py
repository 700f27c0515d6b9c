"""The settings of an installation: one TOML file that every program reads once at its start.

Rules:
* An unknown key, a missing key or a value out of bounds stops the start; there are no silent defaults.
* Secrets are not in it: they stand in files of their own, beside it, which only their program's account may read.
* Plain HTTP is served on loopback only.
* `demo = true` counts only beside the marker file that the demo command leaves; no other command writes either.

Relative paths are relative to the directory of the file: that is the *data directory*, and it can be moved whole.

Not checked here: whether files, servers and sockets named here exist; see the starter and `discretion doctor`.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from discretion.wire.settings_parts import Backup, Mail, Portal  # noqa: TC001 - msgspec reads the annotations

FILE_NAME: Final = "discretion.toml"
DEMO_MARKER: Final = "demo-only"
SETTINGS_SIZE_BYTES_MAX: Final = 262_144
_SECRET_SIZE_BYTES_MAX: Final = 1024
# A Unix socket's whole path fits 107 bytes on Linux, 103 on macOS; PostgreSQL appends "/.s.PGSQL.5432".
SOCKET_DIRECTORY_SIZE_BYTES_MAX: Final = 85

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PathText = Annotated[str, Meta(max_length=1000)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Program = Literal["keeper", "office", "worker", "auditor"]


class SettingsError(Exception):
    """The settings cannot be used: `code` says why, `key` where, `found` what stood there."""

    def __init__(self, code: str, *, key: str = "", found: str = "") -> None:
        self.code = code
        self.params = {"key": key, "found": found[:200]}
        super().__init__(f"{code}: {key} {found[:200]}".rstrip(": "))


class Installation(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of it: `name` as people say it, the languages of its pages (the first is the usual one).

    `secrets` and `log` are directories.
    """

    name: Text
    time_zone: Text
    languages: Annotated[tuple[Literal["zh_Hans", "en"], ...], Meta(min_length=1, max_length=2)]
    demo: bool
    secrets: PathText
    log: PathText


class Database(Struct, frozen=True, forbid_unknown_fields=True):
    """Where PostgreSQL is. `host` with a slash is a socket's directory, otherwise a host name or address.

    `administrator` sets up roles and schema; its password is in `superuser.password`. Across the network TLS is
    verified, against `tls_root_cert` or, when that is empty, the system's authorities.
    """

    embedded: bool
    host: Annotated[str, Meta(min_length=1, max_length=1000)]
    port: Port
    name: Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
    administrator: Text
    tls_root_cert: PathText


class Keeper(Struct, frozen=True, forbid_unknown_fields=True):
    """`socket` for the house; `upkeep_socket` for the operator and the worker, in a directory only they can enter.

    `policy` is a file, or empty for the policy that came with this version: what decides until a release of a property
    is in force. `memory` is the directory in which the signer remembers what it signed last: never put back together
    with the database. A release that is no tightening comes into force `policy_notice_hours` after its proposal.
    """

    socket: Annotated[str, Meta(min_length=1, max_length=1000)]
    upkeep_socket: Annotated[str, Meta(min_length=1, max_length=1000)]
    policy: PathText
    memory: Annotated[str, Meta(min_length=1, max_length=1000)]
    policy_notice_hours: Annotated[int, Meta(ge=0, le=720)]


class House(Struct, frozen=True, forbid_unknown_fields=True):
    """Where pages are served. `origin` is what browsers show, and what passkeys are bound to with `rp_id`.

    `behind_proxy` trusts a reverse proxy on this machine to speak HTTPS for `origin`.
    """

    host: Text
    port: Port
    origin: Text
    rp_id: Text
    tls_cert: PathText
    tls_key: PathText
    behind_proxy: bool


class Worker(Struct, frozen=True, forbid_unknown_fields=True):
    """How many jobs run at once."""

    jobs_at_once: Annotated[int, Meta(ge=1, le=10)]


class Witnesses(Struct, frozen=True, forbid_unknown_fields=True):
    """Who outside cosigns the ledgers' checkpoints. `policy` is a tlog-policy file (witness, group, quorum), or empty.

    Entries that no quorum has seen for `alarm_after_seconds` are an alarm; after `close_after_seconds`, unless that is
    0, nothing more is opened until one has.
    """

    policy: PathText
    alarm_after_seconds: Annotated[int, Meta(ge=1, le=86_400)]
    close_after_seconds: Annotated[int, Meta(ge=0, le=604_800)]


class Property(Struct, frozen=True, forbid_unknown_fields=True):
    """One hotel. `presence` says how it is known that staff are there: door controller, badge at the desk, attested.

    `networks` are those its own machines are in, as `10.20.0.0/16`; it may be missing: then it is not asked where
    somebody works from.
    """

    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
    code: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name_zh: Text
    name_en: Text
    time_zone: Text
    presence: Literal["door", "badge_desk", "attested"]
    networks: Annotated[tuple[Text, ...], Meta(max_length=32)] = ()

    @property
    def property_id(self) -> bytes:
        """The id as 16 bytes."""
        return bytes.fromhex(self.id)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    installation: Installation
    database: Database
    keeper: Keeper
    house: House
    worker: Worker
    witnesses: Witnesses
    property: Annotated[tuple[Property, ...], Meta(min_length=1, max_length=1000)]
    mail: Mail | None = None  # may be missing: then notices stand in the console alone
    portal: Portal | None = None  # may be missing: then codes go by mail alone
    backup: Backup | None = None  # may be missing: then backups are made when somebody makes one


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says, and where it is."""

    path: Path
    installation: Installation
    database: Database
    keeper: Keeper
    house: House
    worker: Worker
    witnesses: Witnesses
    properties: tuple[Property, ...]
    mail: Mail | None = None
    portal: Portal | None = None
    backup: Backup | None = None

    @property
    def directory(self) -> Path:
        """The data directory."""
        return self.path.parent

    @property
    def secrets(self) -> Path:
        """The directory of the secrets."""
        return self.directory / self.installation.secrets

    @property
    def log(self) -> Path:
        """The directory of the logs."""
        return self.directory / self.installation.log

    @property
    def root_key_file(self) -> Path:
        """The file of the root key: 32 bytes as one line of base64."""
        return self.secrets / "root.key"

    @property
    def backup_key_file(self) -> Path:
        """The file of the key that backups are sealed under: 32 bytes as one line of base64. Not the root key."""
        return self.secrets / "backup.key"

    def signer_memory_file(self, property_id: bytes) -> Path:
        """The file in which a property's signer remembers the last head it signed."""
        return self.directory / self.keeper.memory / f"{property_id.hex()}.memory"

    def policy_memory_file(self, property_id: bytes) -> Path:
        """The file in which the keeper remembers the release of the policy in force last; none before the first."""
        return self.directory / self.keeper.memory / f"{property_id.hex()}.policy"

    def erased_file(self, property_id: bytes) -> Path:
        """The list of whom a property has erased: applied again to a database that has forgotten it."""
        return self.signer_memory_file(property_id).with_suffix(".erased")

    def seen_directory(self, property_id: bytes) -> Path:
        """The directory of a property's checkpoints that witnesses brought back before the start: notes we signed."""
        return self.directory / self.keeper.memory / f"{property_id.hex()}.seen"

    def stopped_file(self, property_id: bytes) -> Path:
        """The file that says why a property's ledger was stopped, with the evidence; none while all is well."""
        return self.directory / self.keeper.memory / f"{property_id.hex()}.stopped"

    @property
    def keeper_socket(self) -> Path:
        """The keeper's socket for the house."""
        return self._socket(self.keeper.socket)

    @property
    def upkeep_socket(self) -> Path:
        """The keeper's socket for the operator and the worker."""
        return self._socket(self.keeper.upkeep_socket)

    @property
    def database_host(self) -> str:
        """The database's host, or the directory of its socket."""
        if "/" not in self.database.host:
            return self.database.host
        return str(self._socket(f"{self.database.host.rstrip('/')}/s").parent)

    def password_file(self, program: Program) -> Path:
        """The file with the password of a program's database role."""
        return self.secrets / f"{program}.password"

    def conninfo(self, program: Program) -> str:
        """Return how `program` reaches the database, its password included: never to be logged.

        Errors: `SettingsError` `secret_missing`, `secret_open`, `secret_bad`.
        """
        return self.conninfo_as(f"discretion_{program}", read_secret(self.password_file(program)))

    def conninfo_as(self, role: str, password: str, *, database: str | None = None) -> str:
        """Return how `role` reaches `database`, ours unless another is named. Never to be logged."""
        host = self.database_host
        parts = {
            "host": host, "port": str(self.database.port), "dbname": database or self.database.name, "user": role,
            "password": password, "application_name": role, "connect_timeout": "10",
            "sslmode": "disable" if "/" in host or is_loopback(host) else "verify-full",
        }
        if parts["sslmode"] == "verify-full":
            root = self.database.tls_root_cert
            parts["sslrootcert"] = str(self.directory / root) if root else "system"
        return " ".join(f"{key}='{_quoted(value)}'" for key, value in parts.items())

    def _socket(self, name: str) -> Path:
        """Return a socket's path; one too long for the machine moves to a short directory with a fixed name."""
        path = self.directory / name
        if len(os.fsencode(path.parent)) <= SOCKET_DIRECTORY_SIZE_BYTES_MAX:
            return path
        digest = hashlib.sha256(os.fsencode(path.parent)).hexdigest()[:24]
        return Path("/tmp") / f"discretion-{digest}" / path.name  # noqa: S108 - its owner and mode are checked by who makes it


def load(path: Path) -> Settings:
    """Return the settings of a file.

    Errors: `SettingsError` with `settings_missing`, `settings_unreadable`, `settings_size`, `settings_toml` (not TOML),
    `settings_value` (a key unknown, missing or out of bounds), `settings_time_zone`, `settings_plain_http`,
    `settings_origin`, `settings_tls`, `settings_rp_id`, `settings_demo`, `settings_twice`, `settings_plain_mail`,
    `settings_network`.
    """
    path = path.resolve()
    try:
        with path.open("rb") as file:
            raw = file.read(SETTINGS_SIZE_BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise SettingsError("settings_missing", found=str(path)) from error
    except OSError as error:
        raise SettingsError("settings_unreadable", found=str(path)) from error
    if len(raw) > SETTINGS_SIZE_BYTES_MAX:
        raise SettingsError("settings_size", found=str(path))
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Settings:
    """Return the settings in `raw`, as if they stood at the absolute `path`. Errors: as `load`."""
    try:
        found = msgspec.toml.decode(raw, type=_File)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise SettingsError("settings_value", key=where.strip("`$.") or "discretion.toml", found=what) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError("settings_toml", found=str(error)) from error
    _check_zones(found)
    _check_house(found.house)
    _check_properties(found.property)
    if found.mail and found.mail.tls == "none" and not is_loopback(found.mail.host):
        raise SettingsError("settings_plain_mail", key="mail.tls", found="none")
    if found.installation.demo and not (path.parent / DEMO_MARKER).is_file():
        raise SettingsError("settings_demo", key="installation.demo", found="true")
    return Settings(
        path, found.installation, found.database, found.keeper, found.house, found.worker, found.witnesses,
        found.property, found.mail, found.portal, found.backup,
    )


def read_secret(path: Path) -> str:
    """Return the one line of a secret's file.

    Errors: `SettingsError` `secret_missing`, `secret_open` (others may read it), `secret_bad` (empty, long, two lines).
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            raw = file.read(_SECRET_SIZE_BYTES_MAX + 1)
    except OSError as error:
        raise SettingsError("secret_missing", key=path.name, found=str(path)) from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise SettingsError("secret_open", key=path.name, found=str(path))
    try:
        line = raw.decode("ascii").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise SettingsError("secret_bad", key=path.name, found=str(path)) from error
    if not line or len(raw) > _SECRET_SIZE_BYTES_MAX or not line.isprintable():
        raise SettingsError("secret_bad", key=path.name, found=str(path))
    return line


def _check_zones(found: _File) -> None:
    zones = [("installation.time_zone", found.installation.time_zone)]
    zones += [(f"property[{place}].time_zone", each.time_zone) for place, each in enumerate(found.property)]
    for key, name in zones:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingsError("settings_time_zone", key=key, found=name) from error


def _check_house(house: House) -> None:
    origin = urlsplit(house.origin)
    host = origin.hostname or ""
    if origin.scheme not in {"http", "https"} or not host or house.origin != f"{origin.scheme}://{origin.netloc}":
        raise SettingsError("settings_origin", key="house.origin", found=house.origin)
    if bool(house.tls_cert) != bool(house.tls_key):
        raise SettingsError("settings_tls", key="house.tls_key" if house.tls_cert else "house.tls_cert")
    if not house.tls_cert and not is_loopback(house.host):
        raise SettingsError("settings_plain_http", key="house.host", found=house.host)
    if origin.scheme == "http" and (house.tls_cert or house.behind_proxy or not is_loopback(host)):
        raise SettingsError("settings_origin", key="house.origin", found=house.origin)
    if origin.scheme == "https" and not house.tls_cert and not house.behind_proxy:
        raise SettingsError("settings_tls", key="house.tls_cert")
    if host != house.rp_id and not host.endswith(f".{house.rp_id}"):
        raise SettingsError("settings_rp_id", key="house.rp_id", found=house.rp_id)


def _check_properties(properties: tuple[Property, ...]) -> None:
    for key in ("id", "code"):
        values = [getattr(each, key) for each in properties]
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise SettingsError("settings_twice", key=f"property.{key}", found=min(twice))
    for each in properties:
        networks_of(each.networks)


@functools.cache
def networks_of(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Return the networks that a hotel names. Errors: `SettingsError` `settings_network`."""
    try:
        return tuple(map(ipaddress.ip_network, texts))
    except ValueError as error:
        raise SettingsError("settings_network", key="property.networks", found=str(error)) from error


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
