"""Whoever is locked wants out again: by the office's own way, by a statement of the house's role, by a page."""

from __future__ import annotations

import psycopg
import pytest

from tests.cast import Stage, new_id


def test_the_database_lets_nobody_release_or_rewrite_what_holds_them(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "security")
    lock = stage.lock("staff", mallory.staff_id)
    for statement, value in (
        ("update hotel.lock set released_at = now(), released_by = %s where lock_id = %s", mallory.staff_id.hex()),
        ("update hotel.lock set target_id = %s where lock_id = %s", new_id().hex()),
        ("update hotel.lock set until_at = now() where by_id <> %s and lock_id = %s", mallory.staff_id.hex()),
        ("update hotel.lock set reason = %s where lock_id = %s", "nothing"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.office.execute(statement, (value, lock.hex()))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute("delete from hotel.lock where lock_id = %s", (lock.hex(),))
    stage.office.execute("update hotel.lock set released_at = now(), released_by = %s where lock_id = %s", (stage.ben.staff_id.hex(), lock.hex()))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.office.execute("update hotel.lock set released_at = null, released_by = null where lock_id = %s", (lock.hex(),))
