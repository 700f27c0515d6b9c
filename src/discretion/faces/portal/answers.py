"""The answer to a request, for who has its number and its code: there when nobody can come in as the guest any more.

Rules:
* Number and code are typed into a form and stand in no address; the certificate is another form on the page.
* A wrong number and a wrong code read the same. The answer names nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit import forms
from discretion.faces.kit.certificate import certificate
from discretion.faces.kit.refusals import field_errors
from discretion.faces.kit.seat import Caller
from discretion.faces.portal.coming_in import asking_page, hotel_of, named_in
from discretion.faces.portal.requests import STEPS, reached
from discretion.office import erasures, rights_codes

if TYPE_CHECKING:
    from collections.abc import Mapping


_HERE = "/my/answer"
_TYPED = r"^[^\x00-\x1f\x7f]*\Z"


class AnswerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request, and its code."""

    number: Annotated[str, Meta(min_length=1, max_length=32, pattern=_TYPED)]
    code: Annotated[str, Meta(min_length=1, max_length=60, pattern=_TYPED)]
    at: Annotated[str, Meta(max_length=40)] = ""


@get("/my/answer")
async def answer_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Ask for number and code."""
    return await _first_page(caller, named_in(caller), {}, {})


@post("/my/answer", status_code=200)
async def read_answer(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the answer, or how far the request is."""
    filled = await caller.form(AnswerForm)
    form = filled.value
    if form is None:
        errors = field_errors(caller.words, filled.errors)
        return await _first_page(caller, filled.raw.get("at", ""), filled.raw, errors, status=422)
    house = await hotel_of(caller, form.at)
    if house is None:
        return await _first_page(caller, "", filled.raw, {"at": caller.words.gettext("Choose the hotel.")}, status=422)
    found = await rights_codes.answer_of(caller.means.office, house.property_id, form.number, form.code)
    if found is None:
        wrong = caller.words.gettext("Number and code do not belong together, or the code is no longer valid.")
        return await _first_page(caller, form.at, {**filled.raw, "code": ""}, {"code": wrong}, status=403)
    async with caller.means.office.reading() as now:
        is_gone = await erasures.is_done(now, house.property_id, found.request.order_id)
    return caller.page(
        "answer.html", house=house, found=found, request=found.request, form=form, steps=STEPS,
        reached=reached(found.request.state), here=f"{_HERE}?at={house.code}",
        is_gone=is_gone,
    )


@post("/my/answer/certificate", status_code=200)
async def answer_certificate(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Give the certificate of the deletion that the request has led to."""
    form = (await caller.form(AnswerForm)).value
    house = await hotel_of(caller, form.at) if form else None
    if form is None or house is None:
        raise forms.MalformedFormError("code")
    found = await rights_codes.answer_of(caller.means.office, house.property_id, form.number, form.code)
    return await certificate(caller, house, found.request.order_id if found else None)


async def _first_page(
    caller: Caller, at: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return await asking_page(caller, "answer_code.html", _HERE, at, raw, errors, status=status)
