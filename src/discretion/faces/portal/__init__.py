"""The portal: the guest's own face. What it shows so far needs nobody signed in: the policy, in words."""

from pathlib import Path
from typing import Any

from discretion.faces.portal import policy, transparency

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (
    policy.policy_page,
    transparency.transparency_page, transparency.transparency_of_house, transparency.transparency_file,
)  # fmt: skip
