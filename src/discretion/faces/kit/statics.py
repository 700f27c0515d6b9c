"""The few files every page needs, read once, compressed once, and named by what is in them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

_DIRECTORY: Final = Path(__file__).resolve().parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes plain and compressed, its type, and the tag that changes when it does."""

    name: str
    content_type: str
    plain: bytes
    packed: bytes
    tag: str

    @property
    def address(self) -> str:
        """Where pages find it; the tag makes it safe to keep for a year."""
        return f"/static/{self.name}?v={self.tag}"


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    return Asset(
        path.name, _TYPES[path.suffix], plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12]
    )


ASSETS: Final = MappingProxyType({path.name: _read(path) for path in sorted(_DIRECTORY.iterdir())})
