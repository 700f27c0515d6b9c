"""The codes of consents in words; part of the one table in `nouns`."""

from __future__ import annotations

from typing import Final

from discretion.faces.kit.words import marked_in

OF_CONSENTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "consent": {
        "loyalty": marked_in("consent", "Membership points"),
        "marketing": marked_in("consent", "Offers and news"),
        "analytics": marked_in("consent", "Profiling"),
        "face_check_in": marked_in("consent", "Face check-in"),
        "sharing": marked_in("consent", "Giving to partners"),
        "cross_border": marked_in("consent", "Transfer abroad"),
    },
    "consent_basis": {
        "consent": marked_in("consent_basis", "consent"),
        "separate_consent": marked_in("consent_basis", "separate consent"),
    },
    "consent_channel": {
        "portal": marked_in("consent_channel", "on the guest’s own page"),
        "desk_tablet": marked_in("consent_channel", "on the hotel’s tablet"),
        "desk_paper": marked_in("consent_channel", "on a signed paper"),
    },
    "guardian": {
        "": marked_in("guardian", "For myself"),
        "parent": marked_in("guardian", "As a parent, for my child under 14"),
        "other_guardian": marked_in("guardian", "As another guardian, for a child under 14"),
    },
}
