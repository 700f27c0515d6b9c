"""A stay's page: what is booked, who is in it, what was done, and the acts that its state allows."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from discretion.faces.desk.acts import PAGES, may_do
from discretion.faces.desk.arrivals import listed_guests
from discretion.faces.desk.relation import purpose_of_names
from discretion.faces.kit.address import id_in
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.record_lines import persons
from discretion.faces.kit.seat import Seat
from discretion.hotel.stay import StayState, relation_of
from discretion.office import stay_view


async def stay_of(seat: Seat, stay: str) -> stay_view.StayView:
    """Return the stay that an address names. Errors: Litestar's `NotFoundException`."""
    view = await stay_view.stay(seat.office, seat.property_id, id_in(stay))
    if view is None:
        raise NotFoundException
    return view


def purpose_at(seat: Seat, view: stay_view.StayView) -> str:
    """Return the purpose that this duty's work names the people of this stay, empty for none."""
    line = view.line
    relation = relation_of(StayState(line.state), line.arrival, line.departure, view.business_date)
    return purpose_of_names(seat.person.duty, relation)


@get("/stays/{stay:str}")
async def stay_page(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Show one stay. Its people are masked, and each is an ask with its entry."""
    seat.require(Permission.STAY_LIST)
    view = await stay_of(seat, stay)
    purpose = purpose_at(seat, view)
    people, refusal = await listed_guests(seat, purpose, [o.guest_id for o in view.occupants if o.guest_id])
    return seat.page(
        "stay.html", view=view, line=view.line, people=people, refusal=refusal, purpose=purpose,
        acts=[page for page in PAGES.values() if may_do(seat, view, page)],
        persons=persons(seat, view.line.adults, view.line.children, view.line.babies), here=f"/stays/{stay}",
    )
