"""What whoever holds the database's superuser can do to tables that nobody may change, and how to put it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cast import Stage


@contextmanager
def tampered(stage: Stage, table: str, indexes: list[int] | None = None) -> Iterator[None]:
    """Disable a table's triggers and keep a copy of it (or of some entries); afterwards put all of it back.

    Without `indexes` the whole table is put back, rows added or deleted meanwhile included.
    """
    root = stage.superuser
    copy = "before_" + table.replace(".", "_")
    where = "" if indexes is None else f" where idx = any (array[{','.join(map(str, indexes))}]::bigint[])"
    triggers = [name for (name,) in root.execute(
        "select format('%%I', tgname) from pg_trigger where tgrelid = %s::regclass and not tgisinternal", (table,),
    ).fetchall()]
    root.execute(f"alter table {table} disable trigger user")  # type: ignore[arg-type]
    root.execute(f"create temp table {copy} as select * from {table}{where}")  # type: ignore[arg-type]
    try:
        yield
    finally:
        with root.transaction():
            root.execute(f"delete from {table}{where}")  # type: ignore[arg-type]
            root.execute(f"insert into {table} select * from {copy}")  # type: ignore[arg-type]
        root.execute(f"drop table {copy}")  # type: ignore[arg-type]
        for trigger in triggers:
            root.execute(f"alter table {table} enable always trigger {trigger}")  # type: ignore[arg-type]
