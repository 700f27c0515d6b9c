"""The code that goes with a request for rights: with it and the request's number one reads the answer.

Rules:
* It opens the answer alone, which names nobody. It is there for who cannot come in as the guest any more, because the
  whole record is deleted.
* It is told once, when it is made; only its SHA-256 is kept. A new one takes the place of the one before.
* 16 signs drawn at random, 79 bits: nobody guesses one, so no limit is needed that one could use up for another.
* A number that is none, a request without a code and a wrong code read the same.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from discretion.hotel import number as numbers
from discretion.office.outcome import ActRefusal
from discretion.office.rights import SQL, TAKERS, whole

if TYPE_CHECKING:
    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty
    from discretion.office.rights import RightsCase

CODE_SIGNS: Final = 16
DAYS_AFTER_ANSWER: Final = 365
_BLOCK: Final = 4


async def make(
    office: Office, property_id: bytes, number: str, *, guest_id: bytes | None = None, who: OnDuty | None = None,
) -> str | ActRefusal:
    """Make the code of a request anew, and return it as it is written down: `7F3K-22AB-…`.

    For the guest whose request it is, or for staff who take requests in. Refusals: `not_found`, `not_yours`.
    """
    if who is not None and who.duty not in TAKERS:
        return ActRefusal("not_yours")
    async with office.changing() as now:
        found = await whole(now, property_id, number)
        if found is None or (who is None and found.request.guest_id != guest_id):
            return ActRefusal("not_found")
        signs = "".join(secrets.choice(numbers.SIGNS) for _ in range(CODE_SIGNS))
        await now.run(SQL["keep_code"], {
            "property_id": property_id, "case_id": found.request.case_id, "code_hash": _hashed(signs).hex(),
            "staff_id": who.staff_id if who else None,
        })
    return "-".join(signs[at:at + _BLOCK] for at in range(0, CODE_SIGNS, _BLOCK))


async def answer_of(office: Office, property_id: bytes, number: str, code: str) -> RightsCase | None:
    """Return the request that number and code belong to, None where they do not.

    A code ends a year after the answer, or after the request was withdrawn.
    """
    async with office.reading() as now:
        kept = await _kept(now, property_id, number)
        if not hmac.compare_digest(kept, _hashed(numbers.heard(code))):
            return None
        return await whole(now, property_id, number)


async def _kept(now: Statements, property_id: bytes, number: str) -> bytes:
    """Return the hash of a request's code; of none, one that no code has."""
    found = await now.dicts(SQL["code_hash"], {
        "property_id": property_id, "number": numbers.read(number) or "", "days": DAYS_AFTER_ANSWER,
    })
    return bytes(found[0]["code_hash"]) if found else bytes(32)


def _hashed(signs: str) -> bytes:
    return hashlib.sha256(b"discretion/answer-code/" + signs.encode()).digest()
