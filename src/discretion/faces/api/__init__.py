"""The face for machines: JSON by tickets, the published ledgers by keys, door controllers by signatures."""

from typing import Any

from discretion.faces.api import asks, presence, published, requests, stays
from discretion.faces.api.contract import openapi_document, openapi_json

ROUTES: tuple[Any, ...] = (
    asks.ask, asks.find, stays.list_stays, stays.read_stay, stays.check_in, stays.check_out,
    requests.list_requests, requests.read_request, requests.open_request, requests.assign_request,
    requests.close_request, openapi_json,
)  # fmt: skip

CONTROLLERS: tuple[Any, ...] = (presence.report,)

PUBLISHED: tuple[Any, ...] = (published.published,)

__all__ = ["CONTROLLERS", "PUBLISHED", "ROUTES", "openapi_document"]
