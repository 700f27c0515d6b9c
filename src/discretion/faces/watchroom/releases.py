"""/watch/policy: the releases of the policy, for those who answer for it: what changes, who signed, how it comes out.

Proposing and signing are the command line's: a signature is made where its key lies, and no key lies in the house.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.di import NamedDependency

from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.policy_words import (
    KINDS,
    STATES,
    check_words,
    difference_lines,
    narrower_line,
    replay_lines,
)
from discretion.faces.kit.seat import Seat
from discretion.office import releases
from discretion.policy.load import PolicyError

if TYPE_CHECKING:
    from discretion.office.releases import ReleaseRow, SignatureLine


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """What one check found, in words."""

    text: str
    tried: int
    is_passed: bool
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """One release in words."""

    row: ReleaseRow
    state: str
    kind: str
    signatures: tuple[SignatureLine, ...]
    difference: tuple[str, ...]
    narrower: str
    replay: tuple[str, ...]
    checks: tuple[ShownCheck, ...]
    lacks: bool


@get("/watch/policy")
async def releases_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show every release, newest first."""
    seat.require(Permission.POLICY_READ)
    found = await releases.in_force(seat.office, seat.property_id, seat.settings.starting_policy)
    rows, signatures = await releases.releases(seat.office, seat.property_id)
    texts = await releases.texts(seat.office, seat.property_id)
    return seat.page(
        "releases.html", here="/watch/policy", found=found, policy_hash=found.hash.hex(),
        items=[_shown(seat, row, signatures, texts.get(row.hash, b"")) for row in rows],
    )


def _shown(seat: Seat, row: ReleaseRow, signatures: tuple[SignatureLine, ...], body: bytes) -> ShownRelease:
    words, carried = seat.words, row.carried
    try:
        policy = releases.loaded(body)
    except PolicyError:
        policy = None
    difference, replayed = carried.get("difference"), carried.get("replay")
    own = tuple(each for each in signatures if each.release_id == row.release_id)
    return ShownRelease(
        row, words.gettext(STATES[row.state]), words.gettext(KINDS[row.kind]), own,
        tuple(difference_lines(words, seat.language, difference, policy)) if difference else (),
        narrower_line(words, difference) if difference else "",
        tuple(replay_lines(words, replayed)) if replayed else (),
        tuple(
            ShownCheck(check_words(words, each["check"]), each["tried"], each["passed"], tuple(each["findings"]))
            for each in carried.get("checks", ())
        ),
        lacks=row.state == "proposed" and releases.lacks(row, own),
    )
