"""The register of personal data: which columns hold or point to something about a guest, and what erasure does to each.

Rules:
* Every column is a guest's, or under a written reason why it is not: there is no default.
* The register is data: the copy for a guest, the erasure and its test all read the same lines.

Left to others: reading the file (whoever calls), the real schema (`tests/migrations/test_data_register.py`).
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from discretion.hotel.purpose import FIELD_GROUPS

FILE = "data_register.toml"
"""The file's name beside this module."""

Found = Literal[
    "guest_id", "guest_ids", "target_id", "subject_id", "stay", "reservation", "case", "request", "merge", "key_id",
    "change",
]
"""How the rows about one guest are found; the file's head says each."""
FOUND: tuple[str, ...] = get_args(Found)
_EXEMPTION = "not about guests: "


class What(StrEnum):
    """What a column holds."""

    CODE = "code"
    CONTACT = "contact"
    FREE_TEXT = "free_text"
    KEY = "key"
    PSEUDONYMOUS = "pseudonymous"
    SEALED = "sealed"


class Erase(StrEnum):
    """What the erasure of a whole record does to a column."""

    DELETE = "delete"
    KEEP = "keep"
    SCRUB = "scrub"
    SEVER = "sever"
    UNREADABLE = "unreadable"


class RegisterError(ValueError):
    """The register's file is not a register; the sentence says where and why."""


class Column(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One column about guests. `group` is empty where only the erasure of the whole record takes it."""

    column: str
    what: What
    erase: Erase
    group: str = ""
    copy: bool = False


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table. Without `found` the whole of it is exempt, and `because` says why."""

    because: str
    found: Found | None = None
    guest: tuple[Column, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that stand in the register, those of guests and the others."""
        return frozenset((*(each.column for each in self.guest), *self.others))


Register = dict[str, Table]
"""Tables by name with their schema, such as `hotel.guest`."""


def parse_register(raw: bytes) -> Register:
    """Return the register of a file's bytes. Errors: `RegisterError`."""
    try:
        register = msgspec.convert(tomllib.loads(raw.decode()), Register)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RegisterError(str(error)) from error
    for name, table in register.items():
        said = [*(each.column for each in table.guest), *table.others]
        if not table.because.startswith(_EXEMPTION) or len(table.because) < len(_EXEMPTION) + 4:
            raise RegisterError(f'{name}: write why, as `because = "{_EXEMPTION}…"`')
        if (table.found is None) is not (not said) or (table.found is not None and not table.guest):
            raise RegisterError(f"{name}: columns need `found`, and `found` needs columns about guests")
        if len(said) != len(set(said)):
            raise RegisterError(f"{name}: a column stands here twice")
        if any(each.group not in ("", *FIELD_GROUPS) for each in table.guest):
            raise RegisterError(f"{name}: no such field group")
    return register
