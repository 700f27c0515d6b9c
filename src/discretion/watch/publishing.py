"""Publishing: have each ledger's head signed on a fixed clock, read its entries again, and have witnesses cosign it.

Rules:
* The root is made again here from the entries that are stored, by another process and role than the keeper's, before a
  checkpoint goes out: a flipped bit is found before somebody outside has vouched for it.
* A witness that finds a ledger inconsistent, or knows more of it than there is, stops that ledger: the keeper is told.
* A witness that is away is waited for; what it misses is lag, never an error of a look-up.

Left to others: what counts as cosigned and what lag means (the keeper).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from discretion.ledger.checkpoint import Verifier, open_checkpoint
from discretion.ledger.errors import LedgerError, ShapeError
from discretion.ledger.tile import TiledTree
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.ledger.trust import Trust
from discretion.watch.published import PublishedError, UnpublishedError, origins_of, stored_log
from discretion.watch.witness import Cosigned, Inconsistent, Stale, client, is_usable, last_cosigned, post_checkpoint
from discretion.wire.frame import FrameError
from discretion.wire.settings import SettingsError
from discretion.wire.upkeep import (
    EVIDENCE_SIZE_MAX,
    AddCosignatures,
    AwaitWanted,
    Done,
    PublishCheckpoint,
    StopLedger,
    asked,
)
from discretion.wire.witnesses import trust_of

if TYPE_CHECKING:
    import httpx

    from discretion.ledger.proof import ConsistencyProof
    from discretion.watch.witness import Answer
    from discretion.wire.settings import Property, Settings
    from discretion.wire.upkeep import UpkeepAnswer, UpkeepRequest

Why = Literal["fork", "ahead", "stored"]
ENTRIES_AT_ONCE = 16_384
WANTED_SECONDS_MAX = 20
LEDGERS_AT_ONCE = 3  # each holds a connection of the auditor's role, which has few
_KEEPER_SECONDS_MAX = 30.0
_log = logging.getLogger("discretion.watch")


@dataclass(slots=True)
class _Ledger:
    """What this process remembers of one ledger."""

    frontier: Frontier = field(default_factory=Frontier.empty)  # over the entries read again so far
    cosigned: dict[str, int] = field(default_factory=dict)  # by witness: the size it has cosigned last
    is_known: bool = False  # whether `cosigned` has been read
    is_stopped: bool = False


def reachable_trust_of(settings: Settings) -> Trust:
    """Return the witnesses of the settings; without any, one that asks for none.

    Errors: as `wire.witnesses.trust_of`, and `witnesses_bad` for an address that is not to be used.
    """
    trust = trust_of(settings) or Trust()
    for name, url in trust.urls.items():
        if url and not is_usable(url):
            raise SettingsError("witnesses_bad", key=f"witness {name}", found=url)
    return trust


class Publishing:
    """Publishes the ledgers of an installation. One at a time: `publish` waits for the last one to end."""

    def __init__(self, settings: Settings) -> None:
        """Errors: `SettingsError`."""
        self._settings = settings
        self._trust = reachable_trust_of(settings)
        self._conninfo = settings.conninfo("auditor")
        self._ledgers = {each.property_id: _Ledger() for each in settings.properties}
        self._muted: set[tuple[bytes, str]] = set()  # who calls our checkpoints malformed: a bug, until the next start
        self._said: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._turns = asyncio.Semaphore(LEDGERS_AT_ONCE)

    async def publish(self) -> int:
        """Return how many ledgers the keeper was asked to sign the head of; what witnesses say is brought to it."""
        async with self._lock:
            done = await asyncio.gather(*(self._publish_in_turn(each) for each in self._settings.properties))
        return sum(done)

    async def watch_for_wanted(self) -> None:
        """Publish at once whenever an ask waits for witnesses, until cancelled."""
        while self._trust.witnesses:
            try:
                answer = await self._ask(AwaitWanted(within_seconds=WANTED_SECONDS_MAX))
            except FrameError:
                await asyncio.sleep(1.0)  # the keeper is away; nobody waits for anything then
                continue
            if isinstance(answer, Done) and answer.counts["wanted"]:
                await self.publish()

    async def _publish_in_turn(self, hotel: Property) -> bool:
        async with self._turns:
            return await self._publish(hotel)

    async def _publish(self, hotel: Property) -> bool:
        ledger = self._ledgers[hotel.property_id]
        try:
            answer = await self._ask(PublishCheckpoint(property_id=hotel.property_id))
        except FrameError:
            self._say_once("keeper", "the keeper is away; no checkpoint is signed meanwhile")
            return False
        if self._said.pop("keeper", None):
            _log.info("the keeper is back")
        if not isinstance(answer, Done):
            _log.warning("no checkpoint: %s", getattr(answer, "code", "another answer"))
            return False
        if not ledger.is_stopped:
            try:
                await self._bring(hotel, ledger)
            except (PublishedError, LedgerError, FrameError) as error:
                _log.warning("a checkpoint was not brought to witnesses: %s", type(error).__name__)
        return True

    async def _bring(self, hotel: Property, ledger: _Ledger) -> None:
        """Read the entries again, and bring the newest checkpoint to each witness that has not seen it."""
        try:
            size, checkpoint, is_whole = await asyncio.to_thread(self._read_again, hotel, ledger)
        except UnpublishedError:
            return
        if not is_whole:
            await self._stop(hotel, ledger, "stored", "", checkpoint)
            return
        waiting = [
            name for name, url in self._trust.urls.items()
            if url and (hotel.property_id, name) not in self._muted and ledger.cosigned.get(name) != size
        ]
        if not waiting:
            return
        async with client() as http:
            answers = await asyncio.gather(*(
                self._posted(http, hotel, ledger, name, size, checkpoint) for name in waiting
            ))
        for name, answer in zip(waiting, answers, strict=True):
            await self._take(hotel, ledger, name, size, answer)

    def _read_again(self, hotel: Property, ledger: _Ledger) -> tuple[int, str, bool]:
        """Return size and text of the newest checkpoint, and whether the entries stored make the root it says."""
        with stored_log(self._conninfo, hotel.property_id, is_newest=True) as log:
            if not ledger.is_known:
                ledger.cosigned, ledger.is_known = log.cosigned(), True
            head = open_checkpoint(log.checkpoint, Verifier.parse(log.vkey))
            try:
                for first in range(ledger.frontier.size, head.size, ENTRIES_AT_ONCE):
                    leaves = log.entries(first, min(first + ENTRIES_AT_ONCE, head.size))
                    ledger.frontier = ledger.frontier.append([leaf_hash(leaf) for leaf in leaves])
            except ShapeError:  # entries are missing
                return head.size, log.checkpoint, False
            return head.size, log.checkpoint, ledger.frontier.head() == head

    async def _posted(
        self, http: httpx.AsyncClient, hotel: Property, ledger: _Ledger, name: str, size: int, checkpoint: str,
    ) -> Answer:
        """Return what a witness answers; where it knows another size than we thought, it is asked once more."""
        answer: Answer = Stale(ledger.cosigned.get(name, 0))
        for _ in range(2):
            if not isinstance(answer, Stale) or answer.size > size:
                break
            proof = await asyncio.to_thread(self._proof, hotel, size, answer.size)
            answer = await post_checkpoint(http, self._trust.urls[name], answer.size, proof, checkpoint)
        return answer

    def _newest_size(self, hotel: Property) -> int:
        with stored_log(self._conninfo, hotel.property_id, is_newest=True) as log:
            return log.size

    def _proof(self, hotel: Property, size: int, old_size: int) -> ConsistencyProof:
        with stored_log(self._conninfo, hotel.property_id, is_newest=True) as log:
            return TiledTree(size, log.read).prove_consistency(old_size)

    async def _take(self, hotel: Property, ledger: _Ledger, name: str, size: int, answer: Answer) -> None:
        who = f"{hotel.code} {name}"
        if isinstance(answer, Cosigned):
            kept = await self._ask(AddCosignatures(property_id=hotel.property_id, size=size, lines=answer.lines))
            if isinstance(kept, Done):
                ledger.cosigned[name] = size
                if self._said.pop(who, None):
                    _log.info("a witness is back")
            elif getattr(kept, "code", "") == "malformed":
                self._say_once(who, "a witness answered with lines that do not verify")
            # else the keeper could not keep them now; the next checkpoint asks for others
        elif isinstance(answer, Inconsistent):
            await self._stop(hotel, ledger, "fork", name, answer.said)
        elif isinstance(answer, Stale):
            # Another worker of ours may have brought it a newer checkpoint meanwhile: what is kept by now decides.
            newest = await asyncio.to_thread(self._newest_size, hotel)
            if answer.size > newest:
                await self._stop(hotel, ledger, "ahead", name, f"{answer.size} > {newest}")
            elif answer.size <= size:
                self._say_once(who, "a witness does not agree on its own size")
        else:
            if answer.why == "malformed":
                self._muted.add((hotel.property_id, name))
            self._say_once(who, f"a witness does not take checkpoints: {answer.why}")

    async def _stop(self, hotel: Property, ledger: _Ledger, why: Why, who: str, evidence: str) -> None:
        ledger.is_stopped = True
        _log.error("a ledger is stopped: %s", why)
        await self._ask(StopLedger(
            property_id=hotel.property_id, why=why, who=who, evidence=evidence[:EVIDENCE_SIZE_MAX],
        ))

    async def _ask(self, message: UpkeepRequest) -> UpkeepAnswer:
        """Return the keeper's answer. Errors: `FrameError` while it is away."""
        socket_path = str(self._settings.upkeep_socket)
        return await asyncio.to_thread(asked, socket_path, message, within_seconds=_KEEPER_SECONDS_MAX)

    def _say_once(self, who: str, what: str) -> None:
        """Say what is wrong with somebody, once until something else is, or until it is over."""
        if self._said.get(who) != what:
            _log.warning("%s", what)
        self._said[who] = what


async def bring_seen(settings: Settings) -> int:
    """Bring the checkpoints that witnesses have cosigned last to where the keeper looks at its start; return how many.

    A witness that cannot be reached within some seconds brings none: that is lag, not agreement.
    Errors: `SettingsError`; `PublishedError`; `OSError`.
    """
    trust = reachable_trust_of(settings)
    places = [
        (hotel, number, url) for hotel in settings.properties
        for number, url in enumerate(trust.urls.values()) if url
    ]
    if not places:
        return 0
    origins = await asyncio.to_thread(origins_of, settings.conninfo("auditor"))
    places = [place for place in places if place[0].property_id in origins]
    async with client() as http:
        notes = await asyncio.gather(*(
            last_cosigned(http, url, origins[hotel.property_id]) for hotel, _, url in places
        ))
    for (hotel, number, _), note in zip(places, notes, strict=True):
        if note:
            directory = settings.seen_directory(hotel.property_id)
            directory.mkdir(mode=0o700, exist_ok=True)
            new = directory / f"{number}.new"
            new.write_text(note, "utf-8")
            new.replace(directory / f"{number}.note")
    return sum(bool(note) for note in notes)
