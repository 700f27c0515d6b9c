"""Clients that ask as fast as they are answered, and remember what was acknowledged."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discretion.wire import lookup
from tests.cast import groups, new_id
from tests.ledgers import index_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Guest, Stage

CLIENTS = 16


@dataclass
class Load:
    """Look-ups of these guests by Ada, from many connections at once."""

    stages: list[Stage]
    guests: list[Guest]
    acknowledged: dict[bytes, int] = field(default_factory=dict)
    disclosed: list[bytes] = field(default_factory=list)
    failed: dict[bytes, str] = field(default_factory=dict)
    unanswered: list[bytes] = field(default_factory=list)

    def run(self, seconds: float, disturb: Callable[[], None] = lambda: None) -> None:
        """Ask for so many seconds from all clients; in the middle, `disturb`. Returns when all clients have ended."""
        ends_at = time.monotonic() + seconds
        clients = [threading.Thread(target=self._client, args=(number, ends_at)) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(seconds / 2)  # the load is what is waited for
        disturb()
        for client in clients:
            client.join()

    def _client(self, number: int, ends_at: float) -> None:
        stage = self.stages[number % len(self.stages)]
        line = stage.line()
        turn = number
        while time.monotonic() < ends_at:
            turn += 1
            guest, request_id = self.guests[turn % len(self.guests)], new_id()
            try:
                answer = line.ask(lookup.LookUp(
                    ticket=stage.ada.ticket, request_id=request_id, guest_id=guest.guest_id, purpose="check_in",
                    clear=groups("identity"), masked=groups("contact"),
                ))
            except OSError:
                self.unanswered.append(request_id)
                break
            if isinstance(answer, lookup.Disclosure):
                self.disclosed.append(request_id)
            if isinstance(answer, lookup.Failed):
                self.failed[request_id] = answer.code
                time.sleep(0.01)  # a keeper without its database answers at once
            else:
                self.acknowledged[request_id] = index_of(answer)
        line.close()
