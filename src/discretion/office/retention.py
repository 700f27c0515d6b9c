"""Retention: the rules of one hotel in their versions, and what of one guest must stay until when.

Rules:
* A rule is never edited: another version is another row, with who set it and why.
* Shortening deletes by itself, so it is confirmed with the hotel's name; every change has a reason.
* Rules that contradict each other are shown; nothing is chosen silently (`hotel.retention`).

Left to others: what falls due over all guests, and running that (`retention_plans`); holds (`legal_holds`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from discretion.hotel.retention import (
    SUBJECTS,
    Basis,
    Event,
    GuestKind,
    Line,
    Period,
    Rule,
    StayKind,
    clashes,
    dates_of,
    is_shortened,
)
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from discretion.hotel.retention import Clash
    from discretion.office.database import Office, Statements
    from discretion.office.retention_presets import Preset

_SQL: Final = queries("retention.sql")
REASON_CHARACTERS_MIN: Final = 3
HOLD: Final = ("依法留存（暂停删除）", "Legal hold")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One version of a rule as the table has it; `ended_at` None = in force."""

    rule_id: bytes
    code: str
    version: int
    preset: str
    home: str
    basis: str
    groups: int
    whom: str
    stays: str
    event: str
    keep_months: int | None
    keep_days: int | None
    gone_months: int | None
    gone_days: int | None
    law_zh: str
    law_en: str
    note_zh: str
    note_en: str
    is_certain: bool
    set_by_name: str
    reason: str
    from_at: datetime
    ended_at: datetime | None

    @property
    def keep(self) -> Period | None:
        """How long it must stay."""
        return None if self.keep_months is None else Period(self.keep_months, self.keep_days or 0)

    @property
    def gone(self) -> Period | None:
        """How soon it must be gone."""
        return None if self.gone_months is None else Period(self.gone_months, self.gone_days or 0)

    @property
    def rule(self) -> Rule:
        """The rule as the nouns know it."""
        return Rule(
            self.code, self.groups, GuestKind(self.whom), StayKind(self.stays), Event(self.event), self.keep,
            self.gone, Basis(self.basis), self.home,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """What must stay of one guest: a field group's word or `links`. On the day `until` it may go, not before.

    `until` None = while a hold lasts; `rule_id` is empty then.
    """

    group: str
    until: date | None
    law_zh: str
    law_en: str
    rule_id: bytes


@dataclass(frozen=True, slots=True)
class NewPeriods:
    """What a rule shall say from now on. `confirmed`: the hotel's name as typed, needed when something goes earlier."""

    rule_id: bytes
    keep: Period | None
    gone: Period | None
    reason: str
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class _Today:
    today: date
    held: int


async def rules_in_force(office: Office, property_id: bytes) -> tuple[RuleRow, ...]:
    """Return the rules in force, laws first."""
    async with office.reading() as now:
        return await now.rows(RuleRow, _SQL["in_force"], {"property_id": property_id})


async def rule_history(office: Office, property_id: bytes) -> tuple[RuleRow, ...]:
    """Return every version of every rule, newest first, at most 500."""
    async with office.reading() as now:
        return await now.rows(RuleRow, _SQL["history"], {"property_id": property_id})


def contradictions(rows: Sequence[RuleRow]) -> tuple[Clash, ...]:
    """Return which of these rules contradict each other, those of laws first."""
    return clashes(row.rule for row in rows)


async def kept(now: Statements, property_id: bytes, guest_id: bytes) -> tuple[Kept, ...]:
    """Return what of a guest must stay today, group by group: holds first, then by the longest obligation.

    What is not named may go now. A guest that is not known has nothing that must stay.
    """
    params = {"property_id": property_id, "guest_id": guest_id}
    day = await now.row(_Today, _SQL["today"], params)
    if day is None:
        return ()
    rows = await now.rows(RuleRow, _SQL["in_force"], params)
    lines = await now.rows(Line, _SQL["stays"], params)
    by_code = {row.code: row for row in rows}
    found = [Kept(word, None, *HOLD, b"") for word, bit in SUBJECTS.items() if day.held & bit]
    for each in dates_of([row.rule for row in rows], lines):
        if each.keep_rule and each.keep_until and each.keep_until > day.today:
            row = by_code[each.keep_rule.code]
            found.append(Kept(each.subject, each.keep_until, row.law_zh, row.law_en, row.rule_id))
    return tuple(found)


async def adopt(office: Office, property_id: bytes, preset: Preset) -> Done | ActRefusal:
    """Give a hotel without rules those of a preset, as the operator does at set-up. Refusals: `rules_there`."""
    try:
        async with office.changing() as now:
            if await now.dicts(_SQL["lock"], {"property_id": property_id}):
                raise RefusedError("rules_there")
            rules = [
                {
                    **_columns(each.rule), "preset": preset.code, "law_zh": each.law.zh, "law_en": each.law.en,
                    "note_zh": each.note.zh, "note_en": each.note.en, "is_certain": each.is_certain,
                }
                for each in preset.rules
            ]
            await now.run(_SQL["adopt"], {
                "property_id": property_id, "rules": msgspec.json.encode(rules).decode(),
            })
    except RefusedError as refused:
        return refused.refusal
    return Done(property_id, is_repeat=False)


async def change_periods(
    office: Office, property_id: bytes, staff_id: bytes, names: Sequence[str], new: NewPeriods,
) -> Done | ActRefusal:
    """Give a rule other periods from now on; `names` are what the hotel is called.

    Refusals: `not_found` (ended meanwhile), `words`, `words_number` (the reason), `period` (neither, or gone before
    keep ends), `same`, `confirm` (something goes earlier and the hotel's name was not typed).
    """
    if wrong := fault_of(new.reason, at_least=REASON_CHARACTERS_MIN):
        return ActRefusal(wrong)
    if new.keep is None and new.gone is None:
        return ActRefusal("period")
    if new.keep and new.gone and new.gone.is_shorter_than(new.keep):
        return ActRefusal("period")
    try:
        async with office.changing() as now:
            await now.dicts(_SQL["lock"], {"property_id": property_id})
            row = await _row(now, property_id, new.rule_id)
            rule = with_periods(row.rule, new.keep, new.gone)
            if rule == row.rule:
                raise RefusedError("same")
            if is_shortened(row.rule, rule) and new.confirmed.strip() not in names:
                raise RefusedError("confirm", name=names[0])
            await now.run(_SQL["end"], {"property_id": property_id, "rule_ids": [row.rule_id], "staff_id": staff_id})
            rule_id = secrets.token_bytes(16)
            await now.run(_SQL["add"], {
                "property_id": property_id, "rule_id": rule_id, "preset": row.preset, "staff_id": staff_id,
                "reason": one_line(new.reason), "law_zh": row.law_zh, "law_en": row.law_en, "note_zh": row.note_zh,
                "note_en": row.note_en, "is_certain": row.is_certain, **_columns(rule),
            })
            return Done(rule_id, is_repeat=False)
    except RefusedError as refused:
        return refused.refusal


async def _row(now: Statements, property_id: bytes, rule_id: bytes) -> RuleRow:
    rows = await now.rows(RuleRow, _SQL["in_force"], {"property_id": property_id})
    found = next((row for row in rows if row.rule_id == rule_id), None)
    if found is None:
        raise RefusedError("not_found")
    return found


def with_periods(rule: Rule, keep: Period | None, gone: Period | None) -> Rule:
    """Return the rule with other periods."""
    return Rule(
        rule.code, rule.groups, rule.guests, rule.stays, rule.event, keep, gone, rule.basis, rule.home,
    )


def changed_rules(rows: Sequence[RuleRow], rule_id: bytes, new: Rule) -> list[Rule]:
    """Return the rules of these rows, with `new` in the place of one of them."""
    return [new if row.rule_id == rule_id else row.rule for row in rows]


def _columns(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code, "home": rule.home, "basis": rule.basis.value, "groups": rule.groups,
        "whom": rule.guests.value, "stays": rule.stays.value, "event": rule.event.value,
        "keep_months": rule.keep and rule.keep.months, "keep_days": rule.keep and rule.keep.days,
        "gone_months": rule.gone and rule.gone.months, "gone_days": rule.gone and rule.gone.days,
    }
