"""Commands of the ledger as an auditor runs them."""

from __future__ import annotations

import json
from typing import Any

from tests.cast import Stage
from tests.journeys.installation import discretion


def run(stage: Stage, *words: str) -> tuple[int, dict[str, Any], str]:
    """Run a command of the ledger; return its exit code, its document, and what it said."""
    done = discretion("--lang", "en", "--json", "--settings", str(stage.settings.path), "ledger", *words)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr
