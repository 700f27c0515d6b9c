"""The hatches' part for erasure: orders that a person, or the worker for a plan, has the keeper carry out.

Rules:
* What is erased stands in an order of the office's; a message names orders and never a guest.
* A person's passkey is verified over exactly these orders: `Action("erase", subject_of(order_ids))` of `exceptions`.
* An order carried out twice is one erasure.

Left to others: what may be erased, and when (the office's rights and retention); what stops it (the database).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from discretion.wire.bounds import Id, RawJson  # noqa: TC001 - msgspec reads the annotations
from discretion.wire.exceptions import VerifiedAsk

ORDERS_AT_ONCE_MAX = 50


class CarryOutErasure(VerifiedAsk, frozen=True, kw_only=True, tag="carry_out_erasure"):
    """Carry out orders that one open case of a guest's rights has led to. For the privacy officer's duty."""

    order_ids: Annotated[list[Id], Meta(min_length=1, max_length=ORDERS_AT_ONCE_MAX)]


class CarryOutErasures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="carry_out_erasures"):
    """Carry out up to 200 open orders of one plan, or the operator's one order for an open case of a guest's rights.

    Without either, sever what is left of guests with many stays.
    """

    property_id: Id
    request_id: Id
    plan_id: Id | None = None
    order_id: Id | None = None


class SweepErased(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="sweep_erased"):
    """Take what erasures have left: rows in large captures, and old versions of rows in the tables' files."""

    property_id: Id


class CertifyErasure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="certify_erasure"):
    """Ask for what proves that an order was carried out."""

    property_id: Id
    order_id: Id


class ErasuresDone(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="erasures_done"):
    """How many orders are carried out now, and how many something stops, by its code; `entry` is the last made."""

    done: int
    stopped: dict[str, int]
    entry: int


class ErasureProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="erasure_proof"):
    """The entry of an erasure: leaf, salt and text of its context part, and a proof that it stands in the ledger.

    `counts` is JSON: how many rows of each kind. `swept_at` is 0 until old versions are gone from the files too.
    """

    entry: int
    leaf: bytes
    salt: bytes
    context: RawJson
    proof: str
    vkey: str
    counts: RawJson
    swept_at: int
