"""Nobody lets themselves in: not an administrator, not under another kind of link, not without the duty for it."""

from __future__ import annotations

from discretion.wire import lookup
from tests.cast import Stage

NOT_ALLOWED = lookup.Failed(code="not_allowed")


def test_an_administrator_does_not_invite_themselves(stage: Stage) -> None:
    for kind in ("enrolment", "recovery"):
        assert stage.iris.ask(lookup.Invite, staff_id=stage.iris.staff_id, kind=kind) == NOT_ALLOWED


def test_a_role_alone_is_no_duty(stage: Stage) -> None:
    """Somebody with the role who signed in for the desk does not act as an administrator at the same time."""
    mallory = stage.hire("Mallory", "front_desk", role="it_admin")
    assert mallory.ask(lookup.WhoAmI).duty == ""
    assert mallory.ask(lookup.ChooseDuty, duty="front_desk").duty == "front_desk"
    newcomer = stage.hire("Nina", "front_desk")
    assert mallory.ask(lookup.Invite, staff_id=newcomer.staff_id) == NOT_ALLOWED
    assert mallory.ask(lookup.Invite, staff_id=mallory.staff_id) == NOT_ALLOWED


def test_a_locked_administrator_invites_nobody(stage: Stage) -> None:
    mallory, newcomer = stage.hire("Mallory", "it_admin"), stage.hire("Nina", "front_desk")
    stage.lock("staff", mallory.staff_id)
    assert mallory.ask(lookup.Invite, staff_id=newcomer.staff_id) == NOT_ALLOWED
