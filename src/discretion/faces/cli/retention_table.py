"""Retention rules at the command line: as records, and as lines to read, also for the question of `init`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.faces.kit.words import marked
from discretion.hotel.retention import words_of
from discretion.office.retention_presets import packaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.faces.cli.terminal import Terminal
    from discretion.hotel.retention import Rule

Record = dict[str, object]


def columns(rule: Rule) -> Record:
    """Return a rule in codes, by column."""
    return {
        "rule": rule.code, "groups": " ".join(words_of(rule.groups)), "whom": rule.guests.value,
        "stays": rule.stays.value, "counts_from": rule.event.value, "keep": rule.keep and str(rule.keep),
        "gone": rule.gone and str(rule.gone),
    }


def preset_table(terminal: Terminal, code: str | None) -> list[Record]:
    """Return the lines of a preset, or of all of them."""
    is_zh = terminal.language == "zh_Hans"
    return [
        {
            **columns(each.rule), "source": each.law.zh if is_zh else each.law.en, "certain": each.is_certain,
            "note": each.note.zh if is_zh else each.note.en,
        }
        for preset in packaged() if code in {None, preset.code} for each in preset.rules
    ]


def rules_text(terminal: Terminal, records: Sequence[Mapping[str, object]]) -> str:
    """Return rules as people read them: what, whom, how long, by which source, how sure that is."""
    return "\n".join(_text(terminal, record) for record in records)


def _text(terminal: Terminal, record: Mapping[str, object]) -> str:
    periods = terminal.words(
        marked("%(groups)s · %(whom)s, %(stays)s · from %(event)s: keep until %(keep)s, gone by %(gone)s"),
        groups=record["groups"], whom=record["whom"], stays=record["stays"], event=record["counts_from"],
        keep=record["keep"] or "—", gone=record["gone"] or "—",
    )
    to_verify = "" if record["certain"] else terminal.words(marked(" [to verify]"))
    lines = [str(record["rule"]), f"  {periods}", f"  {record['source']}{to_verify}"]
    return "\n".join(lines + ([f"  {record['note']}"] if record.get("note") else []))
