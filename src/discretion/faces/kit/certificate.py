"""The certificate of an erasure: what proves to whoever asked for it that a key was destroyed, and when.

Rules:
* The proof and the entry are in the formats that other verifiers take; only the meaning is ours.
* It names no guest: the key, the field groups, why, and under which order.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Final

from litestar.exceptions import NotFoundException

from discretion.faces.kit.files import file_of
from discretion.faces.kit.means import KeeperFailedError
from discretion.wire.erasure import CertifyErasure, ErasureProof

if TYPE_CHECKING:
    from litestar import Response

    from discretion.faces.kit.seat import Caller
    from discretion.office.properties import Property

FORMAT: Final = "discretion/erasure/v1"
ENTRY, PROOF, KEY, CERTIFICATE = "erasure.entry", "erasure.tlog-proof", "log.vkey", "certificate.json"
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # an archive's members need a day: always the same, so the bytes are too
_README: Final = """删除证明 / Certificate of deletion

erasure.entry       审计日志中的删除条目（120 字节）。 The entry of the deletion in the ledger (120 bytes).
erasure.tlog-proof  其证明，格式为 C2SP tlog-proof。 Its proof, a C2SP tlog-proof.
certificate.json    条目所承诺的文字：销毁了哪把密钥、涉及哪些内容、依据哪项指令。
                    What the entry commits to: which key was destroyed, for what, under which order.
log.vkey            审计日志的公钥，应与酒店公布的一致。 The ledger's key; it must be the one that the hotel publishes.

如何核验 / How to check
1. 条目属于已签名的检查点（任何支持该格式的工具均可）：
   The entry is under the signed checkpoint (any tool for the format does this):
   discretion ledger verify erasure.tlog-proof --entry erasure.entry --key log.vkey
   https://c2sp.org/tlog-proof
2. 条目说的就是这段文字：第 89 至 120 字节等于
   The entry says just that: its bytes 89 to 120 are
   SHA-256("discretion/v1/context" + 0x00 + context.salt + context.text)
   discretion erase verify . --key log.vkey     (1 + 2)

它证明酒店已把销毁该密钥写入审计日志；它不能证明世上没有该密钥的其他副本。
It proves that the hotel entered the destruction of this key. That no other copy of the key exists it cannot prove.
"""


def files_of(code: str, order_id: bytes, found: ErasureProof) -> dict[str, bytes]:
    """Return the files by name; `code` is the hotel's."""
    said = {
        "format": FORMAT, "property": code, "order": order_id.hex(), "entry": found.entry, "vkey": found.vkey,
        "context": {"salt": found.salt.hex(), "text": found.context.decode()},
        "counts": json.loads(found.counts), "swept_at": found.swept_at,
    }
    return {
        ENTRY: found.leaf, PROOF: found.proof.encode(), KEY: f"{found.vkey}\n".encode("ascii"),
        CERTIFICATE: f"{json.dumps(said, ensure_ascii=False, indent=1)}\n".encode(), "README.txt": _README.encode(),
    }


async def certificate(caller: Caller, house: Property, order_id: bytes | None) -> Response[bytes]:
    """Return the certificate of an order that was carried out, as an archive.

    Errors: Litestar's `NotFoundException` where there is none, or it was not carried out; as `Hatches.ask`.
    """
    if order_id is None:
        raise NotFoundException
    try:
        found = await caller.means.hatches.ask(CertifyErasure(property_id=house.property_id, order_id=order_id))
    except KeeperFailedError as error:
        if error.code != "not_found":
            raise
        raise NotFoundException from error
    if not isinstance(found, ErasureProof):
        raise TypeError(type(found).__name__)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files_of(house.code, order_id, found).items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), body, zipfile.ZIP_DEFLATED)
    return file_of(file.getvalue(), "zip", "certificate")
