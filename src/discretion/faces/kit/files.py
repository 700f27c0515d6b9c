"""Files that pages give: to be kept by whoever asked, under names that say nothing about a guest."""

from __future__ import annotations

from typing import Final, Literal

from litestar import Response

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf", "zip": "application/zip",
}


def file_of(body: bytes, kind: Literal["csv", "json", "pdf", "zip"], name: str = "copy") -> Response[bytes]:
    """Return a file to keep, and no cache's."""
    return Response(body, media_type=_TYPES[kind], headers={
        "content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "no-store",
    })
