"""W5: the queue of look-ups that somebody has to look at, in the order in which they are to be worked on.

Rules:
* Filters are the watchroom's query language, as far as a review has its keys. A query that cannot be read asks for
  nothing; what was typed reaches an address only once it was read as a query.
* No guest is named here: a look-up is known by its number and its entry.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.faces.watchroom.asking import today_in
from discretion.faces.watchroom.query import TEXT_LENGTH_MAX, Query, QueryError, parse, printed, toggled
from discretion.faces.watchroom.review_words import KEYS, filter_of, ready
from discretion.faces.watchroom.words import error_sentence, key_help
from discretion.office import review_filters, reviews, staff
from discretion.office.outcome import ActRefusal


class QueueForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box for the query."""

    query: Annotated[str, Meta(max_length=4 * TEXT_LENGTH_MAX)] = ""


class FilterForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name, and the conditions under it."""

    name: Annotated[str, Meta(max_length=review_filters.NAME_MAX)]
    query: Annotated[str, Meta(max_length=4 * TEXT_LENGTH_MAX)] = ""


@get("/reviews")
async def queue_page(
    seat: NamedDependency[Seat], q: FromQuery[str] = "", show: FromQuery[str] = "", page: FromQuery[int] = 1
) -> Response[bytes]:
    """Show what waits for a reviewer, or with `show=closed` what is reviewed."""
    seat.require(Permission.REVIEW_READ)
    try:
        return await _shown(seat, parse(q), is_closed=show == "closed", page=page)
    except QueryError as error:
        return await _shown(seat, (), wrong=error, text=q)


@post("/reviews")
async def ask_queue(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Read what was typed as a query and lead to its address; what is none never stands in one."""
    seat.require(Permission.REVIEW_READ)
    form = await seat.form(QueueForm)
    text = str(form.raw.get("query", ""))
    try:
        query = parse(text)
        await _filter(seat, query)
    except QueryError as error:
        return await _shown(seat, (), wrong=error, text=text)
    return seat.onward(address_of(query))


@post("/reviews/filters")
async def save_filter(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Keep conditions under a name."""
    seat.require(Permission.REVIEW_READ)
    form = (await seat.form(FilterForm)).value
    try:
        query = parse(form.query) if form else ()
        await _filter(seat, query)
    except QueryError as error:
        raise MalformedFormError("a filter") from error
    if form is None or not query:
        raise MalformedFormError("a filter")
    outcome = await review_filters.save_filter(
        seat.office, seat.property_id, seat.person.staff_id, review_filters.SavedFilter(form.name, printed(query)),
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _shown(seat, query, refused=sentence)
    return seat.onward(address_of(query))


@post("/reviews/filters/drop")
async def drop_filter(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Drop a filter of one's own."""
    seat.require(Permission.REVIEW_READ)
    form = (await seat.form(FilterForm)).value
    if form is None:
        raise MalformedFormError("a filter")
    await review_filters.drop_filter(seat.office, seat.property_id, seat.person.staff_id, form.name)
    return seat.onward("/reviews")


@get("/reviews/approvals")
async def approvals_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show of the last thirty days whose approvals come from one person, and who votes within seconds."""
    seat.require(Permission.REVIEW_READ)
    until = datetime.now(UTC)
    pairs, quick = await reviews.approvals_report(seat.office, seat.property_id, until - timedelta(days=30), until)
    names = {each.staff_id: each.name for each in await staff.staff_list(seat.office, seat.property_id)}
    return seat.page("review_approvals.html", pairs=pairs, quick=quick, names=names, here="/reviews/approvals")


def address_of(query: Query, *, is_closed: bool = False, page: int = 0) -> str:
    """Return the address of a page of the queue. It holds codes, numbers and opaque ids."""
    given = {"q": printed(query)} if query else {}
    if is_closed:
        given["show"] = "closed"
    if page:
        given["page"] = str(page)
    return "/reviews" + ("?" + urlencode(given, safe=":,") if given else "")


async def _filter(seat: Seat, query: Query) -> reviews.Filter:
    members = await staff.staff_list(seat.office, seat.property_id) if query else ()
    return filter_of(query, seat.property.time_zone, {each.number: each.staff_id for each in members})


async def _shown(
    seat: Seat, query: Query, *, is_closed: bool = False, page: int = 1, wrong: QueryError | None = None,
    text: str = "", refused: str = "",
) -> Response[bytes]:
    fits = await _filter(seat, query)
    found = await reviews.queue(seat.office, seat.property_id, fits, page, is_closed=is_closed)
    today = today_in(seat.property.time_zone, datetime.now(UTC))
    error = wrong and {
        "sentence": error_sentence(seat.words, wrong.code, wrong.key),
        "before": text[:wrong.start], "place": text[wrong.start:wrong.end], "after": text[wrong.end:],
    }  # fmt: skip
    ask = address_of(query, is_closed=is_closed)
    saved = await review_filters.saved_filters(seat.office, seat.property_id, seat.person.staff_id)
    return seat.page(
        "reviews.html", status=422 if wrong else 409 if refused else 200, here="/reviews", refused=refused,
        saved=[(each.name, "/reviews?" + urlencode({"q": each.query}), each.query == printed(query)) for each in saved],
        printed=printed(query) if query else "", text=text or printed(query), query=query,
        error=error, found=found, is_closed=is_closed, open_address=address_of(query),
        closed_address=address_of(query, is_closed=True), page_address=ask + ("&" if "?" in ask else "?") + "page=",
        ready=[(name, address_of(toggled(query, term)), term in query) for name, term in ready(seat.words, today)],
        keys=[each for each in key_help(seat.words) if each[0] in KEYS], zone=ZoneInfo(seat.property.time_zone),
    )
