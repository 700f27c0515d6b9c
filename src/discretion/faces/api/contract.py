"""The OpenAPI document, made from the same types that read the bodies: it cannot promise what the code refuses."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import msgspec
from litestar import Response, get

from discretion.faces.api import shapes
from discretion.faces.api.problem import TYPE, Problem

_ID: Final = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_STAY_ID: Final = {"name": "stay_id", "in": "path", "required": True, "schema": _ID}
_NUMBER: Final = {
    "name": "number", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 32},
}  # fmt: skip
_ROUTES: Final = (
    # path, method, operation, what it does, body, answers, parameters
    ("/api/v1/asks", "post", "ask", "Look a guest up for a purpose", shapes.AskBody,
     (shapes.DisclosureBody, shapes.RefusalBody, shapes.EnteredBody), ()),
    ("/api/v1/finds", "post", "find", "Find a guest for a purpose", shapes.FindBody,
     (shapes.FoundBody, shapes.RefusalBody, shapes.EnteredBody), ()),
    ("/api/v1/stays", "get", "listStays", "List the stays of the business date", None, (shapes.StayPage,), (
        {"name": "view", "in": "query", "schema": {"enum": ["arrivals", "in_house", "departures"]}},
        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10000}},
    )),
    ("/api/v1/stays/{stay_id}", "get", "readStay", "Read one stay", None, (shapes.StayBody,), (_STAY_ID,)),
    ("/api/v1/stays/{stay_id}/check-in", "post", "checkIn", "Check in", shapes.CheckInBody, (shapes.ChangedBody,),
     (_STAY_ID,)),
    ("/api/v1/stays/{stay_id}/check-out", "post", "checkOut", "Check out", shapes.CheckOutBody,
     (shapes.ChangedBody,), (_STAY_ID,)),
    ("/api/v1/requests", "get", "listRequests", "List the service requests of this duty", None, (shapes.RequestPage,), (
        {"name": "view", "in": "query", "schema": {"enum": ["queue", "mine", "all", "closed"]}},
    )),
    ("/api/v1/requests", "post", "openRequest", "Open a service request", shapes.OpenRequestBody,
     (shapes.RequestDoneBody,), ()),
    ("/api/v1/requests/{number}", "get", "readRequest", "Read one service request", None, (shapes.RequestItem,),
     (_NUMBER,)),
    ("/api/v1/requests/{number}/assign", "post", "assignRequest", "Take a request, give it on or back",
     shapes.AssignRequestBody, (shapes.RequestDoneBody,), (_NUMBER,)),
    ("/api/v1/requests/{number}/close", "post", "closeRequest", "Close a request", shapes.CloseRequestBody,
     (shapes.RequestDoneBody,), (_NUMBER,)),
)  # fmt: skip
_PROBLEMS: Final = {
    "400": "The request cannot be read", "401": "No ticket, or one that has ended", "403": "Not with this duty",
    "404": "Not here", "409": "Changed meanwhile, or against the table of acts", "413": "Too large",
    "422": "The body does not fit; `field` names where", "429": "Too many attempts",
    "503": "The records cannot be reached",
}  # fmt: skip


@get("/openapi.json")
async def openapi_json() -> Response[bytes]:
    """Serve the document."""
    return Response(_encoded(), media_type="application/vnd.oai.openapi+json")


@cache
def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of /api/v1."""
    kinds = [kind for route in _ROUTES for kind in (route[4], *route[5]) if kind is not None] + [Problem]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    known = dict(zip(kinds, schemas, strict=True))
    problem = {TYPE: {"schema": known[Problem]}}
    paths: dict[str, Any] = {}
    for path, method, operation, summary, body, answers, parameters in _ROUTES:
        answer = known[answers[0]] if len(answers) == 1 else {"oneOf": [known[kind] for kind in answers]}
        found: dict[str, Any] = {
            "operationId": operation, "summary": summary, "parameters": list(parameters),
            "responses": {
                "200": {"description": "Done", "content": {"application/json": {"schema": answer}}},
                **{code: {"description": text, "content": problem} for code, text in _PROBLEMS.items()},
            },
        }  # fmt: skip
        if body is not None:
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": known[body]}}}
        paths.setdefault(path, {})[method] = found
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Discretion", "version": _version(),
            "description": "Nobody looks a guest up without a reason, and the guest can see who did.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "ticket": {"type": "http", "scheme": "bearer", "description": "The ticket of a sign-in"},
            },
        },
        "security": [{"ticket": []}],
    }  # fmt: skip


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(openapi_document())


def _version() -> str:
    try:
        return version("discretion")
    except PackageNotFoundError:
        return "0"
