"""Schemathesis against the running API: whatever the document allows or forbids is answered as it says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from discretion.faces.api import openapi_document

schema = schemathesis.openapi.from_dict(openapi_document())
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_its_document_says(case, house):
    ticket = _ticket(house)
    case.call_and_validate(base_url=house.origin, headers={"Authorization": f"Bearer {ticket}"}, checks=CHECKS)


_tickets: dict[str, str] = {}


def _ticket(house) -> str:
    if house.origin not in _tickets:
        _tickets[house.origin] = house.ticket(house.stage.players["Ben"])["value"]
    return _tickets[house.origin]
