"""How a program tells the one that started it that it is ready, or why it never will be.

One line on an inherited pipe whose number stands in `DISCRETION_READY_FD`: `ready`, or `failed <code>`. Nothing is
written when nobody asked, so every program can also be started by hand.
"""

from __future__ import annotations

import os
from typing import Final

READY_FD: Final = "DISCRETION_READY_FD"


def tell_ready() -> None:
    """Say that requests are answered from now on. The pipe is closed; later calls say nothing."""
    _tell("ready\n")


def tell_failed(code: str) -> None:
    """Say why this program will end, by a code of lower-case words; its exit status is the caller's business."""
    _tell(f"failed {code}\n")


def _tell(line: str) -> None:
    raw_number = os.environ.pop(READY_FD, "")
    if not raw_number.isdecimal():
        return
    number = int(raw_number)
    try:
        os.write(number, line.encode("ascii"))
        os.close(number)
    except OSError:
        return  # the starter is gone or never listened; the signal at its death says the rest
