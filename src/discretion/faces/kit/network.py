"""Where somebody works from: whoever is known to be in the house works from the hotel's own network.

Rules:
* Only where the settings name a hotel's networks. An address that cannot be told is outside.
* The address is the connection's. Behind a proxy on this machine it is the last one in X-Forwarded-For, which the proxy
  has written; whatever stands before it came from outside and is not read. Without a proxy no header is.
* Outside, presence ends and security is told; the sign-in itself goes on, for what needs no presence.
"""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.office.presence import sign_in_outside
from discretion.wire.settings import networks_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litestar import Request

    from discretion.faces.kit.means import Means
    from discretion.wire.lookup import Person
    from discretion.wire.settings import Network


def is_outside(request: Request[Any, Any, Any], means: Means, property_id: bytes) -> bool:
    """Return whether a request comes from outside the networks that a hotel names; never where it names none."""
    networks = networks_of(means.settings.networks.get(property_id, ()))
    return bool(networks) and not is_inside(_address(request, is_behind_proxy=means.settings.is_behind_proxy), networks)


async def as_known_here(request: Request[Any, Any, Any], means: Means, person: Person) -> Person:
    """Return the person, no longer present where their request comes from outside the hotel's network."""
    if person.badged_in_until_at <= time.time() or not is_outside(request, means, person.property_id):
        return person
    await sign_in_outside(means.office, person.property_id, person.staff_id)
    return msgspec.structs.replace(person, badged_in_until_at=0)


def is_inside(address: str, networks: Iterable[Network]) -> bool:
    """Return whether an address, as a connection or a proxy writes it, is in one of the networks."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks)


def _address(request: Request[Any, Any, Any], *, is_behind_proxy: bool) -> str:
    if is_behind_proxy:
        return request.headers.get("x-forwarded-for", "").rpartition(",")[2]
    return request.client.host if request.client else ""
