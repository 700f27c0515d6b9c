"""What a service of the office answers: that something is done, or why not. Words for people are the faces'."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Doing:
    """One doing at one property. The same `act_id` twice is one act; `staff_id` is None for the system's own."""

    property_id: bytes
    act_id: bytes
    staff_id: bytes | None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who does or sees something, at one property, in the duty of their sign-in."""

    property_id: bytes
    staff_id: bytes
    duty: str


@dataclass(frozen=True, slots=True)
class SeenStay:
    """The stay, and the version of it that the person saw when deciding."""

    stay_id: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The stay after an act. `is_repeat`: the act was done before and nothing changed now."""

    stay_id: bytes
    number: str
    act: str
    state: str
    version: int
    room_number: str
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Done:
    """Something other than a stay was changed; `id` is what it is known by."""

    id: bytes
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class ActRefusal:
    """Nothing was changed. `code` is stable; `params` name what to mend and never hold what a guest said."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """Carries a refusal out of a transaction, so that the transaction ends without a trace. Never leaves the office."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.refusal = ActRefusal(code, params)
