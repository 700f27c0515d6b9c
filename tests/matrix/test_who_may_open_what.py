"""Who opens, works on and closes cases, and who does which kind of work: as a table that people review.

Each row of the policy that needs an open case or an assigned request names duties; here they must have something to do with it.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from discretion.faces.kit.permissions import DUTIES, Permission
from discretion.hotel.purpose import Role
from discretion.office.case_kinds import CASE_KINDS
from discretion.office.service_requests import DISPATCHERS, DUTIES_OF, SEES_ALL
from tests.papers import policy

REVIEWED = Path(__file__).with_name("who_may_open_what.txt")
HEAD = """\
# Cases: o opens, w sees and works on it, c closes. Requests: d does such work, g opens them and gives them to others, a sees all.
# What stands in no line has nothing to do with cases or requests."""


def letters(*said: tuple[str, bool]) -> str:
    return "".join(letter if is_so else "-" for letter, is_so in said)


def table() -> list[str]:
    lines = HEAD.splitlines()
    lines.append(f"{'duty':<17}" + "".join(f"{name:<19}" for name in CASE_KINDS) + "requests")
    for role in Role:
        found = [letters(("o", role in kind.opens), ("w", role in kind.works), ("c", role in kind.closes)) for kind in CASE_KINDS.values()]
        kinds = " ".join(kind for kind, duties in DUTIES_OF.items() if role in duties)
        may = letters(("d", bool(kinds)), ("g", role in DISPATCHERS), ("a", role in SEES_ALL))
        if set("".join(found) + may) != {"-"}:
            lines.append(f"{role:<17}" + "".join(f"{each:<19}" for each in found) + f"{may} {kinds}".rstrip())
    return lines


def test_the_tables_say_what_was_reviewed() -> None:
    reviewed, found = REVIEWED.read_text("utf-8").splitlines(), table()
    changed = "\n".join(difflib.unified_diff(reviewed, found, REVIEWED.name, "the tables", lineterm="", n=0))
    assert found == reviewed, f"let somebody else review this, then write it to {REVIEWED.name}:\n{changed}"


@pytest.mark.parametrize("role", Role)
def test_a_duty_has_the_pages_for_what_it_has_to_do(role: Role) -> None:
    may = DUTIES.get(role, frozenset())
    assert (Permission.CASE_WORK in may) == any(role in kind.works for kind in CASE_KINDS.values())
    assert (Permission.REQUEST_WORK in may) == any(role in duties for duties in DUTIES_OF.values())
    assert (Permission.REQUEST_DISPATCH in may) == (role in DISPATCHERS)


def test_whoever_the_policy_lets_look_for_a_case_or_request_sees_it() -> None:
    rested = [
        (view.id, name, view.purpose, role)
        for view in policy().rules.views for name in ("case_open", "assigned") if name in view.need for role in view.who
    ]
    assert len(rested) > 30
    for rule, name, purpose, role in rested:
        if name == "case_open":
            assert role in CASE_KINDS[purpose].works, rule
        else:
            assert any(role in duties for duties in DUTIES_OF.values()), rule
