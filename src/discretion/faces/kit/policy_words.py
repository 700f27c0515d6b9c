"""The policy in words: what a release changes, what its checks found, how a replay came out. For pages and terminal.

The English stands here, the Chinese in the catalogue of pages: both faces say the same of the same release.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from babel.support import Translations

    from discretion.policy.compare import Comparison, Side
    from discretion.policy.replay import Replay
    from discretion.policy.table import Policy

CHECKS: Final = MappingProxyType({
    "load": _("The file loads whole, and its rules are sound"),
    "decisive": _("Every rule decides something"),
    "promises": _("Every promise holds in every situation"),
    "monotone": _("Losing a fact never shows more"),
    "mutation": _("Nothing in the file is redundant"),
    "named": _("The named situations are decided as written"),
    "approvers": _("Enough people here may give each approval: one more than it takes"),
    "cedar": _("A second engine gives the same answers"),
})
STATES: Final = MappingProxyType({
    "proposed": _("Proposed, waiting for signatures"),
    "signed": _("Signed, waiting for its moment"),
    "active": _("In force"),
    "superseded": _("Was in force"),
    "withdrawn": _("Withdrawn"),
})
KINDS: Final = MappingProxyType({
    "regular": _("Regular: two signatures, one of them the privacy officer's"),
    "tightening": _("Tightening: shows nothing more anywhere, so one signature suffices"),
})
PROMISES: Final = MappingProxyType({
    "document_fresh_passkey": _("A document is shown in full only after a passkey verified anew"),
    "document_reviewed": _("Whoever sees a document in full is reviewed"),
    "on_shift": _("Nothing is shown off shift for the purposes of a shift"),
    "passkey": _("Nothing is shown without signing in with a passkey"),
    "marketing_consent": _("Marketing sees something only with the guest's consent"),
    "spending": _("Spending is shown in full only in check-out, complaints and rights requests"),
    "notes": _("Notes are shown only in an open case or an emergency"),
    "emergency": _("An emergency never shows spending, booking or preferences"),
    "sealed": _("A sealed record shows its identity in full only with a second person"),
    "restricted": _("Where the guest has stopped processing, nothing is shown for service, analysis or marketing"),
    "recorded": _("Whatever is shown is recorded"),
    "locked": _("Nothing is shown while locked"),
})


def as_report(found: Comparison) -> dict[str, Any]:
    """Return a comparison as a proposal carries it: codes and numbers, no words."""
    return {
        "situations": found.situations, "narrower": found.is_narrower, "duties_lost": list(found.duties_lost),
        "approvers": [list(each) for each in found.approvers], "facts": list(found.facts), "budget": found.budget,
        "changes": [
            {
                "cell": list(change.cell), "situations": change.situations, "gained": _side(change.gained),
                "lost": _side(change.lost),
            }
            for change in found.changes
        ],
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "clear": side.levels.clear, "masked": side.levels.masked, "situations": side.situations,
        "witness": list(side.witness),
    }


def replay_report(found: Replay) -> dict[str, Any]:
    """Return a replay as a proposal carries it."""
    return {
        "more": found.more, "less": found.less, "same": found.same, "unread": found.unread,
        "effects": [
            {"purpose": each.purpose, "role": each.role, "more": each.more, "less": each.less, "same": each.same}
            for each in found.effects
        ],
    }


def difference_lines(words: Translations, language: str, report: Mapping[str, Any], policy: Policy | None) -> list[str]:
    """Return what a release changes, a sentence for each cell that gains or loses, then what else changes.

    Shapes: `report` is `as_report`'s; `policy` has the sentences of facts, None where the text is not there.
    """
    lines = []
    for change in report["changes"]:
        purpose, role, relation = change["cell"]
        place = words.gettext(_("%(purpose)s · %(role)s · guest %(relation)s")) % {
            "purpose": noun(words, "purpose", purpose), "role": noun(words, "role", role),
            "relation": noun(words, "relation", relation),
        }
        for key, sentence in (
            ("gained", _("%(place)s: gains %(groups)s, in %(number)s of %(of)s situations; for one, when: %(facts)s")),
            ("lost", _("%(place)s: loses %(groups)s, in %(number)s of %(of)s situations; for one, when: %(facts)s")),
        ):
            side = change[key]
            if side:
                lines.append(words.gettext(sentence) % {
                    "place": place, "groups": _levels(words, side["clear"], side["masked"]),
                    "number": f"{side['situations']:,}", "of": f"{change['situations']:,}",
                    "facts": _facts(words, language, side["witness"], policy),
                })
    lines += [
        words.gettext(_("Duty no longer attached: %(duty)s")) % {"duty": duty_words(words, duty)}
        for duty in report["duties_lost"]
    ]
    lines += [
        words.gettext(_("May newly approve “%(fact)s”: %(role)s")) % {
            "fact": _facts(words, language, [fact], policy), "role": noun(words, "role", role),
        }
        for fact, role in report["approvers"]
    ]
    lines += [
        words.gettext(_("What “%(fact)s” is good for changes")) % {"fact": _facts(words, language, [fact], policy)}
        for fact in report["facts"]
    ]
    if report["budget"]:
        lines.append(words.gettext(_("A daily number of guests grows")))
    return lines


def narrower_line(words: Translations, report: Mapping[str, Any]) -> str:
    """Return what the whole difference comes to."""
    if report["narrower"]:
        said = words.gettext(_("Nothing is shown to anybody that was not shown before (%(number)s situations tried)"))
    else:
        said = words.gettext(_("Something is widened (%(number)s situations tried)"))
    return str(said % {"number": f"{report['situations']:,}"})


def replay_lines(words: Translations, report: Mapping[str, Any]) -> list[str]:
    """Return how recorded look-ups would come out: the total, then each purpose and role that changes."""
    lines = [words.gettext(_(
        "Of %(all)s look-ups recorded, %(more)s would have shown more, %(less)s less, %(same)s the same"
    )) % {
        "all": f"{report['more'] + report['less'] + report['same']:,}", "more": f"{report['more']:,}",
        "less": f"{report['less']:,}", "same": f"{report['same']:,}",
    }]
    lines += [
        words.gettext(_("%(purpose)s · %(role)s: %(more)s more, %(less)s less, %(same)s the same")) % {
            "purpose": noun(words, "purpose", each["purpose"]), "role": noun(words, "role", each["role"]),
            "more": f"{each['more']:,}", "less": f"{each['less']:,}", "same": f"{each['same']:,}",
        }
        for each in report["effects"] if each["more"] or each["less"]
    ]
    if report["unread"]:
        lines.append(words.gettext(_("%(number)s could not be decided again: their policy is not kept here")) % {
            "number": f"{report['unread']:,}",
        })
    return lines


def check_words(words: Translations, code: str) -> str:
    """Return what a check says when it is passed."""
    return str(words.gettext(CHECKS[code]))


def duty_words(words: Translations, duty: str) -> str:
    """Return what an obligation asks for."""
    kind, _colon, term = duty.partition(":")
    sentences = {
        "record": _("recorded"),
        "review": _("reviewed within %(term)s hours"),
        "notify": _("the guest told within %(term)s hours"),
        "witness": _("seen by outside witnesses first"),
        "alert": _("%(term)s told at once"),
    }
    if kind not in sentences:
        return duty
    return str(words.gettext(sentences[kind]) % {"term": noun(words, "role", term) if kind == "alert" else term})


def _levels(words: Translations, clear: int, masked: int) -> str:
    parts = []
    if clear:
        parts.append(words.gettext(_("%(groups)s in full")) % {"groups": group_words(words, clear)})
    if masked:
        parts.append(words.gettext(_("%(groups)s masked")) % {"groups": group_words(words, masked)})
    return joined(words, parts)


def _facts(words: Translations, language: str, names: Iterable[str], policy: Policy | None) -> str:
    lang = "zh" if language == "zh_Hans" else "en"
    return joined(words, [
        policy.fact_text(name, lang) if policy and name in policy.rules.facts else name for name in names
    ]) or words.gettext(_("nothing holds"))


def joined(words: Translations, parts: Iterable[str]) -> str:
    """Return parts as a list in a sentence."""
    return str(words.pgettext("between items of a list", ", ")).join(parts)
