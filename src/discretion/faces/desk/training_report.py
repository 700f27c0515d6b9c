"""The training report, for whoever answers for it: who has what and who lacks what, as a page and as a file.

Rules:
* The report names staff and courses, no guest; the file opens in a spreadsheet and runs nothing there.
"""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Role
from discretion.office import courses, training
from discretion.office.courses import Key
from discretion.office.outcome import ActRefusal, Done

_DOWNLOAD = {
    "content-disposition": 'attachment; filename="training.csv"', "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


class NeedForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course, and a duty that needs it, or no longer."""

    course: Key
    role: Role


@get("/training/report")
async def report_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the report, what is to be mended on top."""
    seat.require(Permission.TRAINING_READ)
    lines = await training.training_report(seat.office, seat.property_id)
    open_ones = sum(line.required and line.state in {"missing", "ended"} for line in lines)
    return seat.page("training_report.html", lines=lines, open_ones=open_ones, here="/training/report")


@get("/training/report/training.csv")
async def report_file(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Send the report as a file."""
    seat.require(Permission.TRAINING_READ)
    lines = await training.training_report(seat.office, seat.property_id)
    return Response(training.report_csv(lines), media_type="text/csv; charset=utf-8", headers=_DOWNLOAD)


@post("/training/courses/require")
async def require_course(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Have a duty need a course."""
    need = await _need(seat)
    return _answered(seat, await courses.require_course(seat.office, seat.property_id, need.course, need.role))


@post("/training/courses/release")
async def release_course(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Have a duty need a course no more."""
    need = await _need(seat)
    return _answered(seat, await courses.release_course(seat.office, seat.property_id, need.course, need.role))


async def _need(seat: Seat) -> NeedForm:
    seat.require(Permission.TRAINING_CHANGE)
    form = (await seat.form(NeedForm)).value
    if form is None:
        raise MalformedFormError("course")
    return form


def _answered(seat: Seat, outcome: Done | ActRefusal) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        return seat.page(
            "error.html", status=409, code=409, title=seat.words.gettext("Nothing was changed"),
            advice=act_sentence(seat.words, outcome.code, outcome.params),
        )
    return seat.onward("/training?said=course_need")
