"""Two who reach for one request at the same moment: in every one of 150 rounds exactly one of them wins.

Against the tables themselves, under the roles of the processes, so that nothing of the keeper's own order helps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.cast import Stage, new_id

ROUNDS = 150
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def keepers(stage: Stage) -> Iterator[list[Connection]]:
    """Eight connections as the keeper has them."""
    made = [psycopg.connect(stage.database.conninfo("keeper"), autocommit=True) for _ in range(8)]
    yield made
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[Connection]:
    with psycopg.connect(stage.database.conninfo("worker"), autocommit=True) as made:
        yield made


def asked(connection: Connection, stage: Stage, guest_id: bytes, *, seconds: float = 60) -> str:
    """Return a new pending request of Ada's."""
    request_id = new_id().hex()
    connection.execute(
        "insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact,"
        " policy, facts, relation, reason, reference, ask_until_at, grant_seconds)"
        " values (%s, %s, %s, 'front_desk', %s, %s, 'check_out', 8, 'CO-3', 'ok_manager', sha256(''), 0, 'departed', 'a reason of ten', 'R-1',"
        " clock_timestamp() + make_interval(secs => %s), 600)",
        (stage.ada.property_id.hex(), request_id, stage.ada.staff_id.hex(), new_id().hex(), guest_id.hex(), seconds),
    )
    return request_id


def voting(connection: Connection, stage: Stage, request_id: str, *, yes: bool = True) -> Callable[[], bool]:
    """Return the act of somebody else's vote, which says whether it counted."""
    params = (stage.ada.property_id.hex(), request_id, new_id().hex(), yes, new_id().hex())

    def vote() -> bool:
        try:
            connection.execute(
                "insert into hotel.approval_vote (property_id, request_id, approver_id, as_role, vote, session_id, passkey_at)"
                " values (%s, %s, %s, 'duty_manager', %s, %s, clock_timestamp())", params,
            )
        except psycopg.errors.CheckViolation:
            return False
        return True

    return vote


def calling(connection: Connection, function: str, stage: Stage, request_id: str, *more: str) -> Callable[[], bool]:
    """Return a call of one of the functions, which says whether it touched the request."""
    params = (stage.ada.property_id.hex(), request_id, *more)

    def call() -> bool:
        row = connection.execute(f"select hotel.{function}({', '.join(['%s'] * len(params))})", params).fetchone()  # type: ignore[arg-type]
        return row == (1,)

    return call


def at_once(*acts: Callable[[], bool]) -> list[bool]:
    gate = threading.Barrier(len(acts))
    won = [False] * len(acts)

    def act(at: int) -> None:
        gate.wait()
        won[at] = acts[at]()

    threads = [threading.Thread(target=act, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def state_of(connection: Connection, request_id: str) -> str:
    row = connection.execute("select state from hotel.access_request where request_id = %s", (request_id,)).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def guest_id(stage: Stage) -> bytes:
    return stage.guest("departed").guest_id


def test_approve_against_approve(stage: Stage, keepers: list[Connection], guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id)
        won = at_once(voting(keepers[0], stage, request_id), voting(keepers[1], stage, request_id))
        assert (sum(won), state_of(keepers[0], request_id)) == (1, "approved")
        calling(keepers[0], "end_approval", stage, request_id, "test")()


def test_approve_against_deny(stage: Stage, keepers: list[Connection], guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id)
        won = at_once(voting(keepers[0], stage, request_id), voting(keepers[1], stage, request_id, yes=False))
        assert (sum(won), state_of(keepers[0], request_id)) == (1, "approved" if won[0] else "denied")


def test_approve_against_cancel(stage: Stage, keepers: list[Connection], guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id)
        voted, ended = at_once(
            voting(keepers[0], stage, request_id), calling(keepers[1], "end_approval", stage, request_id, "withdrawn"),
        )
        # Taking back may also come after the vote: then it revokes what was just approved.
        assert (voted, ended, state_of(keepers[0], request_id)) in {(True, True, "revoked"), (False, True, "cancelled")}


def test_approve_against_expire(stage: Stage, keepers: list[Connection], worker: Connection, guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id, seconds=0.003)

        def expire() -> bool:
            return bool(worker.execute("select hotel.expire_approvals(%s)", (stage.ada.property_id.hex(),)).fetchone() != (0,))

        voted, _expired = at_once(voting(keepers[0], stage, request_id), expire)
        expire()
        assert state_of(keepers[0], request_id) == ("approved" if voted else "expired")


def test_one_use_taken_by_eight(stage: Stage, keepers: list[Connection], guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id)
        assert voting(keepers[0], stage, request_id)()
        won = at_once(*(calling(each, "use_approval", stage, request_id) for each in keepers))
        assert (sum(won), state_of(keepers[0], request_id)) == (1, "used_up")


def test_use_against_revoke(stage: Stage, keepers: list[Connection], guest_id: bytes) -> None:
    for _ in range(ROUNDS):
        request_id = asked(keepers[0], stage, guest_id)
        assert voting(keepers[0], stage, request_id)()
        used, ended = at_once(
            calling(keepers[0], "use_approval", stage, request_id), calling(keepers[1], "end_approval", stage, request_id, "revoked"),
        )
        assert (used, ended, state_of(keepers[0], request_id)) in {(True, False, "used_up"), (False, True, "revoked")}


@pytest.mark.parametrize("change", [
    "update hotel.access_request set groups = 255 where request_id = %s",
    "update hotel.access_request set state = 'pending' where request_id = %s",
    "update hotel.access_request set uses = 0, state = 'approved' where request_id = %s",
])
def test_what_is_final_stays_final_even_for_the_owner(stage: Stage, keepers: list[Connection], guest_id: bytes, change: str) -> None:
    request_id = asked(keepers[0], stage, guest_id)
    assert voting(keepers[0], stage, request_id)()
    assert calling(keepers[0], "use_approval", stage, request_id)()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.superuser.execute(change, (request_id,))  # type: ignore[arg-type]
