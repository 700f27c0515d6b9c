"""The part `[backup]` of the settings file; see `settings`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


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
