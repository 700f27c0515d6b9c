"""POST /asks and POST /finds: one message to the keeper each, and its answer as JSON."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from discretion.faces.api.bearer import body_of, ticket_of, told
from discretion.faces.api.problem import BodyError
from discretion.faces.api.shapes import AskBody, FindBody
from discretion.faces.kit import language
from discretion.faces.kit.field_groups import mask_of
from discretion.faces.kit.means import Means
from discretion.faces.kit.refusals import refusal_title
from discretion.faces.kit.words import translator
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.wire.lookup import Disclosure, Entered, FindByName, FindExact, Found, LookUp, Refusal

_ASK: Final = msgspec.json.Decoder(AskBody)
_FIND: Final = msgspec.json.Decoder(FindBody)
_NAMES: Final = tuple([name for i, name in enumerate(FIELD_GROUPS) if mask >> i & 1] for mask in range(256))
_CRITERIA_MIN: Final = 2


@post("/asks", status_code=200)
async def ask(request: Request[Any, Any, Any], means: NamedDependency[Means]) -> Response[bytes]:
    """Look a guest up: field groups of one guest for one purpose. A refusal is an answer, with status 200."""
    body = await body_of(request, _ASK)
    answer = await means.hatches.ask(
        LookUp(
            ticket=await ticket_of(request, means),
            request_id=bytes.fromhex(body.request_id) if body.request_id else os.urandom(16),
            guest_id=bytes.fromhex(body.guest_id),
            purpose=body.purpose,
            clear=mask_of(body.clear),
            masked=mask_of(body.masked),
            reference=body.reference,
            reason=body.reason,
            context="api",
        )
    )
    return told(_answer(request, means, answer))


@post("/finds", status_code=200)
async def find(request: Request[Any, Any, Any], means: NamedDependency[Means]) -> Response[bytes]:
    """Find people of the present house by two criteria, or whoever holds one exact value."""
    body = await body_of(request, _FIND)
    request_id = bytes.fromhex(body.request_id) if body.request_id else os.urandom(16)
    ticket = await ticket_of(request, means)
    message: FindExact | FindByName
    if body.kind:
        if not body.value:
            raise BodyError("value")
        message = FindExact(
            ticket=ticket, request_id=request_id, purpose=body.purpose, kind=body.kind, value=body.value,
            country=body.country,
        )
    else:
        arrival = body.arrival.isoformat() if body.arrival else ""
        if sum(bool(text) for text in (body.name, body.room, body.phone_end, arrival)) < _CRITERIA_MIN:
            raise BodyError("name")
        message = FindByName(
            ticket=ticket, request_id=request_id, purpose=body.purpose, name=body.name, room=body.room,
            phone_end=body.phone_end, arrival=arrival,
        )
    return told(_answer(request, means, await means.hatches.ask(message)))


def _answer(request: Request[Any, Any, Any], means: Means, answer: object) -> dict[str, Any]:
    match answer:
        case Disclosure():
            return _disclosure(answer)
        case Refusal():
            return _refusal(request, means, answer)
        case Found():
            return {
                "outcome": "found", "entry": answer.entry, "hits": answer.hits, "is_too_many": answer.is_too_many,
                "items": [
                    {
                        "guest_id": hit.guest_id.hex(), "stay_id": hit.stay_id.hex(),
                        "answer": _answer(request, means, hit.answer),
                    }
                    for hit in answer.items
                ],
            }
        case Entered():
            return {"outcome": "entered", "entry": answer.entry}
    raise TypeError(type(answer).__name__)


def _disclosure(answer: Disclosure) -> dict[str, Any]:
    """Return a disclosure as `shapes.DisclosureBody`, its fields passed on as the keeper wrote them."""
    return {
        "outcome": "disclosure",
        "guest_id": answer.guest_id.hex(),
        "entry": answer.entry,
        "purpose": answer.purpose,
        "relation": answer.relation,
        "clear": _NAMES[answer.clear],
        "masked": _NAMES[answer.masked],
        "fields": {group: msgspec.Raw(raw) for group, raw in answer.fields.items()},
        "may_clear": _NAMES[answer.may_clear],
        "until": datetime.fromtimestamp(answer.until_at, UTC),
        "rules": answer.lines,
        "offers": _offers(answer),
    }


def _refusal(request: Request[Any, Any, Any], means: Means, answer: Refusal) -> dict[str, Any]:
    spoken = language.chosen("", "", request.headers.get("accept-language", ""), means.settings.first_language)
    return {
        "outcome": "refusal", "entry": answer.entry, "reason": answer.reason,
        "detail": refusal_title(translator(spoken, "ui"), answer), "rules": answer.lines, "offers": _offers(answer),
    }  # fmt: skip


def _offers(answer: Disclosure | Refusal) -> list[dict[str, Any]]:
    return [
        {
            "rule": offer.rule, "lacking": offer.lacking, "clear": _NAMES[offer.clear],
            "masked": _NAMES[offer.masked], "zh": offer.text_zh, "en": offer.text_en,
        }
        for offer in answer.offers
    ]
