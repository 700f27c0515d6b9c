"""Consents are read for the purposes that rest on one, and for no others: most rounds never ask."""

from __future__ import annotations

from discretion.keeper.answer import read_by_consent
from tests.papers import policy


def test_only_marketing_and_analysis_rest_on_a_consent() -> None:
    assert read_by_consent(policy()) == {"analytics": ("consent_ana",), "marketing": ("consent_mkt", "consent_ana")}
