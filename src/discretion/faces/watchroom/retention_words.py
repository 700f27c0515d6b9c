"""Retention in words: periods, sources, contradictions, and a plan's numbers as lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.nouns import noun
from discretion.hotel.retention import LINKS, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from babel.support import Translations

    from discretion.hotel.retention import Clash, Period
    from discretion.office.retention import RuleRow
    from discretion.office.retention_plans import Counts

_YEAR_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One version of a rule in words."""

    row: RuleRow
    id: str
    groups: str
    whom: str
    event: str
    keep: str
    gone: str
    law: str
    note: str
    basis: str


@dataclass(frozen=True, slots=True)
class ShownClash:
    """Two rules that contradict each other, in one sentence; `is_alarm` when both are law."""

    sentence: str
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class ShownCount:
    """How many records of one field group fall due by one rule."""

    rule: str
    group: str
    guests: int


def period_words(words: Translations, period: Period | None) -> str:
    """Return a period as people say it, "—" for none."""
    if period is None:
        return "—"
    if period.days or not period.months:
        days = words.ngettext("%(num)d day", "%(num)d days", period.days) % {"num": period.days}
        return days if not period.months else f"{_months(words, period.months)} + {days}"
    return _months(words, period.months)


def subject_words(words: Translations, mask: int) -> str:
    """Return the subjects of a rule in words."""
    return " · ".join(
        noun(words, "retention_subject" if word == "links" else "group", word) for word in words_of(mask)
    )


def shown_rule(words: Translations, language: str, row: RuleRow) -> ShownRule:
    """Return a rule in the reader's language."""
    is_zh = language == "zh_Hans"
    whom = [noun(words, "stay_kind", row.stays)]
    if row.whom != "any":
        whom.insert(0, noun(words, "guest_kind", row.whom))
    return ShownRule(
        row, row.rule_id.hex(), subject_words(words, row.groups), " · ".join(whom),
        noun(words, "retention_event", row.event), period_words(words, row.keep), period_words(words, row.gone),
        row.law_zh if is_zh else row.law_en, row.note_zh if is_zh else row.note_en,
        noun(words, "retention_basis", row.basis),
    )


def shown_clashes(words: Translations, found: Sequence[Clash]) -> list[ShownClash]:
    """Return contradictions in sentences, alarms first."""
    alarm = words.gettext(
        "%(keep)s keeps %(groups)s for %(long)s, and %(gone)s wants it gone after %(short)s. Both are law and cannot "
        "both be met: nothing goes before the obligation ends. Have a lawyer decide, then change one of them."
    )
    waits = words.gettext(
        "%(gone)s wants %(groups)s gone after %(short)s, but %(keep)s keeps it for %(long)s. "
        "The obligation is stronger."
    )
    return [
        ShownClash((alarm if each.is_alarm else waits) % {
            "keep": each.keep.code, "gone": each.gone.code, "groups": subject_words(words, each.groups & ~LINKS),
            "long": period_words(words, each.keep.keep), "short": period_words(words, each.gone.gone),
        }, each.is_alarm)
        for each in found if each.groups & ~LINKS
    ]


def shown_counts(words: Translations, counts: Counts) -> list[ShownCount]:
    """Return a plan's numbers by rule and field group."""
    return [ShownCount(each.rule, noun(words, "group", each.group), each.guests) for each in counts.by_rule]


def skipped_lines(words: Translations, counts: Counts) -> list[tuple[str, int]]:
    """Return why records are left alone, and how many, without the reasons that hold for none."""
    return [(noun(words, "retention_skip", code), count) for code, count in counts.skipped.items() if count]


def by_group(words: Translations, counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return numbers by field group, in words."""
    return [(noun(words, "group", code), count) for code, count in counts.items()]


def _months(words: Translations, months: int) -> str:
    years, rest = divmod(months, _YEAR_MONTHS)
    if years and not rest:
        return words.ngettext("%(num)d year", "%(num)d years", years) % {"num": years}
    return words.ngettext("%(num)d month", "%(num)d months", months) % {"num": months}
