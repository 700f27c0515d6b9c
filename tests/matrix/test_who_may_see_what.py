"""Who may see which part of a record, for which purpose: as a table that people review, from the policy and from a live keeper.

`who_may_see_what.txt` is made by `table`; a change of the policy changes it, and whoever reviews the change reads it there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.hotel.purpose import FieldGroup, Purpose, Relation, Role
from discretion.policy.decide import decide
from discretion.wire import lookup
from tests.cast import ALL, Guest, Player, Stage
from tests.papers import policy

REVIEWED = Path(__file__).with_name("who_may_see_what.txt")
AT_WORK = ("on_shift", "badged_in", "trained", "same_property", "passkey")
WITH_A_CASE = (*AT_WORK, "case_open", "assigned", "consent_mkt", "consent_ana")
OBTAINED = (*WITH_A_CASE, "fresh_passkey", "ok_manager", "ok_privacy", "ok_general")
COLUMNS = {
    "at work": AT_WORK, "with a case": WITH_A_CASE, "obtained": OBTAINED, "sealed": (*WITH_A_CASE, "fresh_passkey", "sealed"),
    "minor": (*WITH_A_CASE, "minor"), "restricted": (*WITH_A_CASE, "restricted"), "held": (*WITH_A_CASE, "legal_hold"),
    "off shift": WITH_A_CASE[1:], "locked": (*OBTAINED, "locked"),
}
NOTHING = "-" * len(FieldGroup)
HEAD = """\
# Who may see what. One letter a field group: C clear, m masked, - hidden.
# Groups in order: {groups}
# at work      on shift, badged in, trained, same property, signed in with a passkey, and nothing more
# with a case  also an open case that names the guest, an order assigned to this person, the guest's consents
# obtained     also a fresh passkey and every approval
# sealed       with a case and a fresh passkey, the record sealed     minor, restricted, held: with a case, and the record so marked
# off shift    with a case, but not on shift     locked  everything obtained, and a lock
# "departed" is within thirty days. What stands in no line sees nothing, whatever holds.
"""


def levels(purpose: str, role: str, relation: str, names: tuple[str, ...]) -> str:
    held = (*names, "recent_30", "recent_365") if relation == "departed" else names
    decision = decide(policy(), purpose, role, relation, sum(policy().fact_bit[name] for name in held))
    return letters(decision.clear, decision.masked)


def letters(clear: int, masked: int) -> str:
    return "".join("C" if clear & group.bit else "m" if masked & group.bit else "-" for group in FieldGroup)


def table() -> Iterator[str]:
    yield from HEAD.format(groups=" ".join(group.word for group in FieldGroup)).splitlines()
    yield f"{'purpose':<18}{'role':<17}{'relation':<10}" + "".join(f"{name:<13}" for name in COLUMNS).rstrip()
    for purpose in Purpose:
        for role in Role:
            for relation in Relation:
                found = [levels(purpose, role, relation, names) for names in COLUMNS.values()]
                if set(found) != {NOTHING}:
                    yield f"{purpose:<18}{role:<17}{relation:<10}" + "".join(f"{each:<13}" for each in found).rstrip()


def test_the_policy_says_what_was_reviewed() -> None:
    reviewed, found = REVIEWED.read_text("utf-8").splitlines(), list(table())
    changed = "\n".join(difflib.unified_diff(reviewed, found, REVIEWED.name, "the policy", lineterm="", n=0))
    assert found == reviewed, f"let somebody else review this, then write it to {REVIEWED.name}:\n{changed}"


def reviewed_lines() -> list[list[str]]:
    lines = [line.split() for line in REVIEWED.read_text("utf-8").splitlines() if not line.startswith(("#", "purpose"))]
    assert len(lines) > 60
    return lines


def test_the_reviewed_table_keeps_the_promises() -> None:
    document, spending, notes = FieldGroup.DOCUMENT, FieldGroup.SPENDING, FieldGroup.NOTES
    exempt = {"dsr", "audit", "lawful_request", "analytics", "marketing"}
    for purpose, role, _, *columns in reviewed_lines():
        at_work, case, _, sealed, _, restricted, _, off_shift, locked = columns
        where = f"{purpose} {role}"
        assert locked == NOTHING, where
        assert off_shift == NOTHING or purpose in exempt, where
        assert at_work[document] != "C", f"{where}: a document in clear wants a fresh passkey"
        assert case[document] != "C", where
        assert at_work[notes] == "-", f"{where}: notes want a case"
        if "C" in [column[spending] for column in columns]:
            assert purpose in ("check_out", "complaint", "dsr"), where
        if sealed[FieldGroup.IDENTITY] == "C":
            assert purpose in ("emergency", "lawful_request", "audit"), f"{where}: a sealed identity takes a second person"
        if restricted != NOTHING:
            assert purpose in ("lawful_request", "emergency", "dsr", "audit", "check_in", "check_out"), where
        assert role != "it_admin", "administration sees nobody"


# ------------------------------------------------------------------------------------------------------------ a live keeper


@pytest.fixture(scope="module")
def people(stage: Stage) -> dict[str, Player]:
    """One person for every duty there is, at work."""
    hired = {role.value: stage.hire(f"In {role}", role) for role in Role}
    for duty, player in hired.items():
        person = player.ask(lookup.WhoAmI)
        if not person.duty:  # a role of administration may be chosen without a shift, and beside one
            assert player.ask(lookup.ChooseDuty, duty=duty).duty == duty
    return hired


@pytest.fixture(scope="module")
def guests(stage: Stage) -> dict[str, Guest]:
    """A guest of every relation."""
    return {relation.value: stage.guest(relation) for relation in Relation}


def in_emergency(player: Player, guest: Guest, may: str) -> object:
    """What somebody sees in an emergency of all they may see, and of as much as nobody may."""
    mask = sum(1 << group for group in FieldGroup if may[group] != "-")
    begun = player.emergency(guest, mask or ALL)
    assert isinstance(begun, lookup.Entered) == bool(mask), begun
    # The passkey that began it shows the document too, to those in charge: the table is about who has verified none.
    player.stage.superuser.execute("delete from keys.step_up where guest_id = %s", (guest.guest_id.hex(),))
    player.stage.guest("arriving")  # a change of facts: the keeper reads anew
    return player.look_up(guest, "emergency", clear=mask or ALL)


@pytest.mark.parametrize("role", Role)
def test_a_live_keeper_gives_what_the_table_says(people: dict[str, Player], guests: dict[str, Guest], role: str) -> None:
    said = {(line[0], line[2]): line[3] for line in reviewed_lines() if line[1] == role}
    for purpose in Purpose:
        for relation, guest in guests.items():
            if purpose is Purpose.EMERGENCY:
                answer = in_emergency(people[role], guest, said.get((purpose, relation), NOTHING))
            else:
                answer = people[role].look_up(guest, purpose, clear=ALL)
            found = letters(answer.clear, answer.masked) if isinstance(answer, lookup.Disclosure) else NOTHING
            assert found == said.get((purpose, relation), NOTHING), f"{purpose} {role} {relation}"
            if isinstance(answer, lookup.Disclosure):
                assert set(answer.fields) == {group.word for group in FieldGroup if found[group] != "-"}
