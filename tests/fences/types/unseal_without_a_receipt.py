"""A decision, a draft, a refusal or a commit opens nothing: only a receipt does."""

from discretion.keeper.papers import Allowed, Committed, Draft, Opened, Receipt, Refused, Unopened
from discretion.keeper.vault.unseal import Vault


def opens(vault: Vault, receipt: Receipt) -> Opened | Unopened:
    return vault.unseal(receipt)


def attempts(vault: Vault, allowed: Allowed, draft: Draft, committed: Committed, refused: Refused) -> None:
    vault.unseal(allowed)  # refused: arg-type
    vault.unseal(draft)  # refused: arg-type
    vault.unseal(committed)  # refused: arg-type
    vault.unseal(refused)  # refused: arg-type
    vault.unseal(None)  # refused: arg-type
