"""Form tokens and the browser's word on where a request comes from."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.faces.kit.crossing import is_from_here, is_token_of, token_of

OWN = ("https://desk.example",)


def test_a_token_belongs_to_its_secret_and_to_no_other():
    secret, other = os.urandom(48), os.urandom(48)
    assert is_token_of(secret, token_of(secret))
    assert not is_token_of(other, token_of(secret))


def test_each_page_writes_the_token_anew():
    secret = os.urandom(48)
    assert token_of(secret) != token_of(secret)


@given(st.text())
def test_junk_is_no_token(text):
    assert not is_token_of(b"x" * 48, text)


@pytest.mark.parametrize(("site", "origin", "is_ours"), [
    ("same-origin", "https://desk.example", True),
    ("same-origin", "null", True),
    ("same-origin", None, True),
    ("same-origin", "https://evil.example", False),
    ("same-site", "https://desk.example", False),
    ("cross-site", "https://desk.example", False),
    ("none", None, False),
    (None, "https://desk.example", True),
    (None, "null", False),
    (None, None, False),
])
def test_a_request_is_ours_only_when_the_browser_says_so(site, origin, is_ours):
    assert is_from_here(site, origin, OWN) is is_ours
