"""What guests may ask for, and what may be done about each thing that is held of them: one table of codes.

Rules:
* What may be done about a line depends on what was asked for; the reasons depend on what is done.
* A code that is not here is no code. Words for people are the faces'.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "access": ("copy", "refuse"),
    "correct": ("correct", "keep", "refuse"),
    "delete": ("delete", "keep", "stop", "refuse"),
    "explain": ("explain", "refuse"),
    "object": ("stop", "delete", "keep", "refuse"),
    "restrict": ("stop", "keep", "refuse"),
    "transfer": ("copy", "refuse"),
})  # fmt: skip
"""Each right, and what may be done about a line; the first is what was asked for."""

REASONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "copy": ("asked",),
    "correct": ("document_seen", "guest_said"),
    "delete": ("asked", "consent_withdrawn", "no_longer_needed", "objection", "unlawful"),
    "explain": ("asked",),
    "keep": ("legal_duty", "contract", "claim", "hold", "right_as_it_is"),
    "refuse": ("others_rights", "not_provided_by_guest", "unfounded", "not_held"),
    "stop": ("asked", "dispute", "objection", "legal_duty"),
})  # fmt: skip
"""What may be done, and the reasons that there are for it."""

WHYS: Final = ("consent_withdrawn", "no_longer_needed", "objection", "unlawful", "other")
"""Why a guest wants something deleted, stopped or refused: asked, never demanded."""

IDENTITY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "guest": ("document_in_person", "document_and_callback", "signed_in", "known_address_answered"),
    "guardian": ("guardian_documents",),
    "relative": ("death_and_kinship",),
})  # fmt: skip
"""How whoever asks was identified, by who asks."""

FOR_RELATIVES: Final = frozenset({"access", "correct", "delete", "transfer"})
CHANNELS: Final = ("desk", "phone", "letter", "mail")
ASKED_BY: Final = tuple(IDENTITY)
WHOLE: Final = 255
NEEDS_GROUPS: Final = frozenset({"correct", "delete", "object", "restrict"})
"""The rights that may be about single field groups; the others are about the whole record."""

TOLD_OF: Final = ("delete", "correct", "stop")
"""What whoever else holds the same must hear of; the database says so as well."""

WAYS_TO_TELL: Final = ("letter", "mail", "portal")
"""How a processor or recipient is told; the portal is theirs."""

ITEMS_ALONE_MAX: Final = 10
"""How many things one person may delete alone; the database counts as well."""

SUMMARIES: Final[Mapping[str, str]] = MappingProxyType({
    "access": "查阅、复制 / Access and copy",
    "correct": "更正、补充 / Correction",
    "delete": "删除 / Deletion",
    "explain": "解释说明 / Explanation",
    "object": "限制或者拒绝处理 / Objection",
    "restrict": "停止处理（仅存储） / Storage only",
    "transfer": "转移到其他处理者 / Transfer",
})  # fmt: skip
"""What the list of cases says of such a case: data, read by people of either language."""
