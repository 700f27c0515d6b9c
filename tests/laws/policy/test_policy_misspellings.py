"""Every misspelling of a key, fact, role, purpose, relation, group, level, kind or obligation refuses to load.

Not counted as identifiers: comments, sentences for people, numbers, and the ids of rules, which name only themselves.
"""

from __future__ import annotations

import random
import re
from importlib.resources import files

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from discretion.policy.load import PolicyError, load_policy

TEXT = (files("discretion.policy") / "policy.toml").read_text("utf-8")
UNREAD = re.compile(r"#[^\n]*|\b(?:zh|en) *= *\"[^\"]*\"|\bid=\"[^\"]*\"")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LETTERS = "abcdefghijklmnopqrstuvwxyz_0123456789"


def _identifiers() -> list[tuple[int, int]]:
    """Where each identifier stands; of sentences and ids, only their keys."""

    def blank(match: re.Match[str]) -> str:
        key = match[0].partition("=")[0] if not match[0].startswith("#") else ""
        return key + " " * (len(match[0]) - len(key))

    return [match.span() for match in WORD.finditer(UNREAD.sub(blank, TEXT))]


SPANS = _identifiers()
VOCABULARY = {TEXT[start:end] for start, end in SPANS}


def _misspell(word: str, kind: int, at: int, letter: str) -> str:
    at %= len(word)
    return (
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        word.capitalize(),
        word + "s",
    )[kind]


def _refuses(span: tuple[int, int], word: str) -> None:
    start, end = span
    with pytest.raises(PolicyError) as caught:
        load_policy((TEXT[:start] + word + TEXT[end:]).encode())
    assert caught.value.findings


def test_the_identifiers_are_those_of_the_policy() -> None:
    assert {
        "schema",
        "view",
        "after",
        "sealed",
        "front_desk",
        "in_house",
        "hidden",
        "approval",
        "review",
        "zh",
    } <= VOCABULARY
    assert "G1" not in VOCABULARY
    assert len(SPANS) > 1_000


@pytest.mark.parametrize("part", range(8))
def test_a_misspelling_of_any_identifier_anywhere_refuses(part: int) -> None:
    dice = random.Random(part)
    for span in SPANS[part::8]:
        word = TEXT[slice(*span)]
        wrong = word
        while wrong in VOCABULARY or not wrong:
            wrong = _misspell(word, dice.randrange(6), dice.randrange(40), dice.choice(LETTERS))
        _refuses(span, wrong)


@given(
    span=st.sampled_from(SPANS),
    kind=st.integers(0, 5),
    at=st.integers(0, 39),
    letter=st.sampled_from(LETTERS),
)
@settings(max_examples=150, deadline=None)
def test_any_misspelling_refuses(span: tuple[int, int], kind: int, at: int, letter: str) -> None:
    wrong = _misspell(TEXT[slice(*span)], kind, at, letter)
    assume(wrong not in VOCABULARY)
    _refuses(span, wrong)
