"""The archive of a guest's list with proofs: as small as it can be, and whole with a few lines of Python.

Rules:
* What can be made again is not given: an entry is made from its words and salts, its proof from the hashes of what
  stands beside it. The page in the archive has the lines that make both, as files for others' tools.
* A hash is given once, and only where nothing in the archive leads to it. They stand in the order of a walk through the
  tree, left before right; whoever walks it knows which comes next.
* A proof that stands under another checkpoint than the newest, such as one of a closed ledger, is given as it is.

Left to others: asking for proofs, sending the archive (`take_home`).
"""

from __future__ import annotations

import base64
import io
import json
import lzma
import tarfile
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.ledger.leaf import SALT_SIZE_BYTES, decode_leaf
from discretion.ledger.proof import split_size
from discretion.ledger.proof_file import read_proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from discretion.ledger.proof import InclusionProof
    from discretion.wire.guests import OwnProof

_README: Final = """您的查看记录与证明 / Who looked at your record, with proof

entries.jsonl  每行一个条目，编号从 1 开始、没有间断；每条都写明前一条的位置，所以少了哪一条看得出来。
               One entry a line, numbered from 1 without a gap; each names the place of the one before, so that what
               is left out shows.
checkpoint     已签名的检查点。 The signed checkpoint.
hashes         其余内容的哈希值，供生成证明。 The hashes of everything else, from which the proofs are made.
log.vkey       审计日志的公钥，应与酒店公布的一致。
               The public key of the ledger; it must be the one that the hotel publishes.

如何核验 / How to check
1. 生成每个条目（NNNN.entry，120 字节）及其证明（NNNN.tlog-proof，C2SP 格式）：
   Make each entry (NNNN.entry, 120 bytes) and its proof (NNNN.tlog-proof, a C2SP tlog-proof):

{made}

   NNNN.entry = "DISCRET1" + tag (16) + C_guest (32) + C_staff (32) + C_context (32)
   C_x = SHA-256("discretion/v1/" + x + 0x00 + salt + text)
2. 用证明核验条目属于已签名的检查点，任何支持该格式的工具均可。
   Check with the proof that the entry is under the signed checkpoint; any tool for the format does that:
   discretion ledger verify NNNN.tlog-proof --entry NNNN.entry --key log.vkey
   https://c2sp.org/tlog-proof
{closed}
员工是谁不在其中：您可以向酒店的个人信息保护负责人申请了解。
Who of the staff it was is not in here: ask the hotel's privacy officer.
"""
_CLOSED: Final = """
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
_MAKING: Final = """python3 - <<'END'
import base64, hashlib, json
d = base64.b64decode
def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def c(x, p):
    return h(b"discretion/v1/", x, b"\\0", d(p["salt"]), p["text"].encode())
leaves, numbers, beside = {}, {}, {}
for line in open("entries.jsonl", encoding="utf-8"):
    e = json.loads(line)
    made = d(e["entry"]) if "entry" in e else (
        b"DISCRET1" + d(e["tag"]) + c(b"guest", e["guest"]) + d(e["staff"]) + c(b"context", e["context"]))
    open(f"{e['number']:04}.entry", "wb").write(made)
    if e.get("proof") == "here":
        leaves[e["index"]], numbers[e["index"]] = h(b"\\0", made), e["number"]
hashes, note = open("hashes", "rb"), open("checkpoint", encoding="utf-8").read()
def half(a, z):
    return a + (1 << (z - a - 1).bit_length() - 1)
def node(a, z):
    if not any(a <= i < z for i in leaves):
        return hashes.read(32)
    if z - a == 1:
        return leaves[a]
    beside[a, z] = node(a, half(a, z)), node(half(a, z), z)
    return h(b"\\1", *beside[a, z])
def path(i, a, z):
    if z - a == 1:
        return []
    m = half(a, z)
    return path(i, *((a, m) if i < m else (m, z))) + [beside[a, z][i < m]]
size = int(note.split("\\n")[1]) if note else 0
if note and node(0, size) != d(note.split("\\n")[2]):
    raise SystemExit("内容被改动，或文件不全 / something here was changed, or is not whole")
for i, n in numbers.items():
    lines = ["c2sp.org/tlog-proof@v1", f"index {i}"] + [base64.b64encode(x).decode() for x in path(i, 0, size)]
    open(f"{n:04}.tlog-proof", "w", encoding="utf-8", newline="").write("\\n".join(lines) + "\\n\\n" + note)
END"""
_FILTERS: Final = [{"id": lzma.FILTER_LZMA2, "preset": lzma.PRESET_EXTREME, "lc": 1, "lp": 0, "pb": 0}]  # for base64


@dataclass(frozen=True, slots=True)
class Proved:
    """One entry to take home: the ledger it is of (0: the one in use), its number among the guest's, and its proof."""

    ledger: int
    number: int
    item: OwnProof


def archive(proved: Sequence[Proved], vkeys: Mapping[int, str]) -> bytes:
    """Return the archive, tar.xz. Shapes: `vkeys` has each ledger's key. Errors: `ProofError` for what is no proof."""
    packed = {each.item.index: read_proof(each.item.proof) for each in proved if each.item.proof and not each.ledger}
    newest = max((each.checkpoint for each in packed.values()), key=_size_of, default="")
    packed = {index: each for index, each in packed.items() if each.checkpoint == newest}
    readme = _README.replace("{closed}", _CLOSED if any(vkeys) else "").replace("{made}", _MAKING)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, "README.txt", readme.encode())
        for ledger, vkey in vkeys.items():
            _add(tar, f"closed-{ledger}.vkey" if ledger else "log.vkey", f"{vkey}\n".encode())
        _add(tar, "checkpoint", newest.encode())
        _add(tar, "hashes", b"".join(_beside([each.proof for each in packed.values()], _size_of(newest))))
        lines = []
        for each in proved:
            is_here = not each.ledger and each.item.index in packed
            lines.append(_entry(each, "here" if is_here else "file" if each.item.proof else "none"))
            if each.item.proof and not is_here:
                _add(tar, f"{each.number:04}.tlog-proof", each.item.proof.encode())
        _add(tar, "entries.jsonl", b"".join(lines))
    return lzma.compress(file.getvalue(), filters=_FILTERS)


def _size_of(checkpoint: str) -> int:
    return int(checkpoint.split("\n")[1]) if checkpoint else 0


def _beside(proofs: Sequence[InclusionProof], size: int) -> Iterator[bytes]:
    """Return the hashes of all that holds none of these entries, left before right: what no entry here leads to."""
    known: dict[tuple[int, int], bytes] = {}
    for proof in proofs:
        first, end = 0, size
        for value in reversed(proof.path):
            middle = first + split_size(end - first)
            if proof.index < middle:
                known[middle, end], end = value, middle
            else:
                known[first, middle], first = value, middle
    indexes = sorted(proof.index for proof in proofs)

    def walk(first: int, end: int) -> Iterator[bytes]:
        at = bisect_left(indexes, first)
        if at == len(indexes) or indexes[at] >= end:
            yield known[first, end]
        elif end - first > 1:
            middle = first + split_size(end - first)
            yield from walk(first, middle)
            yield from walk(middle, end)

    return walk(0, size) if proofs else iter(())


def _entry(each: Proved, proof: str) -> bytes:
    """Return one entry as a line of JSON: what makes its leaf again, or the leaf where a part of it is lost.

    Shapes: `proof` is "here" where it is made from the hashes, "file" where it is one, "none".
    """
    item = each.item
    told: dict[str, object] = {"number": each.number, "index": item.index, "proof": proof}
    if each.ledger:
        told["closed"] = each.ledger
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
