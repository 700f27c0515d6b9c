"""The portal: the guest's own face. What it shows so far needs nobody signed in: the policy, in words."""

from pathlib import Path
from typing import Any

from discretion.faces.portal import policy

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (policy.policy_page,)
