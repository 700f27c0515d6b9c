"""Who the guest of the demo's mission is, and where to find her: for the page of personas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

NAME: Final = "张雨澄"
EMAIL: Final = "zhang.yucheng@example.org"
LINE: Final = 985  # of the bookings that came along
_STAR: Final = queries("demo_star.sql")["star"]


@dataclass(frozen=True, slots=True)
class Star:
    """The guest of the mission. Her name is generated, and no secret here."""

    property_id: bytes
    guest_id: bytes
    number: str
    name: str = NAME


async def star_of(office: Office) -> Star | None:
    """Return the guest of the mission; None where nothing is loaded."""
    async with office.reading() as now:
        return await now.row(Star, _STAR, {"line": LINE})
