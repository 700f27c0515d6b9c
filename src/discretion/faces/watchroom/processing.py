"""/privacy/records: the records of processing activities as a page and as files, and the hotel's own words.

Rules:
* The page is made from the policy in force each time: it cannot fall behind it.
* What nobody has stated is marked as missing, on the page and in the files.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.faces.kit.words import marked as _
from discretion.office import processing, processors, releases
from discretion.office.outcome import ActRefusal
from discretion.office.processing import TEXT_CHARACTERS_MAX, Controller
from discretion.office.sheet import write_sheet
from discretion.policy.load import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.processing import Activity, Kind, Stated
    from discretion.office.releases import InForce
    from discretion.policy.table import Policy

Words = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "legal_name": (_("Name in law"), _("As in the business licence.")),
    "address": (_("Address"), ""),
    "representative": (
        _("Representative"),
        _("Of a controller outside the country, where the law asks for one. May stay empty."),
    ),
    "privacy_officer": (_("Privacy officer"), _("The person or the function.")),
    "privacy_contact": (
        _("How the privacy officer is reached"),
        _("Stands on the public page: better a function's address than a person's."),
    ),
    "processors": (
        _("Service providers that process for the hotel"),
        _("Who, what for, since when, under which contract. “None” if there is none."),
    ),
    "recipients": (
        _("Others who receive data"),
        _("Booking platforms, group companies, authorities by law: who, what, why."),
    ),
    "transfers": (_("Transfers to other countries"), _("To where, what, on which ground. “None” if there is none.")),
    "retention": (_("How long it is kept"), _("Until retention rules are set here, in the hotel's own words.")),
    "bases_confirmed": (
        _("Who confirmed the legal bases"),
        _("The bases on this page are suggestions. Who read them, and when?"),
    ),
    "note": (_("Note"), _("May stay empty.")),
}  # fmt: skip
"""What the hotel itself has to say, in the order of the page: name and hint."""


class ControllerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hotel's own words, and the version that was on the page."""

    version: Annotated[int, Meta(ge=0, lt=2**31)]
    legal_name: Words = ""
    address: Words = ""
    representative: Words = ""
    privacy_officer: Words = ""
    privacy_contact: Words = ""
    processors: Words = ""
    recipients: Words = ""
    transfers: Words = ""
    retention: Words = ""
    bases_confirmed: Words = ""
    note: Words = ""


@get("/privacy/records")
async def records_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the records."""
    seat.require(Permission.PRIVACY_READ)
    found, policy = await policy_in_force(seat)
    stated = await processing.stated(seat.office, seat.property_id)
    missing = await processing.missing(seat.office, seat.property_id, stated)
    known = processing.packaged()
    return seat.page(
        "processing.html", here="/privacy/records", found=found, policy_hash=found.hash.hex(), stated=stated,
        missing=missing, fields=_fields(seat), words_of=msgspec.structs.asdict(stated.controller),
        items=[_shown(seat, activity) for activity in processing.activities(policy)], staff=_kind(seat, known.staff),
        others=await _others(seat),
        measures=[_said(seat, each) for each in known.measure], places=processing.places_by_what(),
        may_work=seat.may(Permission.PRIVACY_WORK), made_at=datetime.now(UTC), parts=_PARTS,
    )


@get("/privacy/records/{name:str}")
async def records_file(seat: NamedDependency[Seat], name: FromPath[str]) -> Response[bytes]:
    """Send the records as CSV or JSON, or the list of processors and recipients as CSV."""
    seat.require(Permission.PRIVACY_READ)
    if name not in {"records.csv", "records.json", "processors.csv"}:
        raise NotFoundException
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    others = await _others(seat)
    if name == "processors.csv":
        sheet = write_sheet(_OTHERS, [[each[column] for column in _OTHERS] for each in others])
        return Response(sheet, media_type="text/csv; charset=utf-8", headers=headers)
    found, policy = await policy_in_force(seat)
    stated = await processing.stated(seat.office, seat.property_id)
    missing = await processing.missing(seat.office, seat.property_id, stated)
    items = [_shown(seat, activity) for activity in processing.activities(policy)]
    if name == "records.csv":
        return Response(_sheet(items), media_type="text/csv; charset=utf-8", headers=headers)
    document = {**_document(seat, found, stated, missing, items), "processors_and_recipients": others}
    body = msgspec.json.format(msgspec.json.encode(document), indent=2)
    return Response(body, media_type="application/json", headers=headers)


@get("/privacy/controller")
async def controller_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form for the hotel's own words."""
    seat.require(Permission.PRIVACY_WORK)
    stated = await processing.stated(seat.office, seat.property_id)
    return _form(seat, stated.version, msgspec.structs.asdict(stated.controller), {})


@post("/privacy/controller")
async def state_controller(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Keep the hotel's own words as a new version."""
    seat.require(Permission.PRIVACY_WORK)
    form = await seat.form(ControllerForm)
    new = form.value
    if new is None:
        errors = field_errors(seat.words, form.errors)
        stated = await processing.stated(seat.office, seat.property_id)
        return _form(seat, stated.version, form.raw, errors, status=422)
    values = msgspec.structs.asdict(new)
    version = values.pop("version")
    outcome = await processing.state(
        seat.office, seat.property_id, seat.person.staff_id, Controller(**values), version
    )
    if isinstance(outcome, ActRefusal):
        field = outcome.params.get("field", "legal_name")
        errors = {field: act_sentence(seat.words, outcome.code, outcome.params)}
        stated = await processing.stated(seat.office, seat.property_id)
        return _form(seat, stated.version, form.raw, errors, status=409)
    return seat.onward("/privacy/records?said=controller_stated")


async def policy_in_force(seat: Seat) -> tuple[InForce, Policy]:
    """Return the policy in force. Errors: `NotFoundException` when its text cannot be read here."""
    found = await releases.in_force(seat.office, seat.property_id, seat.settings.starting_policy)
    try:
        return found, releases.loaded(found.body)
    except PolicyError:
        raise NotFoundException from None


def _form(
    seat: Seat, version: int, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "controller.html", status=status, here="/privacy/controller", fields=_fields(seat), raw=raw, errors=errors,
        version=version, most=TEXT_CHARACTERS_MAX,
    )


def _fields(seat: Seat) -> list[tuple[str, str, str]]:
    return [
        (name, seat.words.gettext(title), seat.words.gettext(hint) if hint else "")
        for name, (title, hint) in FIELDS.items()
    ]


def _said(seat: Seat, each: Any) -> str:  # noqa: ANN401 - whatever is said in both languages
    text: str = each.zh if seat.language == "zh_Hans" else each.en
    return text


async def _others(seat: Seat) -> list[dict[str, str]]:
    """Return who else handles something now, in words."""
    return [
        {
            "name": each.name, "kind": noun(seat.words, "processor_kind", each.kind),
            "holds": group_words(seat.words, each.groups), "reached": each.reached,
            "since": seat.formats.local(each.added_at).date().isoformat(),
        }
        for each in await processors.active(seat.office, seat.property_id)
    ]


def _kind(seat: Seat, kind: Kind) -> dict[str, Any]:
    known = processing.packaged()
    return {
        "what": _said(seat, kind),
        "basis": [_said(seat, known.basis[code]) for code in kind.basis],
        "people": [_said(seat, known.people[code]) for code in kind.people],
    }


def _shown(seat: Seat, activity: Activity) -> dict[str, Any]:
    words = seat.words
    return {
        "purpose": activity.purpose, "name": noun(words, "purpose", activity.purpose), **_kind(seat, activity.kind),
        "in_full": group_words(words, activity.clear), "in_mask": group_words(words, activity.masked),
        "roles": [
            (noun(words, "role", role), group_words(words, clear), group_words(words, masked))
            for role, clear, masked in activity.roles
        ],
    }


_PARTS: Final = {
    "sealed": _("sealed in a box under the guest's key"), "pseudonymous": _("in clear, by ids: rooms, dates, amounts"),
    "free_text": _("words of staff"), "code": _("codes"), "contact": _("contact data"), "key": _("keys"),
}  # fmt: skip
_OTHERS: Final = ("name", "kind", "holds", "reached", "since")
_COLUMNS: Final = ("purpose", "name", "what", "basis", "people", "in_full", "in_mask", "roles")


def _sheet(items: list[dict[str, Any]]) -> bytes:
    flat = [{**item, "roles": [role for role, _clear, _masked in item["roles"]]} for item in items]
    return write_sheet(_COLUMNS, [
        ["; ".join(item[name]) if isinstance(item[name], list) else item[name] for name in _COLUMNS] for item in flat
    ])


def _document(
    seat: Seat, found: InForce, stated: Stated, missing: tuple[str, ...], items: list[dict[str, Any]],
) -> dict[str, Any]:
    known = processing.packaged()
    return {
        "property": seat.property.code, "made_at": datetime.now(UTC), "language": seat.language,
        "policy_sha256": found.hash.hex(), "policy_release": found.number,
        "controller": msgspec.structs.asdict(stated.controller), "controller_version": stated.version,
        "missing": list(missing), "activities": items, "staff": _kind(seat, known.staff),
        "measures": [_said(seat, each) for each in known.measure],
    }
