"""GET /transparency: the public pages of the hotels, as the worker has laid them out. For everybody, without a script.

Rules:
* Only files of the folder are served, by names that are spelled one way; nothing typed becomes a path.
* Where the worker has not made a page yet, the page says that nothing is published.
"""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from discretion.faces.kit.seat import Caller
from discretion.faces.portal.transparency_files import files_of, page_name
from discretion.insight.transparency import Publication
from discretion.office.properties import property_of
from discretion.wire.settings import Property

if TYPE_CHECKING:
    from discretion.office.properties import Property as House

_FILE: Final = re.compile(
    r"(?:index|[0-9]{4}-Q[1-4])(?:\.(?:zh|en))?\.html|[0-9]{4}-Q[1-4]\.(?:json|csv)|index\.json|checkpoint\.txt|transparency\.css"
)
_TYPES: Final = {
    ".html": "text/html", ".json": "application/json", ".csv": "text/csv", ".txt": "text/plain", ".css": "text/css",
}
_ASK_AGAIN: Final = "public, max-age=300"


@get("/transparency")
async def transparency_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Lead to the hotel's page, or list the hotels."""
    codes = list(caller.settings.properties)
    if len(codes) == 1:
        return caller.onward(_address(caller, codes[0]))
    found = [await property_of(caller.means.office, each) for each in caller.settings.properties.values()]
    houses = [(each, _address(caller, each.code)) for each in found if each is not None]
    return caller.page("transparency_list.html", houses=houses, here="/transparency")


@get("/transparency/{code:str}")
async def transparency_of_house(caller: NamedDependency[Caller], code: FromPath[str]) -> Response[bytes]:
    """Lead to the page in the reader's language."""
    if code not in caller.settings.properties:
        raise NotFoundException
    return caller.onward(_address(caller, code))


@get("/transparency/{code:str}/{name:str}")
async def transparency_file(
    caller: NamedDependency[Caller], code: FromPath[str], name: FromPath[str],
) -> Response[bytes]:
    """Serve one file of a hotel's folder."""
    property_id = caller.settings.properties.get(code)
    if property_id is None or not _FILE.fullmatch(name):
        raise NotFoundException
    raw = await asyncio.to_thread(_read, caller.settings.transparency, code, name)
    if raw is None:
        house = await property_of(caller.means.office, property_id)
        raw = _empty(caller, house).get(name) if house is not None else None
    if raw is None:
        raise NotFoundException
    return Response(raw, headers={"cache-control": _ASK_AGAIN}, media_type=_TYPES[Path(name).suffix])


def _address(caller: Caller, code: str) -> str:
    return f"/transparency/{code}/{page_name('index', caller.language, caller.settings.first_language)}"


def _read(folder: str, code: str, name: str) -> bytes | None:
    try:
        return Path(folder, code, name).read_bytes() if folder else None
    except OSError:
        return None


def _empty(caller: Caller, house: House) -> dict[str, bytes]:
    """Return the pages of a hotel that has published nothing."""
    hotel = Property(
        id=house.property_id.hex(), code=house.code, name_zh=house.name_zh, name_en=house.name_en,
        time_zone=house.time_zone, presence="attested",
    )
    nothing = Publication(hotel, (), None, "none", datetime.now(UTC))
    return files_of(caller.means.pages, caller.settings.first_language, nothing)
