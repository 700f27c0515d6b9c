"""What a face has at hand: the way to the keeper, the office, the words, and how this house is reached.

Trust: the house holds no key to a record and no right to a sealed one; only the secrets by which door controllers
sign. All that stands here can ask the keeper as the sessions
that live at this moment, inside policy and budget, on the record; the window reads salted commitments and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping  # noqa: TC003 - the router reads these annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.render import Pages  # noqa: TC001 - as above
from discretion.office.database import Office  # noqa: TC001 - as above
from discretion.office.doors.keys import DoorKeys  # noqa: TC001 - as above
from discretion.watch.window import Window  # noqa: TC001 - as above
from discretion.wire.lookup import Failed, Hatch

if TYPE_CHECKING:
    from discretion.wire.lookup import Answer, Request

_HATCHES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSettings:
    """What pages need to know of the installation.

    Shapes: `origin` is what browsers show in the address line, as `https://desk.example.cn`; `welcome_key` opens the
    welcome page of a demo and is empty in a real installation; `properties` are the ids of the hotels by their codes;
    `starting_policy` is what the keeper was started with; `transparency` is the folder of the public pages;
    `leave_to` is where a guest who leaves quickly is led; `has_texts` says that codes go to phones too; `networks` are
    those of hotels that name theirs.
    """

    origin: str
    first_language: str = "zh_Hans"
    is_demo: bool = False
    welcome_key: str = ""
    is_development: bool = False
    properties: Mapping[str, bytes] = field(default_factory=dict)
    starting_policy: bytes = b""
    transparency: str = ""
    leave_to: str = "/my/left"
    has_texts: bool = False
    networks: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict)
    is_behind_proxy: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach this house by HTTPS; then cookies are bound to it."""
        return self.origin.startswith("https://")


class KeeperFailedError(Exception):
    """The keeper did nothing and said why; `code` and `field` as in `wire.lookup.Failed`."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class Hatches:
    """A few connections to the keeper, used in turn: one connection's reader is one task of the loop."""

    def __init__(self, socket_path: str) -> None:
        self._hatches = [Hatch(socket_path) for _ in range(_HATCHES)]
        self._turn = itertools.cycle(self._hatches)

    async def ask(self, message: Request) -> Answer:
        """Return the keeper's answer.

        Errors: `KeeperFailedError` when it did nothing, `HatchClosedError` when it is away.
        """
        answer = await next(self._turn).ask(message)
        if type(answer) is Failed:
            raise KeeperFailedError(answer.code, answer.field)
        return answer

    async def close(self) -> None:
        """End every connection."""
        for hatch in self._hatches:
            await hatch.close()


@dataclass(frozen=True, slots=True)
class Means:
    """Everything one house process works with; made once."""

    settings: HouseSettings
    hatches: Hatches
    office: Office
    pages: Pages
    window: Window
    door_keys: DoorKeys
