"""What a guest takes home: the list as PDF, and the list with proofs that others' tools check.

Rules:
* A proof is C2SP's tlog-proof, one an entry. With what the opening says of the guest and of the act, each with its
  salt, whoever holds the archive makes the entry again, and so checks that it says just that. Of staff the commitment
  is given.
* What can be made again is not given, so that the list fits into a message (`proof_archive`).
* The numbers of the entries run from 1 without a gap, and each names the place of the one before: what is left out
  shows.
* Entries of a closed ledger come too, with its key and proofs under its own newest checkpoint; of which there is no
  proof, that is said.
* The list ends with the entry of its own making, or before the first entry that is secret for now.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.di import NamedDependency

from discretion.faces.kit.pdf import Section, statement
from discretion.faces.kit.seat import GuestSeat, fresh_id
from discretion.faces.portal.proof_archive import Proved, archive
from discretion.faces.portal.told import by_day
from discretion.faces.portal.who_looked import readable, verdict_words, whole
from discretion.wire.entries import ENTRIES_AT_ONCE_MAX
from discretion.wire.guests import OwnProofs, OwnProofsShown

if TYPE_CHECKING:
    from discretion.faces.portal.told import Told


@get("/my/looked.pdf")
async def looked_pdf(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Give the whole list as a statement."""
    lines = await whole(guest)
    words, formats = guest.words, guest.formats
    house = guest.property.name_zh if guest.language == "zh_Hans" else guest.property.name_en
    number = fresh_id()[:8].upper()
    made = formats.local(datetime.now(UTC))
    opening = [
        house,
        words.gettext("Statement %(number)s of %(day)s %(time)s") % {
            "number": number, "day": formats.date(made.date()), "time": formats.clock(made),
        },
        words.gettext("Look-ups that the law keeps secret are added on the day on which they may be told."),
    ]
    sections = [
        Section(formats.date(day), tuple(_written(guest, line) for line in of_day))
        for day, of_day in by_day(guest, lines)
    ]
    body = await asyncio.to_thread(
        statement, guest.language, words.gettext("Who looked at my record"), opening, sections, f"{house} {number}",
    )
    return Response(body, media_type="application/pdf", headers={
        "content-disposition": 'attachment; filename="list.pdf"',
    })


def _written(guest: GuestSeat, line: Told) -> tuple[str, ...]:
    words = guest.words
    said = [guest.formats.clock(line.at), line.who]
    if len(line.indexes) > 1:
        said.append(words.ngettext("%(num)d time within the hour", "%(num)d times within the hour", len(line.indexes))
                    % {"num": len(line.indexes)})
    if line.approved_by:
        said.append(words.gettext("approved by %(who)s") % {"who": line.approved_by})
    if line.verdict:
        said.append(verdict_words(guest, line.verdict))
    purpose = words.gettext("Purpose: %(what)s") % {"what": line.purpose} if line.purpose else ""
    return line.title, purpose, line.sentence, " · ".join(said), line.kept


@get("/my/proof")
async def proof_file(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Give the list with proofs, as one archive."""
    proved: list[Proved] = []
    vkeys: dict[int, str] = {}
    for ledger, entries in groupby(await readable(guest), lambda entry: entry.ledger):
        numbers = {entry.index: entry.seq for entry in entries}
        indexes = sorted(numbers, reverse=True)  # newest first: the checkpoint that covers it then covers all
        for at in range(0, len(indexes), ENTRIES_AT_ONCE_MAX):
            answer = await guest.means.hatches.ask(OwnProofs(
                ticket=guest.ticket, request_id=bytes.fromhex(fresh_id()), ledger=ledger,
                indexes=indexes[at:at + ENTRIES_AT_ONCE_MAX],
            ))
            if not isinstance(answer, OwnProofsShown):
                raise TypeError(type(answer).__name__)
            proved += [Proved(ledger, numbers[item.index], item) for item in answer.items]
            vkeys[ledger] = answer.vkey
    proved.sort(key=lambda each: each.number)
    body = await asyncio.to_thread(archive, proved, vkeys)
    return Response(body, media_type="application/x-xz", headers={
        "content-disposition": 'attachment; filename="list-with-proof.tar.xz"',
    })
