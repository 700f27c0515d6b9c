"""The cast: Ada, Ben, Cleo, Dora, Egon and Mallory, in two hotels with a real keeper; and helpers that make facts true.

| who | is |
|---|---|
| Ada | front desk of Harbour, on shift, badged in, trained |
| Ben | night and duty manager of Harbour |
| Cleo | front desk of Hilltop, the other hotel |
| Dora | a guest, due in at Harbour today |
| Egon | auditor of Harbour |
| Mallory | whoever means harm; what Mallory holds, the test says |
| Iris | administrator of Harbour, who lets the others in |

Where they play is in `stages`.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from discretion.hotel.purpose import FieldGroup
from discretion.wire import exceptions, lookup, upkeep
from tests.authenticator import Authenticator
from tests.conftest import HARBOUR, DatabaseUnderTest
from tests.keeper_program import KeeperProgram
from tests.line import Line

if TYPE_CHECKING:
    import psycopg

    from discretion.wire.settings import Property, Settings

ALL = 255
_numbers = itertools.count(1)


def groups(*names: str) -> int:
    """Return the bit mask of these field groups."""
    return sum(1 << FieldGroup[name.upper()] for name in names)


def new_id() -> bytes:
    """Return a random id."""
    return os.urandom(16)


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest with a sealed record, and what nobody may read without being allowed to."""

    property_id: bytes
    guest_id: bytes
    stay_id: bytes
    surname: str
    phone: str
    email: str
    document: str
    records: dict[str, bytes]

    @property
    def secrets(self) -> list[bytes]:
        """Pieces of the record that tell something wherever they turn up."""
        return [text.encode() for text in (self.surname, self.phone, self.phone[3:], self.email, self.document, f"note-{self.surname}")]


@dataclass(frozen=True, slots=True)
class Player:
    """A member of staff with a passkey and a ticket."""

    stage: Stage
    name: str
    property_id: bytes
    staff_id: bytes
    duty: str
    authenticator: Authenticator
    ticket: bytes = b""

    def look_up(
        self, guest: Guest | bytes, purpose: str = "check_in", *, clear: int = 0, masked: int = 0, request_id: bytes = b"",
    ) -> Any:
        """Ask for one guest."""
        guest_id = guest if isinstance(guest, bytes) else guest.guest_id
        return self.ask(lookup.LookUp, guest_id=guest_id, purpose=purpose, clear=clear, masked=masked, request_id=request_id or new_id())

    def ask(self, kind: type, /, **fields: Any) -> Any:
        """Ask anything, with this person's ticket and a new request id unless given."""
        if "request_id" in kind.__struct_fields__:  # type: ignore[attr-defined]
            fields.setdefault("request_id", new_id())
        return self.stage.ask(kind(ticket=fields.pop("ticket", self.ticket), **fields))

    def verified(self, kind: type, action: exceptions.Action, /, **fields: Any) -> Any:
        """Ask for something that a passkey is verified for, having verified it."""
        challenge = self.ask(exceptions.BeginAction, action=action)
        assert isinstance(challenge, lookup.Challenge), challenge
        fields.setdefault("assertion", self.authenticator.sign(challenge.options))
        return self.ask(kind, challenge_id=challenge.challenge_id, **fields)

    def step_up(self, guest: Guest, purpose: str, groups: int) -> Any:
        """Verify a passkey for looking up these groups."""
        action = exceptions.Action("look_up", guest.guest_id, purpose, groups)
        return self.verified(exceptions.StepUp, action, guest_id=guest.guest_id, purpose=purpose, groups=groups)

    def request(self, guest: Guest, purpose: str, groups: int, rule: str, fact: str, **changed: Any) -> Any:
        """Ask for an approval."""
        fields = {"reason": "宾客来电索取发票，已核对预订号", "reference": "R-1", **changed}
        return self.ask(
            exceptions.RequestApproval, guest_id=guest.guest_id, purpose=purpose, groups=groups, rule=rule, fact=fact, **fields,
        )

    def vote(self, approval_id: bytes, *, yes: bool = True, **changed: Any) -> Any:
        """Vote on a request."""
        action = exceptions.Action("vote_yes" if yes else "vote_no", approval_id)
        return self.verified(exceptions.Vote, action, approval_id=approval_id, yes=yes, seconds=12, **changed)

    def emergency(self, guest: Guest, groups: int, **changed: Any) -> Any:
        """Begin an emergency viewing."""
        fields = {"situation": "life", "words": "12 楼烟感报警，客人电话无人接听", **changed}
        action = exceptions.Action("emergency", guest.guest_id, "emergency", groups)
        return self.verified(exceptions.BeginEmergency, action, guest_id=guest.guest_id, groups=groups, **fields)

    def attest(self, *people: Player, direction: Literal["in", "out"] = "in", **changed: Any) -> Any:
        """Attest, over a passkey, that people are here or have gone."""
        whom = [player.staff_id for player in people]
        action = exceptions.Action("attest_in" if direction == "in" else "attest_out", exceptions.subject_of(whom))
        return self.verified(exceptions.AttestPresence, action, **{"staff_ids": whom, "direction": direction, **changed})

    def sign_in(self) -> Player:
        """Sign in anew; return the player with the new ticket."""
        signed_in = self.finish_sign_in(self.begin_sign_in())
        assert isinstance(signed_in, lookup.SignedIn), signed_in
        return replace(self, ticket=signed_in.ticket)

    def begin_sign_in(self) -> lookup.Challenge:
        """Return a challenge of this person's property."""
        challenge = self.stage.ask(lookup.BeginSignIn(property_id=self.property_id))
        assert isinstance(challenge, lookup.Challenge)
        return challenge

    def finish_sign_in(self, challenge: lookup.Challenge, assertion: bytes = b"") -> Any:
        """Answer a challenge, with this person's authenticator unless an assertion is given."""
        return self.stage.ask(lookup.FinishSignIn(
            property_id=self.property_id, challenge_id=challenge.challenge_id,
            assertion=assertion or self.authenticator.sign(challenge.options),
        ))


@dataclass(slots=True)
class Stage:
    """Two hotels, their staff, a running keeper, and the ways in that each process has."""

    settings: Settings
    database: DatabaseUnderTest
    keeper: KeeperProgram
    office: psycopg.Connection[Any]
    superuser: psycopg.Connection[Any]
    players: dict[str, Player] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    expected_errors: list[dict[str, Any]] = field(default_factory=list)
    _line: Line | None = None
    _used_at: float = field(default_factory=time.monotonic)

    @property
    def ada(self) -> Player:
        """Front desk of Harbour."""
        return self.players["Ada"]

    @property
    def ben(self) -> Player:
        """Duty manager of Harbour."""
        return self.players["Ben"]

    @property
    def cleo(self) -> Player:
        """Front desk of Hilltop."""
        return self.players["Cleo"]

    @property
    def dora(self) -> Guest:
        """A guest due in at Harbour today."""
        return self.guests["Dora"]

    @property
    def egon(self) -> Player:
        """Auditor of Harbour."""
        return self.players["Egon"]

    @property
    def iris(self) -> Player:
        """Administrator of Harbour."""
        return self.players["Iris"]

    def line(self) -> Line:
        """Return a new connection to the keeper; the caller closes it."""
        return Line(self.settings.keeper_socket)

    def ask(self, message: lookup.Request) -> Any:
        """Return the keeper's answer to one message of the house."""
        if self._line is None:
            self._line = self.line()
        try:
            return self._line.ask(message)
        except (OSError, ConnectionError):
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """End the stage's own line; the next ask makes another."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def stay_signed_in(self) -> None:
        """Have everybody use their ticket, at most every five minutes: a session ends when it was not used for fifteen."""
        if time.monotonic() - self._used_at > 5 * 60:
            for player in self.players.values():
                player.ask(lookup.WhoAmI)  # whoever is signed out stays so
            self._used_at = time.monotonic()

    def upkeep(self, message: upkeep.UpkeepRequest) -> Any:
        """Return the keeper's answer to one message of the operator."""
        hatch = upkeep.UpkeepHatch(str(self.settings.upkeep_socket), within_seconds=20)
        try:
            return hatch.ask(message)
        finally:
            hatch.close()

    def start(self) -> str:
        """Start the keeper; return its line of readiness."""
        return self.keeper.start()

    def restart(self) -> None:
        """Start the keeper again after it was killed or stopped."""
        self.hang_up()
        assert self.start() == "ready"

    def verify(self, property_id: bytes | None = None) -> tuple[int, dict[str, Any]]:
        """Rescan a ledger as the operator would; return exit status and verdict."""
        done = self.keeper.command("verify", "--property", (property_id or self.ada.property_id).hex())
        assert done.stdout, done.stderr
        return done.returncode, msgspec.json.decode(done.stdout.splitlines()[-1])

    def size(self, property_id: bytes | None = None) -> int:
        """Return how many entries a property's ledger has, every captured change entered."""
        property_id = property_id or bytes.fromhex(HARBOUR.id)
        self.upkeep(upkeep.EnterChanges(property_id=property_id))
        found = self.superuser.execute("select size from ledger.head where property_id = %s", (property_id.hex(),)).fetchone()
        assert found is not None
        return int(found[0])

    def log(self) -> list[dict[str, Any]]:
        """Return what the keeper has logged; a line that is no JSON, such as a traceback, counts as an error."""
        path = self.settings.log / "keeper.log"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [
            msgspec.json.decode(line) if line.startswith(b"{") else {"level": "error", "message": line.decode()}
            for line in lines if not re.fullmatch(rb"[a-z_]+", line)  # the code of a failed start
        ]

    # --- facts about staff

    def hire(self, name: str, duty: str, by: Player | None = None, *, is_at_work: bool = True, role: str = "") -> Player:
        """Return a new member of staff of the administrator's property: on the roster, there, trained, enrolled, signed in."""
        by = by or self.iris
        staff_id = new_id()
        self.office.execute(
            "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, %s)",
            (by.property_id.hex(), staff_id.hex(), f"S-{next(_numbers)}", name),
        )
        self.office.execute(
            "insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, %s)",
            (by.property_id.hex(), staff_id.hex(), role or duty),
        )
        player = Player(self, name, by.property_id, staff_id, duty, Authenticator(self.settings.house.origin))
        if is_at_work:
            self.at_work(player, attested_by=by.staff_id)
        invited = by.ask(lookup.Invite, staff_id=staff_id)
        assert isinstance(invited, lookup.Entered), invited
        self.enrol(player.authenticator, invited.detail)
        return player.sign_in()

    def enrol(self, authenticator: Authenticator, secret: bytes) -> None:
        """Make a passkey with a link's secret."""
        challenge = self.ask(lookup.BeginEnrolment(secret=secret))
        assert isinstance(challenge, lookup.Challenge), challenge
        enrolled = self.ask(lookup.FinishEnrolment(
            secret=secret, challenge_id=challenge.challenge_id, credential=authenticator.make(challenge.options),
        ))
        assert isinstance(enrolled, lookup.Enrolled), enrolled

    def at_work(self, player: Player, attested_by: bytes | None = None) -> None:
        """Make somebody on shift in their duty, present and trained."""
        self.shift(player)
        self.present(player, attested_by=attested_by)
        self.trained(player)

    def shift(self, player: Player, *, duty: str = "", from_hours: float = -1, to_hours: float = 7) -> bytes:
        """Put somebody on the roster, in hours from now; return the shift's id."""
        shift_id = new_id()
        self.office.execute(
            "insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at)"
            " values (%s, %s, %s, %s, now() + make_interval(secs => %s), now() + make_interval(secs => %s))",
            (player.property_id.hex(), shift_id.hex(), player.staff_id.hex(), duty or player.duty, from_hours * 3600, to_hours * 3600),
        )
        return shift_id

    def present(self, player: Player, direction: str = "in", attested_by: bytes | None = None) -> None:
        """Say that somebody came or went."""
        witness = attested_by or self.iris.staff_id
        self.superuser.execute(  # the keeper alone may, after a passkey; the cast need not wait for that
            "insert into hotel.presence (property_id, event_id, staff_id, direction, how, attested_by)"
            " values (%s, %s, %s, %s, 'attested', %s)",
            (player.property_id.hex(), new_id().hex(), player.staff_id.hex(), direction, witness.hex()),
        )

    def trained(self, player: Player, days: int = 300) -> None:
        """Give somebody a training that is valid for so many days."""
        self.office.execute(
            "insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until)"
            " values (%s, %s, 'privacy', '1', current_date + least(%s, 0) - 1, current_date + %s)",
            (player.property_id.hex(), player.staff_id.hex(), days, days),
        )

    def lock(self, kind: str, target_id: bytes, property_id: bytes | None = None) -> bytes:
        """Lock a person, a session or a record; return the lock's id."""
        lock_id = new_id()
        self.office.execute(
            "insert into hotel.lock (property_id, lock_id, kind, target_id, reason, by_id) values (%s, %s, %s, %s, 'test', %s)",
            ((property_id or self.iris.property_id).hex(), lock_id.hex(), kind, target_id.hex(), self.iris.staff_id.hex()),
        )
        return lock_id

    # --- guests

    def guest(self, relation: str = "arriving", *, at: Property = HARBOUR, departed_days: int = 1, **changed: bytes) -> Guest:
        """Return a new guest with all eight groups sealed, who stands so to the house today. `changed` replaces groups."""
        number = next(_numbers)
        guest = _written(bytes.fromhex(at.id), number, changed)
        self.office.execute(
            "insert into hotel.guest (property_id, guest_id, source_id) values (%s, %s, %s)", (at.id, guest.guest_id.hex(), f"g{number}"),
        )
        self._stay(guest, relation, number, departed_days)
        sealed = self.upkeep(upkeep.SealBatch(
            property_id=guest.property_id, guests=[upkeep.SealedGuest(guest.guest_id, guest.records)],
        ))
        assert isinstance(sealed, upkeep.Done) and sealed.counts == {"sealed": 1, "known": 0}, sealed
        return guest

    def case(self, guest: Guest, purpose: str) -> str:
        """Open a case that names a guest; return its number."""
        case_id, number, by = new_id().hex(), f"C-{next(_numbers)}", self.ben.staff_id.hex()
        place = guest.property_id.hex()
        self.office.execute(
            "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by) values (%s, %s, %s, %s, 'a case', %s)",
            (place, case_id, number, purpose, by),
        )
        self.office.execute(
            "insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%s, %s, %s, %s)",
            (place, case_id, guest.guest_id.hex(), by),
        )
        return number

    def order(self, guest: Guest, to: Player, kind: str = "concierge") -> bytes:
        """Open a service request of a guest, assigned to somebody; return its id."""
        request_id = new_id()
        self.office.execute(
            "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, words, opened_by, assigned_to)"
            " values (%s, %s, %s, %s, %s, 'desk', 'two towels', %s, %s)",
            (guest.property_id.hex(), request_id.hex(), f"S-{next(_numbers)}", guest.guest_id.hex(), kind, self.ben.staff_id.hex(), to.staff_id.hex()),
        )
        return request_id

    def mark(self, guest: Guest, kind: str) -> None:
        """Set a mark on a guest."""
        second = self.ben.staff_id.hex() if kind in ("sealed", "do_not_rent") else None
        self.office.execute(
            "insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id, second_id, until_at)"
            " values (%s, %s, %s, %s, 'test', %s, %s, case when %s::uuid is null then null else now() + interval '1 month' end)",
            (guest.property_id.hex(), new_id().hex(), guest.guest_id.hex(), kind, self.ada.staff_id.hex(), second, second),
        )

    def _stay(self, guest: Guest, relation: str, number: int, departed_days: int) -> None:
        if relation == "none":
            return
        place, reservation = guest.property_id.hex(), new_id().hex()
        state = {"arriving": "confirmed", "in_house": "in_house", "departed": "checked_out", "expected_later": "confirmed"}[relation]
        room = None
        if relation == "in_house":
            room = f"R{number}"
            self.office.execute("insert into hotel.room (property_id, number) values (%s, %s)", (place, room))
        self.office.execute(
            "insert into hotel.reservation (property_id, reservation_id, number, source_id) values (%s, %s, %s, %s)",
            (place, reservation, f"R-{number}", f"r{number}"),
        )
        days = {"arriving": (0, 2), "in_house": (-1, 2), "departed": (-departed_days - 1, -departed_days), "expected_later": (5, 7)}
        self.office.execute(
            "insert into hotel.stay (property_id, stay_id, reservation_id, state, room_number, arrival, departure, left_on)"
            " select property_id, %s, %s, %s, %s, business_date + %s, business_date + %s,"
            " case when %s then business_date - %s end from hotel.property where property_id = %s",
            (guest.stay_id.hex(), reservation, state, room, *days[relation], relation == "departed", departed_days, place),
        )
        self.office.execute(
            "insert into hotel.occupant (property_id, stay_id, position, guest_id, is_primary) values (%s, %s, 0, %s, true)",
            (place, guest.stay_id.hex(), guest.guest_id.hex()),
        )


def _written(property_id: bytes, number: int, changed: dict[str, bytes]) -> Guest:
    surname = "Quill" + "".join("bcdfghjklm"[int(digit)] + "a" for digit in str(number))
    phone, email, document = f"+86138{number:08d}", f"{surname.lower()}@example.org", f"X{number:07d}Z"
    made: dict[str, Any] = {
        "identity": {"name": f"Dora {surname}", "surname": surname, "given": "Dora", "birth": {"year": 1980}, "age_category": "adult"},
        "contact": {
            "phones": [{"e164": phone, "country_code": 86, "national": phone[3:]}], "emails": [{"address": email}],
        },
        "document": {"documents": [{"type": "PASSPORT", "number": document, "issuing_country": "FRA"}]},
        "booking": {"number": f"R-{number}", "special_requests": f"request-{surname}"},
        "stay": {"registration_number": f"reg-{surname}"},
        "spending": {"payer": f"payer-{surname}", "card_last4": "4242"},
        "preferences": {"diet": f"diet-{surname}"},
        "notes": {"notes": [{"text": f"note-{surname}"}]},
    }
    records = {name: msgspec.json.encode(value) for name, value in made.items()} | changed
    return Guest(property_id, new_id(), new_id(), surname, phone, email, document, records)
