"""The witnesses that the settings name: one reading of their file, for the keeper and for who posts to them.

Left to others: whether an address can be posted to (`watch.publishing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.ledger.trust import Trust, TrustError
from discretion.wire.settings import SettingsError

if TYPE_CHECKING:
    from discretion.wire.settings import Settings


def trust_of(settings: Settings) -> Trust | None:
    """Return the witnesses of the settings; None where they name no file.

    Errors: `SettingsError` `witnesses_bad` for a file that is missing or no policy.
    """
    if not settings.witnesses.policy:
        return None
    try:
        return Trust.parse((settings.directory / settings.witnesses.policy).read_text("utf-8"), needs_log=False)
    except (OSError, UnicodeDecodeError, TrustError) as error:
        raise SettingsError("witnesses_bad", key="witnesses.policy", found=str(error)) from error
