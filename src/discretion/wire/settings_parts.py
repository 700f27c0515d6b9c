"""The parts of the settings file that may be missing: mail, the guests' pages, backups. See `settings`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

_GATEWAY = r"^(https://[!-~]{1,500}|http://(localhost|127\.0\.0\.1):[0-9]{1,5}/[!-~]{0,300})?$"


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """The mail server that takes notices. `tls` is `tls` from the first byte, `starttls`, or `none` on this machine.

    `sender` is the address that notices come from. `password_file` lies among the secrets; both it and `username` are
    empty where the server asks for none.
    """

    host: Annotated[str, Meta(min_length=1, max_length=200)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    tls: Literal["tls", "starttls", "none"]
    sender: Annotated[str, Meta(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189}$")]
    username: Annotated[str, Meta(max_length=200)]
    password_file: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$")]


class Portal(Struct, frozen=True, forbid_unknown_fields=True):
    """The guests' own pages. `leave_to` is where leaving quickly leads: any page that tells nothing; empty for our own.

    Codes go to phones by a gateway that takes JSON at `text_gateway` (HTTPS, or this machine), signed with the secret
    in `text_key_file`; both are empty where codes go by mail alone.
    """

    leave_to: Annotated[str, Meta(pattern=r"^(https://[!-~]{1,500})?$")]
    text_gateway: Annotated[str, Meta(pattern=_GATEWAY)]
    text_key_file: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{0,100}$")]


class Backup(Struct, frozen=True, forbid_unknown_fields=True):
    """Where backups go, when, and how long they are kept. `at` is a time of the installation's day; empty: never.

    `keys_directory` is for the parts with the guests' keys, which must not outlive an erasure for long; when it is
    empty they lie beside the data. Days are counted from when a backup was made; the newest part of each is kept.
    """

    directory: Annotated[str, Meta(min_length=1, max_length=1000)]
    keys_directory: Annotated[str, Meta(max_length=1000)]
    at: Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")]
    keep_data_days: Annotated[int, Meta(ge=1, le=3650)]
    keep_keys_days: Annotated[int, Meta(ge=1, le=365)]
