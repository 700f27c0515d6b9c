"""A receipt is made of what was committed, and what was committed is made of a draft."""

from discretion.keeper.papers import Allowed, Committed, Draft, Receipt


def made(draft: Draft) -> Receipt:
    return Receipt(Committed(draft, (), ()), (), "")


def attempts(allowed: Allowed, draft: Draft) -> None:
    Receipt(draft, (), "")  # refused: arg-type
    Receipt(allowed, (), "")  # refused: arg-type
    Committed(allowed, (), ())  # refused: arg-type
    Receipt(checkpoint="", path=())  # refused: call-arg
