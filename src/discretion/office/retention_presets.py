"""The retention presets that come along: by country, each line with its source and how sure that is.

Rules:
* The file is read strictly: an unknown key, a misspelt group or period, or a line that says nothing refuses it whole.
* Every preset has its country's lines and the hotel's own choices, which stand in the file once.
* Texts are in both languages and go into the hotel's rules, so that a later version changes no rule in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from discretion.hotel.country import ALPHA2_OF_ALPHA3
from discretion.hotel.retention import (
    SUBJECTS,
    Basis,
    Event,
    GuestKind,
    Period,
    Rule,
    StayKind,
    mask_of,
    read_period,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT: Final = "CN"
_OWN_ZH: Final = "本酒店自行规定，法律没有写明期限"
_OWN_EN: Final = "The hotel's own choice; no law names a period"
Code = Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9-]{1,39}$")]


class PresetError(Exception):
    """The file of presets cannot be used; says where and why."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages."""

    zh: Annotated[str, Meta(min_length=1, max_length=400)]
    en: Annotated[str, Meta(min_length=1, max_length=400)]


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    groups: Annotated[list[str], Meta(min_length=1, max_length=9)]
    event: Event
    is_certain: bool
    note: Said
    guests: GuestKind = GuestKind.ANY
    stays: StayKind = StayKind.ANY
    keep: str = ""
    gone: str = ""
    law: Said | None = None


class _WrittenPreset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    home: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    zones: Annotated[list[str], Meta(min_length=1)]
    name: Said
    rule: Annotated[list[_Written], Meta(min_length=1)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[str, Meta(min_length=4, max_length=20)]
    preset: Annotated[list[_WrittenPreset], Meta(min_length=1)]
    choice: Annotated[list[_Written], Meta(min_length=1)]


@dataclass(frozen=True, slots=True)
class PresetRule:
    """A rule with its source in both languages; `is_certain` False = to be verified."""

    rule: Rule
    law: Said
    note: Said
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Preset:
    """The rules for hotels of one country."""

    code: str
    version: str
    home: str
    zones: tuple[str, ...]
    name: Said
    rules: tuple[PresetRule, ...]


@cache
def packaged() -> tuple[Preset, ...]:
    """Return the presets that come along, in the file's order. Errors: `PresetError`, a bug of ours."""
    return read_presets(files(__package__).joinpath("retention_presets.toml").read_bytes())


def preset_of(code: str) -> Preset | None:
    """Return the preset of a country by its alpha-2 code, None when there is none."""
    return next((each for each in packaged() if each.code == code), None)


def preset_for(time_zone: str) -> Preset:
    """Return the preset of the country a time zone lies in; of China where none does."""
    found = (each for each in packaged() if time_zone in each.zones)
    return next(found, None) or next(each for each in packaged() if each.code == DEFAULT)


def read_presets(raw_toml: bytes) -> tuple[Preset, ...]:
    """Return the presets of a file. Errors: `PresetError`."""
    try:
        written = msgspec.toml.decode(raw_toml, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PresetError(str(error)) from error
    found = tuple(_preset(written, each) for each in written.preset)
    _once([each.code for each in found], "presets")
    _once([zone for each in found for zone in each.zones], "time zones")
    return found


def _preset(written: _File, one: _WrittenPreset) -> Preset:
    if one.home not in ALPHA2_OF_ALPHA3 or ALPHA2_OF_ALPHA3[one.home] != one.code:
        raise PresetError(f"{one.code}: home is another country")
    rules = tuple(_rule(each, one.home) for each in (*one.rule, *written.choice))
    _once([each.rule.code for each in rules], one.code)
    return Preset(one.code, written.version, one.home, tuple(one.zones), one.name, rules)


def _rule(written: _Written, home: str) -> PresetRule:
    unknown = [word for word in written.groups if word not in SUBJECTS]
    if unknown or len(set(written.groups)) < len(written.groups):
        raise PresetError(f"{written.code}: groups")
    keep, gone = _period(written, written.keep), _period(written, written.gone)
    if keep is None and gone is None:
        raise PresetError(f"{written.code}: neither keep nor gone")
    if keep and gone and gone.is_shorter_than(keep):
        raise PresetError(f"{written.code}: gone before keep ends")
    return PresetRule(
        Rule(
            written.code, mask_of(written.groups), written.guests, written.stays, written.event, keep, gone,
            Basis.LAW if written.law else Basis.CHOICE, home,
        ),
        written.law or Said(_OWN_ZH, _OWN_EN), written.note, written.is_certain,
    )


def _period(written: _Written, text: str) -> Period | None:
    if not text:
        return None
    period = read_period(text)
    if period is None:
        raise PresetError(f"{written.code}: period {text!r}")
    return period


def _once(codes: Sequence[str], what: str) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PresetError(f"{what}: twice {', '.join(twice)}")
