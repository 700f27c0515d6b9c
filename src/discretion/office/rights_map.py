"""What the house holds of one guest, found by the register of personal data: how much, and what goes into a copy.

Rules:
* The register is the only list: a table that is in it is counted and copied, one that is not is no guest's.
* One query a table, never one a row. What is sealed is not read here: the keeper opens it, under an entry.
* Words of staff about what happened may be about somebody else as well, so they are counted and not copied: the privacy
  officer reads them and gives what is the guest's.

Left to others: sealed field groups (a look-up, or the guest's own), what is done about each line (`rights_work`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql

from discretion.hotel.data_register import FILE, What, parse_register
from discretion.hotel.purpose import FieldGroup
from discretion.office.rights_kinds import WHOLE
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.hotel.data_register import Register, Table
    from discretion.office.database import Statements

_SCHEMA: Final = "hotel."
_REVIEWED: Final = frozenset({"hotel.access_request", "hotel.case_file", "hotel.emergency"})
_POINTERS: Final = frozenset({"hotel.case_guest", "hotel.find_result", "hotel.notice"})
_OWN: Final = "hotel.rights_"

_SQL: Final = {name: text.decode() for name, text in queries("rights_map.sql").items()}
_WHERE: Final = frozenset(_SQL) - {"count_of", "rows_of", "stays"}  # the register's words for how rows are found


@dataclass(frozen=True, slots=True)
class Held:
    """One kind of what is held: a field group as `group.contact`, a table as `table.stay`, a key, or backups.

    `groups` are the field groups whose erasure takes it: 255 where only the whole record's does.
    """

    what: str
    groups: int
    counted: int


@dataclass(frozen=True, slots=True)
class HeldRows:
    """The rows of one table about one guest, for their copy. `reviewed` counts texts that somebody reads first."""

    table: str
    rows: tuple[Mapping[str, Any], ...]
    reviewed: int


@cache
def register() -> Register:
    """Return the register that comes with the program."""
    return parse_register(files("discretion.hotel").joinpath(FILE).read_bytes())


async def held(now: Statements, property_id: bytes, guest_id: bytes, groups: int = WHOLE) -> tuple[Held, ...]:
    """Return what is held of a guest: the field groups asked about, and, of a whole record, everything else."""
    lines = [Held(f"group.{group.word}", group.bit, 1) for group in FieldGroup if groups & group.bit]
    if groups != WHOLE:
        return tuple(lines)
    found = await now.dicts(_counting(), {"property_id": property_id, "guest_id": guest_id})
    lines += [Held(f"table.{row['what']}", WHOLE, row["counted"]) for row in found if row["counted"]]
    return (*lines, Held("key", WHOLE, 1), Held("backup", WHOLE, 1))


async def rows_of(now: Statements, property_id: bytes, guest_id: bytes) -> tuple[HeldRows, ...]:
    """Return what goes into the guest's copy beside the sealed groups, table by table."""
    found = []
    for name, query in _copying().items():
        rows = await now.dicts(query, {"property_id": property_id, "guest_id": guest_id})
        texts = _texts(name, register()[name])
        found.append(HeldRows(
            name.removeprefix(_SCHEMA),
            tuple({column: value for column, value in row.items() if column not in texts} for row in rows),
            sum(bool(row[column]) for row in rows for column in texts),
        ))
    return tuple(each for each in found if each.rows)


def _is_counted(name: str, table: Table) -> bool:
    return name.startswith(_SCHEMA) and table.found in _WHERE and name not in _POINTERS and not name.startswith(_OWN)


def _texts(name: str, table: Table) -> frozenset[str]:
    """Return the columns of free words that are read by somebody before they are given."""
    if name not in _REVIEWED:
        return frozenset()
    return frozenset(each.column for each in table.guest if each.copy and each.what is What.FREE_TEXT)


@cache
def _counting() -> bytes:
    parts = [
        sql.SQL(_SQL["count_of"]).format(
            what=sql.Literal(name.removeprefix(_SCHEMA)), table=_named(name), found=sql.SQL(_SQL[table.found or ""]),
        )
        for name, table in sorted(register().items()) if _is_counted(name, table)
    ]
    return sql.SQL(" union all ").join(parts).as_string(None).encode()


@cache
def _copying() -> dict[str, bytes]:
    found = {}
    for name, table in sorted(register().items()):
        columns = [sql.Identifier("t", each.column) for each in table.guest if each.copy]
        if columns and table.found in _WHERE and name.startswith(_SCHEMA):
            query = sql.SQL(_SQL["rows_of"]).format(
                columns=sql.SQL(", ").join(columns), table=_named(name), found=sql.SQL(_SQL[table.found]),
            )
            found[name] = query.as_string(None).encode()
    return found


def _named(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))
