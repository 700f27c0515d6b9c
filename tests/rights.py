"""A hotel's people for requests for rights, at the office alone: who asks, who works on it, who is the second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.office import rights, rights_work
from discretion.office.changes import CheckIn, CheckOut
from discretion.office.outcome import ActRefusal, OnDuty
from discretion.office.retention import Kept
from discretion.office.rights import RightsDone
from discretion.office.rights_intake import NewRequest, ask
from discretion.office.staff import NewStaff, add_staff
from tests.journeys.office.conftest import Hotel, guest, new_id

if TYPE_CHECKING:
    from datetime import date

    from discretion.office.rights import RightsCase
    from discretion.office.rights_work import LetterFacts


@dataclass(frozen=True, slots=True)
class Desk:
    """A hotel with a privacy officer, a general manager, a clerk, and a guest who has left."""

    hotel: Hotel
    officer: OnDuty
    manager: OnDuty
    clerk: OnDuty
    guest_id: bytes
    reservation: str

    async def ask(self, kind: str, **more: object) -> str:
        """Return the number of a request that the guest made on their own pages."""
        new = NewRequest(case_id=new_id(), kind=kind, channel="portal", **more)  # type: ignore[arg-type]
        done = await ask(self.hotel.office, self.hotel.property_id, self.guest_id, new)
        assert isinstance(done, RightsDone), done
        return done.number

    async def taken_up(self, kind: str, **more: object) -> str:
        """Return the number of such a request that is in work."""
        number = await self.ask(kind, **more)
        ok(await rights_work.take_up(self.hotel.office, self.officer, number, new_id()))
        return number

    async def case(self, number: str) -> RightsCase:
        """Return a request as it stands."""
        found = await rights.request_by_number(self.hotel.office, self.hotel.property_id, number)
        assert found is not None
        return found

    async def suggested(self, number: str, kept: tuple[Kept, ...] = ()) -> None:
        """Decide every line as suggested."""
        made = rights_work.suggestions(await self.case(number), kept)
        ok(await rights_work.decide(self.hotel.office, self.officer, number, new_id(), made))

    async def erase(self, number: str) -> None:
        """Do what the keeper does with the order of a request."""
        order_id = (await self.case(number)).request.order_id
        assert order_id is not None
        async with await psycopg.AsyncConnection.connect(self.hotel.database.superuser, autocommit=True) as connection:
            await connection.execute(
                "update hotel.erasure_order set done_at = now(), entry_idx = 1 where order_id = %s::uuid", (order_id.hex(),))
        await rights_work.settle(self.hotel.office, self.hotel.property_id, number)

    async def answered(self, number: str) -> tuple[str, str]:
        """Answer, and return what the letter says."""
        ok(await rights_work.answer(self.hotel.office, self.officer, number, new_id(), "as told at the desk", composed))
        letter = (await self.case(number)).letters[0]
        return letter.text_zh, letter.text_en


def keep(group: str, until: date | None) -> Kept:
    """Return what must stay of one group."""
    return Kept(group, until, "住宿登记管理规定", "the law on registration", b"")


@pytest.fixture(name="desk")
async def desk_of(hotel: Hotel) -> Desk:
    """A hotel's people for rights, and a guest who has left."""
    ids = {}
    for number, role in (("801", "privacy"), ("802", "general_manager")):
        ids[role] = new_id()
        await add_staff(hotel.office, hotel.property_id, NewStaff(ids[role], number, role.title(), "en", (role,)))
    somebody = guest()
    stay = await hotel.must(await hotel.book(), CheckIn(room_number="101", people=(somebody,)))
    stay = await hotel.must(stay, CheckOut())
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
        await connection.execute(
            "insert into keys.guest_key (property_id, guest_id, key_id, wrapped) values (%s, %s, gen_random_uuid(), '\\x00')",
            (hotel.property_id.hex(), somebody.guest_id.hex()))
    return Desk(
        hotel, OnDuty(hotel.property_id, ids["privacy"], "privacy"),
        OnDuty(hotel.property_id, ids["general_manager"], "general_manager"),
        OnDuty(hotel.property_id, hotel.ada, "front_desk"), somebody.guest_id, stay.number,
    )


def ok(answer: object) -> None:
    assert isinstance(answer, RightsDone), answer


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


def composed(facts: LetterFacts) -> tuple[str, str]:
    text = ", ".join(f"{line.what} {line.disposition} {line.reason}" for line in facts.lines) + " " + facts.words
    return text + "。此为答复正文。答复正文到此为止。", text + ". This is the whole answer."
