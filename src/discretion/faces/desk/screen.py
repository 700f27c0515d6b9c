"""What concerns the screen and not the hotel: language, theme, keys, the watermark."""

from __future__ import annotations

import re
from typing import Literal
from xml.sax.saxutils import escape

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from discretion.faces.kit import language as languages
from discretion.faces.kit.address import way_back
from discretion.faces.kit.seat import Caller, Seat
from discretion.faces.kit.statics import ASSETS
from discretion.faces.kit.words import LANGUAGES

_STAFF_NUMBER = re.compile(r"[A-Za-z0-9-]{1,20}")
_MINUTE = re.compile(r"[0-9]{8}")
_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"><defs>'
    '<pattern id="p" width="260" height="150" patternUnits="userSpaceOnUse" patternTransform="rotate(-24)">'
    '<text x="10" y="80" font-family="sans-serif" font-size="17" fill="#7b8794">{text}</text></pattern></defs>'
    '<rect width="100%" height="100%" fill="url(#p)"/></svg>'
)
_KEPT = "public, max-age=31536000, immutable"


class DisplayForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this browser shows pages."""

    theme: Literal["system", "light", "dark"]
    keys: Literal["on", "off"]


@get("/static/{name:str}")
async def static_file(caller: NamedDependency[Caller], name: FromPath[str]) -> Response[bytes]:
    """Send one of the few files that every page needs."""
    asset = ASSETS.get(name)
    if asset is None:
        raise NotFoundException
    headers = {"cache-control": _KEPT, "etag": f'"{asset.tag}"', "vary": "accept-encoding"}
    if "gzip" in caller.request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.content_type, headers=headers)
    return Response(asset.plain, media_type=asset.content_type, headers=headers)


@get("/language/{language:str}")
async def switch_language(
    caller: NamedDependency[Caller], language: FromPath[str], to: FromQuery[str] = "/"
) -> Response[bytes]:
    """Keep the language for this browser, and stay on the page."""
    if language not in LANGUAGES:
        raise NotFoundException
    caller.remember(languages.COOKIE, language)
    return caller.onward(way_back(to))


@get("/display")
async def display_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show theme and keys."""
    return seat.page("display.html", here="/display")


@post("/display")
async def keep_display(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Keep theme and keys for this browser."""
    form = (await seat.form(DisplayForm)).value
    if form is not None:
        seat.remember("theme", form.theme)
        seat.remember("keys", form.keys)
    return seat.onward("/display?said=display")


@get("/wm.svg")
async def watermark(n: FromQuery[str] = "", t: FromQuery[str] = "") -> Response[bytes]:
    """Draw staff number and minute, again and again. It holds nothing about a guest."""
    if not _STAFF_NUMBER.fullmatch(n) or not _MINUTE.fullmatch(t):
        raise NotFoundException
    text = escape(f"{n} · {t[:2]}-{t[2:4]} {t[4:6]}:{t[6:]}")
    return Response(_MARK.replace("{text}", text).encode(), media_type="image/svg+xml")
