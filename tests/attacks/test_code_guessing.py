"""Mallory guesses the code of somebody's visit, has codes sent without end, and brings one that was used."""

from __future__ import annotations

from discretion.wire import guests, lookup
from tests.cast import Stage, new_id
from tests.portals import bring_code, letters, send_code, visit


def test_five_wrong_tries_end_a_code_for_good(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    sent = send_code(stage, dora)
    (letter,) = letters(stage)
    wrong = str((int(letter.code) + 1) % 10**8).zfill(8)
    for _ in range(5):
        refused = bring_code(stage, dora, sent, wrong)
        assert isinstance(refused, lookup.Failed) and refused.code == "code"
    assert isinstance(bring_code(stage, dora, sent, letter.code), lookup.Failed)


def test_the_guest_sees_that_somebody_guessed(stage: Stage) -> None:
    dora = stage.guest("arriving")
    bring_code(stage, dora, send_code(stage, dora), "00000000")
    letters(stage)
    assert "guest_code_wrong" in [line.kind for line in visit(stage, dora).entries()]


def test_a_code_opens_once(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    sent = send_code(stage, dora)
    (letter,) = letters(stage)
    assert isinstance(bring_code(stage, dora, sent, letter.code), guests.GuestVisit)
    assert isinstance(bring_code(stage, dora, sent, letter.code), lookup.Failed)


def test_a_code_of_another_sending_opens_nothing(stage: Stage) -> None:
    dora, other = stage.guest("arriving"), stage.guest("arriving")
    letters(stage)
    of_dora, of_other = send_code(stage, dora), send_code(stage, other)
    first, second = letters(stage)
    assert isinstance(bring_code(stage, dora, of_dora, second.code), lookup.Failed)
    assert isinstance(bring_code(stage, other, of_other, first.code), lookup.Failed)


def test_an_invented_sending_opens_nothing(stage: Stage) -> None:
    dora = stage.guest("arriving")
    assert isinstance(bring_code(stage, dora, guests.CodeSent(code_id=new_id()), "12345678"), lookup.Failed)


def test_a_code_of_one_hotel_opens_nothing_at_another(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    sent = send_code(stage, dora)
    (letter,) = letters(stage)
    at_hilltop = stage.ask(guests.FinishGuestSignIn(
        property_id=stage.cleo.property_id, code_id=sent.code_id, code=letter.code,
    ))
    assert isinstance(at_hilltop, lookup.Failed)


def test_a_sixth_code_within_the_hour_is_not_sent_and_reads_the_same(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    for _ in range(6):
        assert isinstance(send_code(stage, dora), guests.CodeSent)
    assert len(letters(stage)) == 5


def test_codes_are_kept_only_as_keyed_hashes(stage: Stage) -> None:
    dora = stage.guest("arriving")
    letters(stage)
    send_code(stage, dora)
    (letter,) = letters(stage)
    kept = stage.superuser.execute("select coalesce(string_agg(c::text, ' '), '') from keys.guest_code c").fetchone()
    assert kept and letter.code not in kept[0] and dora.email not in kept[0]
    assert letter.code not in "".join(str(line) for line in stage.log())
