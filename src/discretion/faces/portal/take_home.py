"""What a guest takes home: the list as PDF, and the list with proofs that others' tools check.

Rules:
* A proof is C2SP's tlog-proof, one an entry, with what the opening says of the guest and of the act, each with its
  salt: whoever holds it makes the entry again, and so checks that it says just that. Of staff the commitment is given.
* What can be made again is not given twice, and what proofs share is packed once: the list fits into a message.
* The numbers of the entries run from 1 without a gap, and each names the place of the one before: what is left out
  shows.
* Entries of a closed ledger come too, with its key and proofs under its own newest checkpoint; of which there is no
  proof, that is said.
* The list ends with the entry of its own making, or before the first entry that is secret for now.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import lzma
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.di import NamedDependency

from discretion.faces.kit.pdf import Section, statement
from discretion.faces.kit.seat import GuestSeat, fresh_id
from discretion.faces.portal.told import by_day
from discretion.faces.portal.who_looked import readable, verdict_words, whole
from discretion.ledger.leaf import SALT_SIZE_BYTES, decode_leaf
from discretion.wire.entries import ENTRIES_AT_ONCE_MAX
from discretion.wire.guests import OwnProofs, OwnProofsShown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.faces.portal.told import Told
    from discretion.wire.guests import OwnProof

README = """您的查看记录与证明 / Who looked at your record, with proof

entries.jsonl  每行一个条目，编号从 1 开始、没有间断；每条都写明前一条的位置，所以少了哪一条看得出来。
               One entry a line, numbered from 1 without a gap; each names the place of the one before, so that what
               is left out shows.
NNNN.tlog-proof  其证明，格式为 C2SP tlog-proof，可用任何支持该格式的工具核验。
               Its proof, a C2SP tlog-proof; any tool for that format checks it.
log.vkey       审计日志的公钥，应与酒店公布的一致。
               The public key of the ledger; it must be the one that the hotel publishes.

如何核验 / How to check
1. 由文字算出条目（120 字节），写成 NNNN.entry： Make the entries (120 bytes each) from the words, as NNNN.entry:

{made}

   NNNN.entry = "DISCRET1" + tag (16) + C_guest (32) + C_staff (32) + C_context (32)
   C_x = SHA-256("discretion/v1/" + x + 0x00 + salt + text)
2. 用证明核验条目属于已签名的检查点。 Check with the proof that the entry is under the signed checkpoint:
   discretion ledger verify NNNN.tlog-proof --entry NNNN.entry --key log.vkey
   https://c2sp.org/tlog-proof
{closed}
员工是谁不在其中：您可以向酒店的个人信息保护负责人申请了解。
Who of the staff it was is not in here: ask the hotel's privacy officer.
"""
CLOSED = """
已封存的审计日志 / Closed ledgers

写有 "closed": N 的条目，出自酒店封存的第 N 份审计日志：它与签过的内容不再一致，或者签名密钥不能再用。
酒店另立一份取代它，并把它原样留作证据。核验这些条目时，用 closed-N.vkey 代替 log.vkey。
编号接着往下数；每份日志中关于您的第一条不写前一条的位置（-1）。
写有 "proof": "none" 的条目没有证明文件：没有已签名的检查点包含它，或者留存的内容与检查点不符。
An entry with "closed": N is of the Nth ledger that the hotel closed: it no longer agreed with what was signed, or its
key could not be used any more. Another took its place, and it is kept as it was, as evidence. Check such entries with
closed-N.vkey in the place of log.vkey. Numbers run on; your first entry in each ledger names no place before it (-1).
An entry with "proof": "none" has no proof file: no signed checkpoint covers it, or what is kept does not lead to one.
"""
MAKING = """python3 - <<'END'
import base64, hashlib, json
d = base64.b64decode
def c(x, p):
    return hashlib.sha256(b"discretion/v1/" + x + b"\\0" + d(p["salt"]) + p["text"].encode()).digest()
for line in open("entries.jsonl", encoding="utf-8"):
    e = json.loads(line)
    made = d(e["entry"]) if "entry" in e else (
        b"DISCRET1" + d(e["tag"]) + c(b"guest", e["guest"]) + d(e["staff"]) + c(b"context", e["context"]))
    open(f"{e['number']:04}.entry", "wb").write(made)
END"""


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
        indexes = list(numbers)
        for at in range(0, len(indexes), ENTRIES_AT_ONCE_MAX):
            answer = await guest.means.hatches.ask(OwnProofs(
                ticket=guest.ticket, request_id=bytes.fromhex(fresh_id()), ledger=ledger,
                indexes=indexes[at:at + ENTRIES_AT_ONCE_MAX],
            ))
            if not isinstance(answer, OwnProofsShown):
                raise TypeError(type(answer).__name__)
            proved += [Proved(ledger, numbers[item.index], item) for item in answer.items]
            vkeys[ledger] = answer.vkey
    body = archive(proved, vkeys)
    return Response(body, media_type="application/x-xz", headers={
        "content-disposition": 'attachment; filename="list-with-proof.tar.xz"',
    })


@dataclass(frozen=True, slots=True)
class Proved:
    """One entry to take home: the ledger it is of (0: the one in use), its number among the guest's, and its proof."""

    ledger: int
    number: int
    item: OwnProof


def archive(proved: Sequence[Proved], vkeys: Mapping[int, str]) -> bytes:
    """Return the archive: a page to read, each ledger's key, and of each entry what makes it again, and its proof."""
    readme = README.replace("{closed}", CLOSED if any(vkeys) else "").replace("{made}", MAKING)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, "README.txt", readme.encode())
        for ledger, vkey in vkeys.items():
            _add(tar, f"closed-{ledger}.vkey" if ledger else "log.vkey", f"{vkey}\n".encode())
        _add(tar, "entries.jsonl", b"".join(_entry(each) for each in proved))
        for each in proved:  # one after the other: what proofs share is then packed once
            if each.item.proof:
                _add(tar, f"{each.number:04}.tlog-proof", each.item.proof.encode())
    return lzma.compress(file.getvalue(), preset=lzma.PRESET_EXTREME)


def _entry(each: Proved) -> bytes:
    """Return one entry as a line of JSON: what makes its leaf again, or the leaf where a part of it is lost."""
    item = each.item
    told: dict[str, object] = {"number": each.number, "index": item.index}
    if each.ledger:
        told["closed"] = each.ledger
    if not item.proof:
        told["proof"] = "none"
    if item.guest_part and item.context_part:
        leaf = decode_leaf(item.leaf)
        told |= {"tag": _text(leaf.tag), "staff": _text(leaf.commitments[1])}
    else:
        told["entry"] = _text(item.leaf)
    told |= {"guest": _part(item.guest_part), "context": _part(item.context_part)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _part(raw: bytes) -> dict[str, str]:
    return {"salt": _text(raw[:SALT_SIZE_BYTES]), "text": raw[SALT_SIZE_BYTES:].decode()}


def _add(tar: tarfile.TarFile, name: str, body: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(body)
    tar.addfile(member, io.BytesIO(body))
