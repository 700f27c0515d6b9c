"""Rosters as iCalendar (RFC 5545): the events of a file as shifts, read strictly and reported by line.

Rules:
* An event is one shift: UID, DTSTART, DTEND or DURATION; the person from ATTENDEE (its CN is the staff number), the
  duty from CATEGORIES. Where one is missing, SUMMARY holds "staff number duty".
* Recurrence is refused, not guessed: an event with a rule names none of its shifts. Whoever exports expands it.
* A UID may hold an e-mail address, so only its digest is kept.

Our own reader, because an error must name its line; see docs/dependencies.md.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from discretion.office.outcome import ActRefusal
from discretion.office.sheet import ROWS_MAX, SIZE_BYTES_MAX, RowError, RowRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

YEARS: Final = range(2000, 2200)
_DATE_TIME: Final = re.compile(r"([0-9]{8}T[0-9]{6})(Z?)")
_DURATION: Final = re.compile(r"PT(?:([0-9]{1,2})H)?(?:([0-9]{1,2})M)?(?:0?0S)?")
_VALUE: Final = r"(?:\"[^\"]*\"|[^\";:,]*)"
_NAME: Final = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER: Final = re.compile(r";([A-Za-z0-9-]+)=(?:\"([^\"]*)\"|([^\";:,]*))")
_ONCE: Final = frozenset({"UID", "DTSTART", "DTEND", "DURATION", "SUMMARY", "CATEGORIES", "ATTENDEE", "STATUS"})
_RECURS: Final = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"})
_ESCAPED: Final = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class Event:
    """One event, with the line it begins on. `source_id` is the digest of its UID, in hex."""

    line: int
    source_id: str
    staff_number: str
    duty: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The events that could be read, and the errors of those that could not."""

    events: tuple[Event, ...]
    errors: tuple[RowError, ...]


@dataclass(slots=True)
class _Found:
    line: int
    values: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    wrong: RowError | None = None

    def refuse(self, name: str, code: str) -> None:
        """Keep the first thing that is wrong with this event."""
        self.wrong = self.wrong or RowError(self.line, name, code)


def read_calendar(raw: bytes, zone: ZoneInfo) -> Calendar | ActRefusal:
    """Return the events of an iCalendar file; times without a zone are in `zone`.

    Refusals, of the whole file: `csv_size`, `csv_encoding`, `calendar` for a file that is none or is cut off.
    Errors of events: `recurs`; `time` for a day without times or a time that is none; `zone` for an unknown TZID;
    `gap`; `required` UID, DTSTART, DTEND; `twice` for a property given twice; `unread` for a line that is none.
    """
    if len(raw) > SIZE_BYTES_MAX:
        return ActRefusal("csv_size", {"size_bytes_max": str(SIZE_BYTES_MAX)})
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ActRefusal("csv_encoding")
    lines = list(_unfolded(text))
    names = [line.strip().upper() for _, line in lines]
    if not names or names[0] != "BEGIN:VCALENDAR" or names[-1] != "END:VCALENDAR":
        return ActRefusal("calendar")
    found = _events(lines)
    if found is None:
        return ActRefusal("calendar")
    if len(found) > ROWS_MAX:
        return ActRefusal("csv_size", {"rows_max": str(ROWS_MAX)})
    events, errors = [], []
    for each in found:
        try:
            if each.wrong is not None:
                errors.append(each.wrong)
            else:
                events.append(_event(each, zone))
        except RowRefusedError as refused:
            errors.append(RowError(each.line, refused.field, refused.code))
    return Calendar(tuple(events), tuple(errors))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Return each content line with its number; a line that begins with a blank goes on the one before."""
    begun, held = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")  # noqa: PLW2901 - the same line without what ended it
        if line[:1] in {" ", "\t"} and held:
            held += line[1:]
            continue
        if held.strip():
            yield begun, held
        begun, held = number, line
    if held.strip():
        yield begun, held


def _events(lines: list[tuple[int, str]]) -> list[_Found] | None:
    """Return what stands in each VEVENT, without its alarms; None when a component ends that did not begin."""
    found: list[_Found] = []
    open_ones: list[str] = []
    for number, line in lines:
        cut = _NAME.fullmatch(line)
        name = cut[1].upper() if cut else ""
        if name == "BEGIN" and cut:
            open_ones.append(cut[3].strip().upper())
            if open_ones[-1] == "VEVENT":
                found.append(_Found(number))
        elif name == "END" and cut:
            if not open_ones or open_ones.pop() != cut[3].strip().upper():
                return None
        elif open_ones[-1:] == ["VEVENT"]:
            _take(found[-1], name, cut)
    return None if open_ones else found


def _take(event: _Found, name: str, cut: re.Match[str] | None) -> None:
    if cut is None:
        event.refuse("", "unread")
    elif name in _RECURS:
        event.refuse(name, "recurs")
    elif name in _ONCE:
        if name in event.values:
            event.refuse(name, "twice")
        parameters = {each[1].upper(): each[2] or each[3] or "" for each in _PARAMETER.finditer(cut[2])}
        event.values[name] = (cut[3].strip(), parameters)


def _event(found: _Found, zone: ZoneInfo) -> Event:
    values = found.values
    uid = values.get("UID", ("", {}))[0]
    if not uid:
        raise RowRefusedError("UID", "required")
    starts_at = _moment(values, "DTSTART", zone)
    if "DTEND" in values:
        ends_at = _moment(values, "DTEND", zone)
    else:
        length = _DURATION.fullmatch(values.get("DURATION", ("", {}))[0])
        if length is None or not (length[1] or length[2]):
            raise RowRefusedError("DTEND", "required")
        ends_at = starts_at + timedelta(hours=int(length[1] or 0), minutes=int(length[2] or 0))
    words = _plain(values.get("SUMMARY", ("", {}))[0]).split()
    number = values.get("ATTENDEE", ("", {}))[1].get("CN", "").strip() or (words[0] if words else "")
    duty = _plain(values.get("CATEGORIES", ("", {}))[0]).strip() or (words[-1] if words else "")
    return Event(
        found.line, hashlib.sha256(uid.encode()).hexdigest(), number, duty.casefold(), starts_at, ends_at,
        values.get("STATUS", ("", {}))[0].upper() == "CANCELLED",
    )


def _moment(values: Mapping[str, tuple[str, Mapping[str, str]]], name: str, zone: ZoneInfo) -> datetime:
    if name not in values:
        raise RowRefusedError(name, "required")
    text, parameters = values[name]
    cut = _DATE_TIME.fullmatch(text)
    if cut is None:
        raise RowRefusedError(name, "time")
    try:
        naive = datetime.strptime(cut[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
        if naive.year not in YEARS:
            raise RowRefusedError(name, "time")
        if cut[2]:
            return naive.replace(tzinfo=UTC)
        zone = ZoneInfo(parameters["TZID"]) if "TZID" in parameters else zone
    except (ZoneInfoNotFoundError, OSError):
        raise RowRefusedError(name, "zone") from None
    except ValueError as error:
        raise RowRefusedError(name, "time") from error
    at = naive.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != naive:
        raise RowRefusedError(name, "gap")
    return at


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text)
