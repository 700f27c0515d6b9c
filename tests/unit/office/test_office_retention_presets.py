"""Presets by country: each line says where it comes from and how sure that is; every misspelling refuses the file."""

from __future__ import annotations

from importlib.resources import files

import pytest

from discretion.hotel.retention import Basis, Period, clashes
from discretion.office.properties import is_time_zone
from discretion.office.retention_presets import PresetError, packaged, preset_for, preset_of, read_presets

FILE = files("discretion.office").joinpath("retention_presets.toml").read_text("utf-8")


def test_seven_countries_come_along_and_no_two_laws_of_one_contradict_each_other() -> None:
    assert [each.code for each in packaged()] == ["CN", "DE", "IT", "ES", "HU", "CZ", "PT"]
    for preset in packaged():
        assert [clash for clash in clashes(each.rule for each in preset.rules) if clash.is_alarm] == []
        assert any(each.rule.basis is Basis.LAW for each in preset.rules)


def test_every_line_has_its_source_and_a_note_in_both_languages() -> None:
    for preset in packaged():
        for each in preset.rules:
            assert all(text.strip() for text in (each.law.zh, each.law.en, each.note.zh, each.note.en)), each.rule.code
            assert not any(mark in each.note.zh for mark in ",;!?()"), each.rule.code


def test_what_was_not_read_in_the_law_is_said_to_be_uncertain() -> None:
    doubtful = {each.rule.code for preset in packaged() for each in preset.rules if not each.is_certain}
    assert doubtful == {
        "CN-register", "CN-lost-property", "IT-alloggiati", "ES-register", "HU-viza", "CZ-house-book", "PT-accommodation-bulletin", "own-spending",
    }


def test_germany_keeps_the_form_for_a_year_and_destroys_it_within_three_months() -> None:
    preset = preset_of("DE")
    assert preset is not None
    form = preset.rules[0].rule
    assert (form.guests, form.event, form.keep, form.gone) == ("foreign", "arrival", Period(12, 0), Period(15, 0))


def test_the_time_zone_says_which_country() -> None:
    assert [preset_for(zone).code for zone in ("Asia/Shanghai", "Europe/Berlin", "Atlantic/Madeira", "America/Bogota")] == ["CN", "DE", "PT", "CN"]
    assert all(is_time_zone(zone) for preset in packaged() for zone in preset.zones)


@pytest.mark.parametrize(("right", "wrong"), [
    ('groups = ["contact"]', 'groups = ["contacts"]'), ('groups = ["contact"]', "groups = []"), ('groups = ["contact"]', 'groups = ["contact", "contact"]'),
    ('event = "arrival"', 'event = "arival"'), ('stays = "stayed"', 'stays = "stay"'), ('guests = "foreign"', 'guests = "foreigners"'),
    ('keep = "3 years"', 'keep = "three years"'), ('keep = "3 years"', 'keeep = "3 years"'), ('gone = "15 months"', 'gone = "15 month s"'),
    ('gone = "15 months"', 'gone = "11 months"'), ("is_certain = true", 'is_certain = "yes"'), ("is_certain = false\n", "\n"), ('home = "DEU"', 'home = "FRA"'),
    ('code = "DE-registration-form"', 'code = "own-notes"'), ('code = "PT"', 'code = "DE"'), ('"Europe/Rome"', '"Europe/Berlin"'),
    ('version = "2026-11"', ""), ("[[choice]]", "[[choices]]"), ('keep = "3 months"', ""), ("[[preset]]", "[[preset"),
    ('en = "Germany"', 'fr = "Allemagne"'),
])
def test_every_misspelling_refuses_the_file(right: str, wrong: str) -> None:
    assert right in FILE
    with pytest.raises(PresetError):
        read_presets(FILE.replace(right, wrong, 1).encode())
