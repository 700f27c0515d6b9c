"""Notices stand in the console at once; by mail they come when the mail server takes them, and nothing waits for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.faces.kit.notices import letter
from discretion.office import notices
from discretion.office.mail import Post
from discretion.wire.settings import SettingsError, load
from discretion.wire.settings_parts import Mail
from tests.cast import Player, Stage
from tests.houses import free_port
from tests.mail_server import MailServer, mail_server
from tests.reviewing import in_office
from tests.stages import FirstStage, copied_stage

PART = '\n[mail]\nhost = "127.0.0.1"\nport = 25\ntls = "none"\nsender = "console@hotel.example"\nusername = ""\npassword_file = ""\n'


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "mail") as made:
        yield made


def told(stage: Stage, player: Player, kind: str = "own_look_ups", *, role: str = "") -> None:
    stage.office.execute(
        "insert into hotel.notice (property_id, to_staff, to_role, kind, details) values (%s, %s, %s, %s, '{\"count\": 3}')",
        (player.property_id.hex(), None if role else player.staff_id.hex(), role or None, kind),
    )


def reached_at(stage: Stage, player: Player, address: str) -> None:
    in_office(stage, lambda office: notices.set_address(office, player.property_id, player.staff_id, address))


def sent(stage: Stage, port: int) -> int:
    settings = dataclasses.replace(stage.settings, mail=Mail(
        host="127.0.0.1", port=port, tls="none", sender="console@hotel.example", username="", password_file="",
    ))
    count = in_office(stage, lambda office: Post(settings, office, letter).send(), "worker")
    assert isinstance(count, int)
    return count


def unread(stage: Stage, player: Player) -> int:
    count = in_office(stage, lambda office: notices.unread_of(office, player.property_id, player.staff_id, player.duty))
    assert isinstance(count, int)
    return count


def try_now(stage: Stage) -> None:
    stage.superuser.execute("update hotel.notice set mail_after_at = null")


def test_a_notice_is_sent_in_the_readers_language_and_once(stage: Stage) -> None:
    ida, lin = stage.hire("Ida", "front_desk"), stage.hire("Lin", "front_desk")
    stage.office.execute("update hotel.staff set language = 'en' where staff_id = %s", (ida.staff_id.hex(),))
    stage.office.execute("update hotel.staff set language = 'zh' where staff_id = %s", (lin.staff_id.hex(),))
    for player, address in ((ida, "ida@hotel.example"), (lin, "lin@hotel.example")):
        reached_at(stage, player, address)
        told(stage, player)
    with mail_server(MailServer()) as server:
        assert sent(stage, server.port) == 2
        assert sent(stage, server.port) == 0
    by_address = {each.recipients[0]: each for each in server.taken}
    english, chinese = by_address["ida@hotel.example"].message, by_address["lin@hotel.example"].message
    assert english["subject"] == "Harbour Hotel: Your look-ups of today"
    assert "nothing in the hotel's work explains: 3" in english.get_content()
    assert english.get_content().rstrip().endswith(f"{stage.settings.house.origin}/notices")
    assert chinese["subject"] == "海港酒店: 今天您的查询"
    assert english.get_content_type() == "text/plain"
    assert english["auto-submitted"] == "auto-generated"


def test_while_the_mail_server_is_away_the_console_has_it_and_mail_follows(stage: Stage) -> None:
    ida = stage.hire("Ida", "front_desk")
    reached_at(stage, ida, "ida2@hotel.example")
    told(stage, ida)
    port = free_port()
    assert unread(stage, ida) == 1
    assert sent(stage, port) == 0
    assert unread(stage, ida) == 1
    tries, is_later = stage.superuser.execute(
        "select mail_tries, mail_after_at > now() + interval '20 seconds' from hotel.notice where to_staff = %s", (ida.staff_id.hex(),),
    ).fetchone() or (0, False)
    assert (tries, is_later) == (1, True)
    with mail_server(MailServer(port)) as server:
        assert sent(stage, port) == 0  # it is not time yet
        try_now(stage)
        assert sent(stage, port) == 1
    assert [each.recipients for each in server.taken] == [["ida2@hotel.example"]]


def test_a_notice_to_a_duty_goes_to_everyone_who_holds_it(stage: Stage) -> None:
    guards = [stage.hire(name, "security") for name in ("Kim", "Rui")]
    for player in guards:
        reached_at(stage, player, f"{player.name.lower()}@hotel.example")
    told(stage, guards[0], "review_overdue", role="security")
    assert [unread(stage, player) for player in guards] == [1, 1]
    with mail_server(MailServer(refuses={"rui@hotel.example"})) as server:
        assert sent(stage, server.port) == 1
        assert sent(stage, server.port) == 0  # an address that is refused for good is not tried again
    assert [each.recipients for each in server.taken] == [["kim@hotel.example"]]


def test_whoever_has_no_address_has_the_console(stage: Stage) -> None:
    ida = stage.hire("Ida", "front_desk")
    reached_at(stage, ida, "ida3@hotel.example")
    reached_at(stage, ida, "")
    told(stage, ida)
    with mail_server(MailServer()) as server:
        assert sent(stage, server.port) == 0
    assert unread(stage, ida) == 1


@pytest.mark.parametrize("address", ["ida", "ida@", "ida@hotel.example\r\nBcc: all@hotel.example", "a b@hotel.example", "ida@hotel.example,all@hotel.example"])
def test_what_is_no_address_is_refused(stage: Stage, address: str) -> None:
    from discretion.office.outcome import ActRefusal

    refused = in_office(stage, lambda office: notices.set_address(office, stage.ada.property_id, stage.ada.staff_id, address))
    assert refused == ActRefusal("email")


def test_the_settings_may_name_a_mail_server_and_it_has_to_be_safe(stage: Stage) -> None:
    text, path = stage.settings.path.read_text("utf-8"), stage.settings.path.with_name("with-mail.toml")
    assert load(stage.settings.path).mail is None
    path.write_text(text + PART, "utf-8")
    mail = load(path).mail
    assert mail is not None
    assert (mail.host, mail.tls) == ("127.0.0.1", "none")
    path.write_text(text + PART.replace("127.0.0.1", "mail.hotel.example"), "utf-8")
    with pytest.raises(SettingsError, match="settings_plain_mail"):
        load(path)
