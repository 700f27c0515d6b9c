"""`discretion policy check --approvers`: whether enough people hold a role that may give each approval, by property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discretion.faces.cli.at_property import ask_office
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.policy_checks import in_force_here, loaded
from discretion.faces.cli.serve import checked
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.words import marked, translator
from discretion.office import releases
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from pathlib import Path

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.releases import Approvers


def show_approvers(terminal: Terminal, file: Path | None) -> Exit:
    """Print for each property and approval how many people may give it; without a file, of what is in force there."""
    words, settings = translator(terminal.language, "ui"), checked(terminal)
    lang = "en" if terminal.language == "en" else "zh"
    documents: list[dict[str, Any]] = []
    lines = []
    for hotel in settings.properties:
        policy = loaded(file.read_bytes() if file else in_force_here(terminal, hotel.code)[1].body)

        async def do(office: Office, property_id: bytes = hotel.property_id) -> tuple[Approvers, ...]:
            return await releases.approvers(office, property_id, policy)  # noqa: B023 - asked within this turn

        with running_database(settings):
            found = ask_office(terminal, do)
        lines.append(hotel.name_en if lang == "en" else hotel.name_zh)
        for one in found:
            is_enough = one.able >= one.needed
            roles = " · ".join(noun(words, "role", role) for role in one.roles)
            documents.append({
                "property": hotel.code, "approval": one.fact, "roles": list(one.roles), "people": one.able,
                "needed": one.needed, "enough": is_enough,
            })
            lines.append(terminal.words(
                marked("  [%(sign)s] %(fact)s: %(roles)s, %(able)s of at least %(needed)s people"),
                sign="ok" if is_enough else "!", fact=policy.fact_text(one.fact, lang), roles=roles, able=one.able,
                needed=one.needed,
            ))
    terminal.show(documents, "\n".join(lines))
    return Exit.OK if all(each["enough"] for each in documents) else Exit.PROBLEM
