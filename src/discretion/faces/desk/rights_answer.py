"""The answer to a request for rights: looked at before it is given, given, printed; its code, and its certificate.

Rules:
* What is looked at before is what is then given: both are made of the same lines by the same code.
* A code is on the page that makes it, and on no other.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.rights import after, case_for, page_of
from discretion.faces.kit.address import Hex
from discretion.faces.kit.certificate import certificate
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES
from discretion.faces.kit.rights_letter import composed
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.faces.kit.words import translator
from discretion.office import rights_codes, rights_work
from discretion.office.outcome import ActRefusal

_REQUIRED: Final = RULES["required"]


class AnswerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the officer adds, and whether the answer is only looked at."""

    act_id: Hex
    words: Annotated[str, Meta(max_length=500)] = ""
    then: Literal["look", "give"] = "give"


@post("/rights/{number:str}/answer")
async def answer(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Give the answer, or show what it would say."""
    filled = await seat.form(AnswerForm)
    form = filled.value
    if form is None:
        return await page_of(seat, number, {}, {"answer": seat.words.gettext(_REQUIRED)}, status=422)
    if form.then == "look":
        return await page_of(seat, number, {"words": form.words}, {}, status=200)
    outcome = await rights_work.answer(
        seat.office, on_duty(seat), number, bytes.fromhex(form.act_id), form.words,
        lambda facts: composed(facts, seat.property),
    )
    return await after(seat, number, outcome, "rights_answered", "answer")


@get("/rights/{number:str}/letter")
async def letter_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show the answer in both languages, as it is printed."""
    found = await case_for(seat, number)
    here = f"/rights/{found.request.number}/letter"
    return seat.page("rights_letter.html", request=found.request, letters=found.letters, here=here)


@post("/rights/{number:str}/code", status_code=200)
async def slip(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Make the code of the answer anew, and show it to be printed for whoever asked."""
    seat.require(Permission.RIGHTS_TAKE)
    made = await rights_codes.make(seat.office, seat.property_id, number, who=on_duty(seat))
    if isinstance(made, ActRefusal):
        raise NotFoundException if made.code == "not_found" else NotPermittedError
    found = await case_for(seat, number)
    return seat.page(
        "rights_slip.html", request=found.request, code=made, here=f"/rights/{found.request.number}",
        address=f"{seat.settings.origin}/my/answer?at={seat.property.code}",
        slips=[_slip(seat, language) for language in ("zh_Hans", "en")],
    )


@get("/rights/{number:str}/certificate")
async def certificate_file(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Give the certificate of the deletion that the request has led to."""
    found = await case_for(seat, number)
    return await certificate(seat, seat.property, found.request.order_id)


def _slip(seat: Seat, language: str) -> dict[str, str]:
    """Return the words of the slip in one language: whoever takes it home may read either."""
    words = translator(language, "ui")
    return {
        "lang": "zh-Hans-CN" if language == "zh_Hans" else "en",
        "house": seat.property.name_zh if language == "zh_Hans" else seat.property.name_en,
        "where": words.gettext("Read the answer, and fetch the certificate of a deletion, at:"),
        "number": words.gettext("Number of the request"), "code": words.gettext("Code for the answer"),
        "keep": words.gettext(
            "Keep number and code. With both you need not come in, and it works when the record is deleted. The code "
            "ends a year after the answer."
        ),
    }
