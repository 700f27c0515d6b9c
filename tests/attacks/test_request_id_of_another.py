"""A request id names one entry, and an entry opens once: neither a stolen nor a repeated one opens anything."""

from __future__ import annotations

from discretion.wire import lookup
from tests.cast import ALL, Stage, new_id
from tests.reading import given_away


def test_a_repeated_ask_is_told_its_entry_and_nothing_else(stage: Stage) -> None:
    guest, request_id = stage.guest(), new_id()
    first = stage.ada.look_up(guest, clear=ALL, request_id=request_id)
    again = stage.ada.look_up(guest, clear=ALL, request_id=request_id)
    assert again == lookup.Entered(entry=first.entry)


def test_a_refused_ask_is_not_turned_into_an_allowed_one_under_its_id(stage: Stage) -> None:
    mallory, guest, request_id = stage.hire("Mallory", "front_desk", is_at_work=False), stage.guest(), new_id()
    refused = mallory.look_up(guest, clear=ALL, request_id=request_id)
    assert isinstance(refused, lookup.Refusal)
    stage.at_work(mallory)
    mallory.ask(lookup.ChooseDuty, duty="front_desk")
    assert mallory.look_up(guest, clear=ALL, request_id=request_id) == lookup.Entered(entry=refused.entry)
    assert isinstance(mallory.look_up(guest, clear=ALL), lookup.Disclosure)


def test_anothers_request_id_opens_no_other_guest(stage: Stage) -> None:
    guest, other, request_id = stage.guest(), stage.guest(), new_id()
    first = stage.ada.look_up(guest, clear=ALL, request_id=request_id)
    stolen = stage.ben.look_up(other, clear=ALL, request_id=request_id)
    assert stolen == lookup.Entered(entry=first.entry)


def test_an_entered_search_is_not_searched_again(stage: Stage) -> None:
    guest, request_id = stage.guest(), new_id()
    search = {"purpose": "check_in", "name": guest.surname, "phone_end": guest.phone[-4:], "request_id": request_id}
    first = stage.ada.ask(lookup.FindByName, **search)
    assert first.hits == 1
    again = stage.ben.ask(lookup.FindByName, **search)
    assert again == lookup.Entered(entry=first.entry)
    assert given_away(again, guest) == []


def test_a_list_under_an_entered_id_shows_nobody(stage: Stage) -> None:
    guests = [stage.guest() for _ in range(3)]
    asked = {"guest_ids": [guest.guest_id for guest in guests], "purpose": "check_in", "masked": ALL, "request_id": new_id()}
    assert isinstance(stage.ada.ask(lookup.LookUpMany, **asked), lookup.Answers)
    assert stage.ada.ask(lookup.LookUpMany, **asked) == lookup.Failed(code="conflict")


def test_a_storm_of_the_same_ask_has_one_entry_and_opens_once(stage: Stage) -> None:
    guest, request_id, bystander = stage.guest(), new_id(), stage.guest()
    before = stage.size()
    lines = [stage.line() for _ in range(12)]
    for number, line in enumerate(lines):
        is_storm = number < 10
        line.send(lookup.LookUp(
            ticket=stage.ada.ticket, request_id=request_id if is_storm else new_id(), purpose="check_in", clear=1, masked=0,
            guest_id=guest.guest_id if is_storm else bystander.guest_id,
        ))
    answers = [line.answer() for line in lines]
    for line in lines:
        line.close()
    opened = [answer for answer in answers[:10] if isinstance(answer, lookup.Disclosure)]
    told = [answer for answer in answers[:10] if isinstance(answer, lookup.Entered)]
    assert len(opened) == 1 and len(told) == 9, answers
    assert {answer.entry for answer in told} == {opened[0].entry}
    assert all(isinstance(answer, lookup.Disclosure) for answer in answers[10:]), "the storm is nobody else's trouble"
    assert stage.size() == before + 3


def test_a_storm_on_one_line_has_one_entry(stage: Stage) -> None:
    guest, request_id = stage.guest(), new_id()
    line = stage.line()
    for _ in range(20):
        line.send(lookup.LookUp(
            ticket=stage.ada.ticket, request_id=request_id, guest_id=guest.guest_id, purpose="check_in", clear=1, masked=0,
        ))
    answers = [line.answer() for _ in range(20)]
    line.close()
    assert sum(isinstance(answer, lookup.Disclosure) for answer in answers) == 1
    assert sum(isinstance(answer, lookup.Entered) for answer in answers) == 19, answers
