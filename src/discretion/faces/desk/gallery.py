"""/_ui: every macro of the kit in all its states. In development only; no other page may be unlike it."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency

from discretion.faces.kit.seat import Caller


@get("/_ui")
async def gallery_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the components."""
    return caller.page("gallery.html", here="/_ui")
