"""A paper is frozen: a later step makes a new one."""

from discretion.keeper.papers import Allowed, Ask, Facts, Receipt


def attempts(allowed: Allowed, ask: Ask, facts: Facts, receipt: Receipt) -> None:
    allowed.clear = 255  # refused: misc
    ask.session_id = b""  # refused: misc
    facts.entered_idx = -1  # refused: misc
    receipt.checkpoint = ""  # refused: misc
