"""What duty and training mean to a running keeper: courses a duty needs, marks on shifts, locks, and what ends with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from discretion.wire import lookup
from discretion.wire.entries import ReadEntries
from tests.cast import Player, Stage, groups, new_id
from tests.stages import FirstStage, copied_stage

CLEAR = groups("identity")


@pytest.fixture(scope="module")
def own(first_stage: FirstStage, run_directory: object) -> Iterator[Stage]:
    """A stage of this file's own, as courses are needed by whole duties."""
    with copied_stage(first_stage, run_directory / "duty-facts") as made:  # type: ignore[operator]
        yield made


def guard(answer: object) -> list[str]:
    """The guards that refused, none for what was shown."""
    if isinstance(answer, lookup.Disclosure):
        return []
    assert isinstance(answer, lookup.Refusal), answer
    return [line.rule for line in answer.lines if line.rule.startswith("G")]


def needed(stage: Stage, course: str, role: str) -> None:
    place = stage.iris.property_id.hex()
    stage.office.execute(
        "insert into hotel.course (property_id, course, name_zh, name_en, months) values (%s, %s, '课', 'course', 12) on conflict do nothing",
        (place, course),
    )
    stage.office.execute("insert into hotel.course_role (property_id, course, role) values (%s, %s, %s)", (place, course, role))


def completed(stage: Stage, player: Player, course: str, days: int) -> None:
    stage.office.execute(
        "insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until, how)"
        " select property_id, %s, %s, '1', (now() at time zone time_zone)::date - 300, (now() at time zone time_zone)::date + %s, 'file'"
        " from hotel.property where property_id = %s",
        (player.staff_id.hex(), course, days, player.property_id.hex()),
    )


def test_trained_is_who_has_every_course_that_the_duty_needs(own: Stage) -> None:
    tom, guest = own.hire("Tom", "concierge"), own.guest("in_house")
    purpose = "guest_request"
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == [], "any course counts while the duty needs none by name"
    needed(own, "basics", "concierge")
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == ["G3"], "from the next look-up on"
    assert tom.ask(lookup.WhoAmI).trained_until_at < datetime.now(UTC).timestamp()
    completed(own, tom, "basics", 0)
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == [], "its last day counts to the end"
    needed(own, "callers", "concierge")
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == ["G3"]
    completed(own, tom, "callers", -1)
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == ["G3"], "what has ended is not current"
    own.office.execute("update hotel.course_role set ended_at = now() where course = 'callers'")
    assert guard(tom.look_up(guest, purpose, clear=CLEAR)) == []
    assert own.verify()[0] == 0


def test_training_ends_at_midnight_of_the_hotel(own: Stage) -> None:
    tom = own.hire("Tina", "security")
    needed(own, "watch", "security")
    completed(own, tom, "watch", 3)
    row = own.superuser.execute(
        "select extract(epoch from ((now() at time zone time_zone)::date + 4)::timestamp at time zone time_zone)::bigint"
        " from hotel.property where property_id = %s", (tom.property_id.hex(),),
    ).fetchone()
    assert row == (tom.ask(lookup.WhoAmI).trained_until_at,)


def test_somebody_who_comes_early_looks_up_after_the_mark_and_not_before(own: Stage) -> None:
    guest = own.guest("arriving")
    tom = own.hire("Toby", "front_desk", is_at_work=False)
    own.present(tom)
    own.trained(tom)
    shift = own.shift(tom, from_hours=0.2, to_hours=8)
    tom = tom.sign_in()
    assert guard(tom.look_up(guest, clear=CLEAR)) == ["G1"]
    own.office.execute("update hotel.shift set begun_at = now() where shift_id = %s", (shift.hex(),))
    assert guard(tom.look_up(guest, clear=CLEAR)) == []
    own.office.execute("update hotel.shift set ended_at = now(), ended_by = %s where shift_id = %s", (tom.staff_id.hex(), shift.hex()))
    assert guard(tom.look_up(guest, clear=CLEAR)) == ["G1"], "the off-duty mark closes at once"


def opened(stage: Stage, player: Player, guest_id: bytes) -> tuple[bytes, bytes]:
    """An emergency and an approval of somebody, as the keeper would have written them."""
    emergency, request = new_id(), new_id()
    place, session = player.property_id.hex(), player.ask(lookup.WhoAmI).session_id.hex()
    stage.superuser.execute(
        "insert into hotel.emergency (property_id, emergency_id, staff_id, duty, session_id, guest_id, groups, situation, words, until_at)"
        " values (%s, %s, %s, %s, %s, %s, 1, 'life', 'somebody collapsed', clock_timestamp() + interval '14 minutes')",
        (place, emergency.hex(), player.staff_id.hex(), player.duty, session, guest_id.hex()),
    )
    stage.superuser.execute(
        "insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact,"
        " policy, facts, relation, reason, reference, state, decided_at, ask_until_at, grant_seconds, grant_until_at)"
        " values (%s, %s, %s, %s, %s, %s, 'check_in', 1, 'CI-1', 'ok_manager', decode(repeat('00', 32), 'hex'), 0, 'arriving', 'because of this',"
        " 'R-1', 'approved', now(), now() + interval '1 hour', 3600, now() + interval '1 hour')",
        (place, request.hex(), player.staff_id.hex(), player.duty, session, guest_id.hex()),
    )
    return emergency, request


def state(stage: Stage, emergency: bytes, request: bytes) -> tuple[object, ...]:
    row = stage.superuser.execute(
        "select (select ended_at is not null from hotel.emergency where emergency_id = %s), (select state || ' ' || why from hotel.access_request where request_id = %s)",
        (emergency.hex(), request.hex()),
    ).fetchone()
    assert row is not None
    return row


def test_the_end_of_a_shift_ends_emergency_and_approvals_of_its_duty(own: Stage) -> None:
    guest = own.guest("arriving")
    una, otto = own.hire("Una", "front_desk"), own.hire("Otto", "front_desk")
    hers, his = opened(own, una, guest.guest_id), opened(own, otto, guest.guest_id)
    own.office.execute("update hotel.shift set ended_at = now() where staff_id = %s", (una.staff_id.hex(),))
    assert state(own, *hers) == (True, "revoked off_shift")
    assert state(own, *his) == (False, "approved "), "a colleague's stay open"
    own.office.execute("update hotel.shift set ended_at = null where staff_id = %s", (una.staff_id.hex(),))
    assert state(own, *hers) == (True, "revoked off_shift"), "and come back with no mark taken back"


def test_a_lock_closes_at_once_and_its_release_opens_again(own: Stage) -> None:
    guest = own.guest("arriving")
    una = own.hire("Ursa", "front_desk")
    open_ones = opened(own, una, guest.guest_id)
    assert guard(una.look_up(guest, clear=CLEAR)) == []
    lock = own.lock("staff", una.staff_id)
    assert "G9" in guard(una.look_up(guest, clear=CLEAR))
    is_ended, approval = state(own, *open_ones)
    assert is_ended and str(approval).startswith("revoked ")
    own.office.execute("update hotel.lock set released_at = now(), released_by = %s where lock_id = %s", (own.ben.staff_id.hex(), lock.hex()))
    assert guard(una.look_up(guest, clear=CLEAR)) == []
    for kind, target in (("session", una.ask(lookup.WhoAmI).session_id), ("guest", guest.guest_id)):
        lock = own.lock(kind, target)
        assert "G9" in guard(una.look_up(guest, clear=CLEAR)), kind
        own.office.execute("update hotel.lock set released_at = now() where lock_id = %s", (lock.hex(),))
    assert guard(una.look_up(guest, clear=CLEAR)) == []
    until = datetime.now(UTC) + timedelta(hours=1)
    own.office.execute(
        "insert into hotel.lock (property_id, lock_id, kind, target_id, reason, by_id, at, until_at)"
        " values (%s, %s, 'staff', %s, 'test', %s, %s, %s)",
        (una.property_id.hex(), new_id().hex(), una.staff_id.hex(), own.ben.staff_id.hex(), until - timedelta(hours=3), until - timedelta(hours=2)),
    )
    assert guard(una.look_up(guest, clear=CLEAR)) == [], "a lock whose end is past holds nobody"


@pytest.mark.parametrize(("zone", "from_days", "until_days", "is_held"), [
    ("Pacific/Kiritimati", 0, None, True), ("Pacific/Kiritimati", -3, -1, False), ("Pacific/Kiritimati", 1, None, False),
    ("Etc/GMT+12", 0, 0, True), ("Etc/GMT+12", -3, -1, False), ("Etc/GMT+12", 1, None, False),
])
def test_a_role_is_held_by_the_dates_of_the_hotel(own_stage: Stage, zone: str, from_days: int, until_days: int | None, is_held: bool) -> None:
    """Between the two zones there are 26 hours: wherever the clock stands, one of them has another date than UTC."""
    stage = own_stage
    pia = stage.hire("Pia", "privacy", is_at_work=False)  # a duty without a roster: the role alone
    stage.superuser.execute("update hotel.property set time_zone = %s where property_id = %s", (zone, stage.ada.property_id.hex()))
    stage.superuser.execute(
        "update hotel.staff_role set from_on = (now() at time zone %(z)s)::date + %(f)s, until_on = (now() at time zone %(z)s)::date + %(u)s::int where staff_id = %(s)s",
        {"z": zone, "f": from_days, "u": until_days, "s": pia.staff_id.hex()},
    )
    told = pia.ask(lookup.WhoAmI)
    entered = pia.ask(ReadEntries, count=1)
    if is_held:
        assert isinstance(told, lookup.Person) and told.duty == "privacy"
        assert not isinstance(entered, lookup.Failed), entered
    else:
        assert told == lookup.Failed(code="ticket")
        assert entered == lookup.Failed(code="ticket")
