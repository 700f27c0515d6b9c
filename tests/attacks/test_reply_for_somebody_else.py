"""Mallory answers for Ada what a look-up was for: for anybody but Ada there is no such form, and Ada answers once."""

from __future__ import annotations

from discretion.office import reviews
from discretion.office.outcome import ActRefusal, Done
from tests.cast import Player, Stage
from tests.reviewing import in_office, notices, review_of


def said(stage: Stage, number: str, by: Player, words: str = "A guest had asked.") -> object:
    return in_office(stage, lambda office: reviews.say(office, by.property_id, number, by.staff_id, words))


def test_nobody_answers_for_somebody_else(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    mallory = stage.hire("Mallory", "front_desk")
    for by in (mallory, stage.ben, stage.cleo):
        assert said(stage, number, by) == ActRefusal("not_found")
    assert isinstance(said(stage, number, stage.ada), Done)


def test_nobody_sees_somebody_elses_look_ups_among_their_own(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    mallory = stage.hire("Mallory", "front_desk")
    mine = in_office(stage, lambda office: reviews.own(office, mallory.property_id, mallory.staff_id))
    assert mine == ()
    assert number in [line.number for line in in_office(stage, lambda office: reviews.own(office, stage.ada.property_id, stage.ada.staff_id))]


def test_a_reply_brings_no_control_characters_and_no_second_version(stage: Stage) -> None:
    number = review_of(stage, stage.ada)
    for words in ("", " ", "a\x00b", "a\x1b[2Jb", "x" * 501):
        assert said(stage, number, stage.ada, words) == ActRefusal("review_words")
    said(stage, number, stage.ada)
    assert said(stage, number, stage.ada, "Something better.") == ActRefusal("review_said")
    assert not any("guest had asked" in str(details) for _, details in notices(stage, to=stage.ben.staff_id))
