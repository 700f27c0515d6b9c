"""The policy shipped with the product, as its checks read it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from discretion.policy.load import load_policy
from discretion.policy.table import Policy


@cache
def starting_bytes() -> bytes:
    """The policy shipped with the product."""
    return (files("discretion.policy") / "policy.toml").read_bytes()


@cache
def starting_policy() -> Policy:
    """The shipped policy, loaded."""
    return load_policy(starting_bytes())
