"""Exit codes: what a script may rely on. Source: the table of `docs/command-line.md`."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    PROBLEM = 3  # a check found one: a broken ledger, a policy violation
    NOT_FOUND = 4
    NOT_ALLOWED = 5
    CONFLICT = 6  # waiting for an approval, or somebody was first
    UNAVAILABLE = 7
    INTERRUPTED = 130
