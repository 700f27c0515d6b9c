"""Notices in words: one table for the console and for mail, in both languages.

Rules:
* A notice says of what kind the matter is, and where to look. It names no guest, and no text that somebody typed is in
  one: of its details only known codes, whole numbers and numbers with a check character are said.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from discretion.faces.kit.nouns import NOUNS, noun
from discretion.faces.kit.words import marked as _
from discretion.faces.kit.words import translator
from discretion.hotel import number as numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.support import Translations


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice: title, sentence with its placeholders, the page it leads to, and which details it says."""

    title: str
    sentence: str
    address: str = ""
    says: tuple[str, ...] = ()


_ASKED: Final = _("The request for approval: %(rule)s. %(why)s")
KINDS: Final = MappingProxyType({
    "approval_pairs": Kind(_("Approvals of last month"), _("Pairs of people who approve each other's requests most: %(pairs)s. People who vote within seconds: %(quick)s."), "/reviews/approvals", ("pairs", "quick")),
    "badge_at_two_hotels": Kind(_("One badge at two hotels"), _("A badge of this hotel was seen at another too short a time apart. It counts at neither. Ask whose hand it is in."), "/presence"),
    "deputy_offered": Kind(_("You are asked to be a deputy"), _("In the role: %(role)s. It counts once you accept with your passkey."), "/deputies", ("role",)),
    "emergency_begun": Kind(_("Emergency viewing has begun"), _("Situation: %(situation)s. Duty: %(duty)s. Its review is due within 24 hours."), "/reviews", ("situation", "duty")),
    "emergency_ended": Kind(_("Emergency viewing has ended"), _("Situation: %(situation)s. Duty: %(duty)s."), "/reviews", ("situation", "duty")),
    "emergency_often": Kind(_("Emergency viewing more than twice in a shift"), _("Duty: %(duty)s. See whether the ordinary ways lack something."), "/reviews", ("duty",)),
    "guest_question": Kind(_("A guest asks about a look-up"), _("Case %(number)s is open and waits for an answer."), "/cases/{number}", ("number",)),
    "look_up_alert": Kind(_("A look-up that is told at once"), _("Purpose: %(purpose)s. Duty: %(duty)s. Its review is in the queue."), "/reviews", ("purpose", "duty")),
    "merge_asked": Kind(_("Two records are to be joined"), _("A colleague says that they are one person. Compare them, and join or refuse."), "/merges"),
    "own_look_ups": Kind(_("Your look-ups of today"), _("Look-ups of yours that nothing in the hotel's work explains: %(count)s. See which, and say what they were for."), "/my-look-ups", ("count",)),
    "release_proposed": Kind(_("A release of the policy is proposed"), _("Release %(release)s: read what it changes, and sign it if that is right."), "/watch/policy", ("release",)),
    "release_signature": Kind(_("A signature is wanted"), _("Release %(release)s of the policy has a signature and needs another."), "/watch/policy", ("release",)),
    "release_signed": Kind(_("The policy will change"), _("Release %(release)s is signed and comes into force at its moment. The policy in words says when, and what changes."), "/policy", ("release",)),
    "request_approved": Kind(_("A request was approved"), _ASKED, "/approvals", ("rule", "why")),
    "request_asked": Kind(_("An approval is asked for"), _("Rule: %(rule)s. Purpose: %(purpose)s. Somebody waits for your vote."), "/approvals", ("rule", "purpose")),
    "request_cancelled": Kind(_("A request was cancelled"), _ASKED, "/approvals", ("rule", "why")),
    "request_denied": Kind(_("A request was denied"), _ASKED, "/approvals", ("rule", "why")),
    "request_expired": Kind(_("A request has expired"), _ASKED, "/approvals", ("rule", "why")),
    "request_revoked": Kind(_("An approval was revoked"), _ASKED, "/approvals", ("rule", "why")),
    "review_answered": Kind(_("An answer to a review"), _("The person has said what look-up %(number)s was for."), "/reviews/{number}", ("number",)),
    "review_overdue": Kind(_("Reviews are overdue"), _("Reviews whose time has run out: %(count)s. They are yours now."), "/reviews", ("count",)),
    "review_question": Kind(_("A question about a look-up"), _("A reviewer asks what look-up %(number)s was for. Please say so; it takes a minute."), "/reviews/{number}/reply", ("number",)),
    "rights_due": Kind(_("A request for rights is due soon"), _("Request %(number)s is to be answered within three days."), "/rights/{number}", ("number",)),
    "rights_overdue": Kind(_("A request for rights is late"), _("The last day for request %(number)s is over. Answer it now, or write down why it takes longer."), "/rights/{number}", ("number",)),
    "rights_received": Kind(_("A request for rights"), _("Request %(number)s has come in. Its clock runs."), "/rights/{number}", ("number",)),
    "session_outside": Kind(_("Somebody known to be here works from outside"), _("Their sign-in is used from outside the hotel's network. They count as gone until a badge or the duty manager says otherwise."), "/presence"),
    "swap_done": Kind(_("A shift has changed hands"), _("See which, and whose it is now."), "/my-shifts"),
    "swap_offered": Kind(_("A shift is offered to you"), _("See which, and answer."), "/my-shifts"),
    "swap_refused": Kind(_("A swap was not made"), _("The shift stays whose it was."), "/my-shifts"),
    "swap_waits": Kind(_("A swap waits for you"), _("Somebody takes a shift in a role that needs your word."), "/my-shifts"),
    "terminal_copied": Kind(_("A shared terminal was copied"), _("An old key of a terminal came back: the terminal has ended. Enrol the real one anew, and look for the copy."), "/notices"),
    "training_ends": Kind(_("A training ends soon"), _("Days left: %(days)s. Without it, no guest is shown."), "/my-training", ("days",)),
    "training_needed": Kind(_("A training is needed"), _("Your duty needs a course that you have not completed. Without it, no guest is shown."), "/my-training"),
})  # fmt: skip
OTHER: Final = Kind(_("Something for you"), _("There is something to look at in the console."))
"""What a kind says that has no words here yet."""

_NOUNS: Final = MappingProxyType({"duty": "role", "purpose": "purpose", "role": "role", "situation": "situation", "why": "ended"})


def title_of(words: Translations, kind: str) -> str:
    """Return the title of a notice, in the reader's language."""
    return words.gettext(KINDS.get(kind, OTHER).title)


def sentence_of(words: Translations, kind: str, details: Mapping[str, Any]) -> str:
    """Return what a notice says; a detail that is no code of ours is left out."""
    found = KINDS.get(kind, OTHER)
    said = {name: _said(words, name, details.get(name)) for name in found.says}
    sentence: str = words.gettext(found.sentence)
    return (sentence % said).strip() if said else sentence


def address_of(kind: str, details: Mapping[str, Any]) -> str:
    """Return the page a notice leads to; empty where there is none."""
    address, number = KINDS.get(kind, OTHER).address, _number(details.get("number"))
    if "{number}" in address:
        return address.replace("{number}", number) if number else ""
    return address


def letter(kind: str, details: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return title and sentence of a notice as mail says them."""
    words = translator(language, "ui")
    return title_of(words, kind), sentence_of(words, kind, details)


def _said(words: Translations, name: str, value: object) -> str:
    """Return one detail in words; nothing where it is not what it should be."""
    if name in _NOUNS:
        code = value if isinstance(value, str) else ""
        return noun(words, _NOUNS[name], code) if code in NOUNS[_NOUNS[name]] else ""
    if name == "rule":
        return value if isinstance(value, str) and _is_rule(value) else ""
    if name == "number":
        return _number(value)
    return str(value) if isinstance(value, int) else ""


def _is_rule(text: str) -> bool:
    """Return whether this is the id of a rule, such as CO-3."""
    head, dash, tail = text.partition("-")
    return bool(dash) and head.isascii() and head.isupper() and head.isalpha() and len(head) <= 4 and tail.isdigit()  # noqa: PLR2004 - ids of the policy


def _number(value: object) -> str:
    return (numbers.read(value) or "") if isinstance(value, str) else ""
