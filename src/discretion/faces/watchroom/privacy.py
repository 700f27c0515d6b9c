"""/privacy: the privacy officer's desk. What waits, how many, how overdue, and where it is worked on.

Rules:
* Matters stand in one table. A new one is a row of the query `waiting` and a line here, with a page that there is.
* Whoever may read sees counts; what changes something is the privacy officer's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from discretion.faces.kit.address import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.faces.kit.words import marked as _
from discretion.faces.watchroom.asking import today_in
from discretion.office import assessments, privacy_desk, processing, rights_told
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of matter: where it is worked on, what it is called, its icon."""

    address: str
    title: str
    sign: str
    permission: Permission


MATTERS: Final[Mapping[str, Matter]] = MappingProxyType({
    "rights": Matter("/rights", _("Rights requests"), "hand", Permission.RIGHTS_JUDGE),
    "confirmations": Matter(
        "/privacy#confirmations", _("Confirmations of processors and recipients"), "mail", Permission.PRIVACY_READ
    ),
    "reviews": Matter("/reviews", _("Look-ups to review"), "gavel", Permission.REVIEW_READ),
    "approvals": Matter("/approvals", _("Approvals for the privacy officer"), "user-check", Permission.CASE_WORK),
    "authority": Matter("/cases", _("Requests of authorities"), "briefcase", Permission.CASE_WORK),
    "answers": Matter("/privacy#answers", _("Say what authorities were given"), "receipt", Permission.PRIVACY_READ),
    "plans": Matter("/retention", _("Retention plans that wait"), "hourglass", Permission.RETENTION_READ),
    "holds": Matter("/holds", _("Legal holds that run"), "lock", Permission.HOLD_WORK),
    "releases": Matter("/watch/policy", _("Releases of the policy to sign"), "file-text", Permission.POLICY_READ),
})  # fmt: skip
"""What the desk shows, in this order."""


class AnswerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an authority was given under a closed case."""

    case_id: Hex
    answer: Literal["given", "partly", "refused"]


@get("/privacy")
async def privacy_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what waits, and how the desk's own papers stand."""
    seat.require(Permission.PRIVACY_READ)
    waiting = await privacy_desk.waiting(seat.office, seat.property_id)
    stated = await processing.stated(seat.office, seat.property_id)
    versions = await assessments.versions(seat.office, seat.property_id)
    return seat.page(
        "privacy.html", here="/privacy",
        matters=[
            (matter, waiting[code]) for code, matter in MATTERS.items()
            if code in waiting and seat.may(matter.permission)
        ],
        stated=stated, missing=await processing.missing(seat.office, seat.property_id, stated),
        newest=versions[0] if versions else None,
        signed=next((each for each in versions if each.signed_at is not None), None),
        unconfirmed=await rights_told.unconfirmed(seat.office, seat.property_id),
        sees_rights=seat.may(Permission.RIGHTS_JUDGE),
        unanswered=await privacy_desk.unanswered(seat.office, seat.property_id),
        statements=await privacy_desk.statements(seat.office, seat.property_id),
        public_address=f"/transparency/{seat.property.code}", may_work=seat.may(Permission.PRIVACY_WORK),
        answers=[(code, seat.words.gettext(text)) for code, text in _ANSWERS.items()],
    )  # fmt: skip


@post("/privacy/answers")
async def answer_authority(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Keep what an authority was given."""
    seat.require(Permission.PRIVACY_WORK)
    form = (await seat.form(AnswerForm)).value
    if form is None:
        raise MalformedFormError("answer")
    outcome = await privacy_desk.answer(
        seat.office, seat.property_id, seat.person.staff_id, bytes.fromhex(form.case_id), form.answer
    )
    if isinstance(outcome, ActRefusal):
        return seat.page(
            "error.html", status=409, code=409, title=seat.words.gettext("Nothing was changed"),
            advice=act_sentence(seat.words, outcome.code, outcome.params),
        )
    return seat.onward("/privacy?said=authority_answered")


@get("/privacy/numbers")
async def preview_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the numbers of the last ninety days, for the desk alone: small ones too."""
    seat.require(Permission.PRIVACY_READ)
    today = today_in(seat.property.time_zone, datetime.now(UTC))
    look_ups, numbers = await assessments.counts(seat.office, seat.property_id, today)
    return seat.page("privacy_numbers.html", here="/privacy/numbers", look_ups=look_ups, numbers=numbers)


_ANSWERS: Final = {"given": _("Given"), "partly": _("Given in part"), "refused": _("Nothing given")}
