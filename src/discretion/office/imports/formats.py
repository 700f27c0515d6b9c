"""The formats an import can read, by the names of `--format`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from zoneinfo import ZoneInfo

from discretion.office.imports import apaleo, bookings, cloudbeds, mews, opera, table
from discretion.office.imports.drafts import Draft, FileRefusedError, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.office.imports.drafts import BadRow
    from discretion.office.imports.given import DateOrder

BOOKINGS: Final = "bookings"
FORMATS: Final = (BOOKINGS, "opera", "mews", "apaleo", "cloudbeds", "csv", "haip")
GUEST_FORMATS: Final = FORMATS[1:]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the operator says about a file. `time_zone` is the property's; `mapping` is for the format csv."""

    format: str
    time_zone: str = "UTC"
    encoding: str = ""
    date_order: DateOrder | None = None
    mapping: table.Mapping | None = None

    @property
    def source(self) -> str:
        """Return the name under which ids of this file are kept."""
        if self.format == BOOKINGS:
            return bookings.SOURCE
        if self.format == "csv" and self.mapping is not None:
            return self.mapping.source
        return self.format

    def hotels(self, file: BinaryIO) -> Counter[str]:
        """Return the hotels that the file names, with how many rows each. Errors: `FileRefusedError`."""
        if self.format == BOOKINGS:
            return bookings.hotels(file, encoding=self.encoding or "utf-8")
        return Counter(draft.hotel for draft in self.read(file, Tally()) if isinstance(draft, Draft))

    def read(self, file: BinaryIO, tally: Tally) -> Iterator[Draft | BadRow]:
        """Yield drafts and bad rows of the file. Errors: `FileRefusedError`; a CSV needs a mapping."""
        if self.format == BOOKINGS:
            return bookings.read(file, tally, encoding=self.encoding or "utf-8", date_order=self.date_order)
        if self.format in {"csv", "haip"}:
            mapping = table.HAIP if self.format == "haip" else self.mapping
            if mapping is None:
                raise FileRefusedError("mapping_missing")
            return table.read(file, tally, mapping, encoding=self.encoding, date_order=self.date_order)
        if self.format == "opera":
            return opera.read(file, tally)
        if self.format == "cloudbeds":
            return cloudbeds.read(file, tally)
        zone = ZoneInfo(self.time_zone)
        if self.format == "mews":
            return mews.read(file, tally, zone=zone)
        return apaleo.read(file, tally, zone=zone)
