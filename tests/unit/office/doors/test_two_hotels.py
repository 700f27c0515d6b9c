"""One badge at two hotels: what holds here, and what holds there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from discretion.office.doors.two_hotels import Judged, Seen, judge

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AT_NEITHER, NOW_SILENT = Judged("conflict", "conflict", is_told=True), Judged(here="conflict")
MOVED_HERE, MOVED_THERE, KEPT = Judged(there="elsewhere"), Judged(here="elsewhere"), Judged()


def seen(direction: str, minutes: int, how: str = "door") -> Seen:
    return Seen(direction, how, NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize(("here", "there", "found"), [
    (seen("in", 0), seen("in", -10), AT_NEITHER),             # nobody travels so fast
    (seen("in", 0), seen("in", 0), AT_NEITHER),
    (seen("in", 0), seen("in", 10), AT_NEITHER),              # reported late: the same
    (seen("in", 0), seen("in", -29), AT_NEITHER),
    (seen("in", 0), seen("in", -30), MOVED_HERE),
    (seen("in", 0), seen("in", 30), MOVED_THERE),
    (seen("in", 0), seen("out", -5), KEPT),                   # left there, came here
    (seen("in", 0), seen("out", 5), MOVED_THERE),             # left there later than came here
    (seen("out", 0), seen("in", -10), AT_NEITHER),            # goes out here while in there
    (seen("out", 0), seen("in", 10), KEPT),
    (seen("out", 0), seen("in", -60), MOVED_HERE),
    (seen("out", 0), seen("out", -5), KEPT),
    (seen("in", 0), seen("out", -5, "conflict"), NOW_SILENT),  # a second tap does not undo it
    (seen("out", 0), seen("out", -5, "conflict"), KEPT),
    (seen("in", 0), seen("out", -31, "conflict"), KEPT),
    (seen("in", 0), seen("in", -15 * 60), KEPT),              # older than a day's work: no longer in anyway
])
def test_who_is_where(here: Seen, there: Seen, found: Judged) -> None:
    assert judge(here, there, timedelta(minutes=30)) == found
