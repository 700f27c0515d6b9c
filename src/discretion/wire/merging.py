"""The hatch for records of one person: who may be the same, joining and parting records, the sealed copies of a stay.

Rules:
* As in `lookup`: no message names its asker, every text and list is bounded.
* Joining takes two people and two messages. Each step is judged for both records, and entered on both.
* A copy is looked up as the record is: for a purpose, judged the same, entered the same.

Left to others: what is answered (the keeper), words for people (the faces).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from discretion.wire.bounds import Groups, Id, PurposeName, TicketedAsk, Word
from discretion.wire.exceptions import Note  # noqa: TC001 - msgspec reads these annotations

CopyVersion = Annotated[int, Meta(ge=1, lt=2**31)]


class FindDuplicates(TicketedAsk, frozen=True, kw_only=True, tag="find_duplicates"):
    """Find records that hold an exact value of this one; each is shown masked, for `shown_for` or else `purpose`."""

    guest_id: Id
    purpose: PurposeName
    shown_for: Annotated[str, Meta(max_length=40)] = ""


class AskMerge(TicketedAsk, frozen=True, kw_only=True, tag="ask_merge"):
    """Ask that two records be joined. Each is judged for a purpose of its own.

    Shapes: bit i of `absorbed_groups` says that of field group i the absorbed record's is to be shown.
    """

    survivor_id: Id
    absorbed_id: Id
    absorbed_groups: Groups
    purpose: PurposeName
    absorbed_purpose: PurposeName
    why: Annotated[str, Meta(pattern=r"^(document|email|phone|guest_said|imported)\Z")]
    words: Note = ""


class JoinRecords(TicketedAsk, frozen=True, kw_only=True, tag="join_records"):
    """Be the second person, and join what somebody else asked for."""

    merge_id: Id
    purpose: PurposeName
    absorbed_purpose: PurposeName


class PartRecords(TicketedAsk, frozen=True, kw_only=True, tag="part_records"):
    """Refuse or take back what was asked for, or part what is joined: `why` says which."""

    merge_id: Id
    purpose: PurposeName
    absorbed_purpose: PurposeName
    why: Annotated[str, Meta(pattern=r"^(refused|other_person|asked|mistaken)\Z")]


class LookUpCopy(TicketedAsk, frozen=True, kw_only=True, tag="look_up_copy"):
    """Open field groups of the sealed copy that a stay has of a record, as a look-up of the record itself."""

    guest_id: Id
    stay_id: Id
    version: CopyVersion
    purpose: PurposeName
    clear: Groups
    masked: Groups
    context: Word = ""
    reference: Word = ""
    reason: Word = ""


MergeRequest = FindDuplicates | AskMerge | JoinRecords | PartRecords | LookUpCopy

