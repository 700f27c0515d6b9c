"""Whoever has a round's papers, or a reply, has to ask which are refusals."""

from collections.abc import Mapping, Sequence

from discretion.keeper.papers import Judged, Opened, Receipt, Refused, Reply
from discretion.keeper.vault.unseal import Vault
from discretion.wire.lookup import Answer, Disclosure


def asked(vault: Vault, papers: Sequence[Receipt | Refused]) -> list[Reply]:
    return [vault.unseal(paper) if isinstance(paper, Receipt) else paper for paper in papers]


def attempts(vault: Vault, papers: Sequence[Receipt | Refused], reply: Reply, judged: Judged, answer: Answer) -> None:
    [vault.unseal(paper) for paper in papers]  # refused: arg-type
    fields: Mapping[str, bytes] = reply.fields  # refused: union-attr
    clear: int = judged.clear  # refused: union-attr
    disclosure: Disclosure = answer  # refused: assignment
    opened: Opened = reply  # refused: assignment
    print(fields, clear, disclosure, opened)
