"""Whatever is asked, refused, malformed or damaged, the keeper's log holds no name, number, ticket or key."""

from __future__ import annotations

from base64 import b64encode

from discretion.wire import lookup, upkeep
from tests.cast import ALL, Stage, new_id


def test_it_logs_what_happened_and_never_to_whom(own_stage: Stage) -> None:
    stage = own_stage
    guest = stage.guest()
    phone_end = guest.phone[-4:]
    stage.ada.look_up(guest, clear=ALL)
    stage.ada.look_up(new_id(), clear=ALL)
    stage.ada.ask(lookup.FindByName, purpose="check_in", name=guest.surname, phone_end=phone_end)
    stage.ada.ask(lookup.FindByName, purpose=guest.surname, name=guest.surname, phone_end=phone_end)
    stage.ada.ask(lookup.FindExact, purpose="check_in", kind="email", value=guest.email)
    stage.ada.ask(lookup.FindExact, purpose="check_in", kind="document", value=guest.document, country="??")
    for groups in ({"identity": guest.records["contact"]}, {guest.surname: b"{}"}, {"contact": guest.email.encode()}):
        stage.ada.ask(lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups=groups)
    stage.upkeep(upkeep.SealBatch(property_id=guest.property_id, guests=[upkeep.SealedGuest(new_id(), {"identity": guest.records["notes"]})]))
    stage.upkeep(upkeep.GuestIds(property_id=guest.property_id, source=guest.surname, source_ids=[guest.phone]))
    line = stage.line()
    line.send({"type": "find_by_name", "name": guest.surname, guest.email: guest.phone})
    line.answer()
    line.send_raw(guest.surname.encode() * 4)
    line.close()
    stage.superuser.execute(
        "update vault.record set boxes[1] = boxes[3] where property_id = %s and guest_id = %s",
        (guest.property_id.hex(), guest.guest_id.hex()),
    )
    stage.ada.look_up(guest, clear=ALL)
    stage.superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'discretion_keeper' and datname = current_database()")
    stage.ada.look_up(guest, clear=ALL)
    stage.ada.look_up(guest, clear=ALL)
    assert stage.keeper.stop() == 0
    written = (stage.settings.log / "keeper.log").read_bytes()
    assert written
    root_key = stage.settings.root_key_file.read_bytes().strip()
    password = (stage.settings.secrets / "keeper.password").read_bytes().strip()
    ticket = stage.ada.ticket
    for secret in (
        *guest.secrets, guest.guest_id.hex().encode(), stage.ada.staff_id.hex().encode(), b"Ada", ticket.hex().encode(), b64encode(ticket)[20:],
        root_key, password,
    ):
        assert secret not in written
