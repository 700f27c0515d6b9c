"""Ledgers that are closed and succeeded in tests, by the operator's command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.installation import discretion

if TYPE_CHECKING:
    from tests.cast import Stage


def recovered(stage: Stage, *words: str) -> tuple[int, str]:
    """Run `ledger recover`; return its exit code and what it said."""
    done = discretion(
        "--lang", "en", "--settings", str(stage.settings.path), "ledger", "recover", "--property", "harbour", "--yes", *words,
    )
    return done.returncode, done.stdout + done.stderr


def key_of(stage: Stage) -> str:
    """Return the line that names the ledger in use and its key."""
    done = discretion("--lang", "en", "--settings", str(stage.settings.path), "ledger", "key", "--property", "harbour")
    assert done.returncode == 0, done.stderr
    return done.stdout


def close_ledger(stage: Stage) -> None:
    """Close Harbour's ledger; a successor is served when this returns."""
    assert stage.keeper.stop() == 0
    code, said = recovered(stage, "--close", "--because", "a drill")
    assert code == 0, said
    stage.restart()
