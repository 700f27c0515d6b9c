"""A checkpoint that does not verify, that is older than the one shown, or that nobody outside has seen is not passed off as one that is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from discretion.faces.portal.transparency_files import renderer
from discretion.insight.anchor import checked
from discretion.insight.transparency import INDEX, Index, Transparency, folder_of
from discretion.ledger.checkpoint import Signer, Verifier, sign_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.ledger.tree import EMPTY_ROOT, TreeHead
from discretion.ledger.trust import Trust
from discretion.wire import upkeep
from tests.cast import Stage
from tests.stages import FirstStage, copied_stage
from tests.tampering import tampered
from tests.witness import Witness


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "public-checkpoint") as made:
        made.upkeep(upkeep.PublishCheckpoint(property_id=made.ada.property_id))
        for _ in range(3):
            made.ada.look_up(made.dora, clear=1)
        made.upkeep(upkeep.PublishCheckpoint(property_id=made.ada.property_id))
        yield made


def made_page(stage: Stage) -> tuple[Index, str]:
    """Return the folder's list and the words of the English page, made now."""
    hotel = stage.settings.properties[0]
    Transparency(stage.settings, renderer("zh_Hans")).publish_one(hotel, is_forced=True)
    folder = folder_of(stage.settings, hotel.code)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", folder.joinpath("index.en.html").read_text("utf-8")))
    return msgspec.json.decode(folder.joinpath(INDEX).read_bytes(), type=Index), words


def test_one_that_was_changed_or_put_back_is_not_shown(stage: Stage) -> None:
    index, words = made_page(stage)
    assert (index.checkpoint_state, "No outside witness has vouched for it." in words) == ("signed", True)
    with tampered(stage, "ledger.checkpoint"):
        stage.superuser.execute("update ledger.checkpoint set note = convert_to(translate(convert_from(note, 'UTF8'), 'ABCDEFGHIJ', 'BCDEFGHIJA'), 'UTF8')")
        changed, words = made_page(stage)
        assert (changed.checkpoint_state, changed.checkpoint_size) == ("wrong", index.checkpoint_size)
        assert "No checkpoint is shown today" in words
        assert "Fingerprint" not in words
    with tampered(stage, "ledger.checkpoint"):
        stage.superuser.execute("delete from ledger.checkpoint where size = %s", (index.checkpoint_size,))
        older, words = made_page(stage)
        assert (older.checkpoint_state, older.checkpoint_size) == ("older", index.checkpoint_size)
        assert "is older than the one shown before" in words
    again, _ = made_page(stage)
    assert again.checkpoint_state == "signed"


def test_cosigned_is_said_of_exactly_what_enough_witnesses_have_seen() -> None:
    log = Signer("desk.example.cn/ledger/harbour", bytes(32))
    vkey = log.verifier.vkey
    note = sign_checkpoint(log, TreeHead(0, EMPTY_ROOT))
    alma, bert = Witness("alma"), Witness("bert")
    for witness in (alma, bert):
        witness.logs = {log.verifier.name: Verifier.parse(vkey)}
    lines = {each.name: each.add(f"old 0\n\n{note}".encode())[2] for each in (alma, bert)}
    trust = Trust.parse(
        f"witness alma {alma.verifier.vkey}\nwitness bert {bert.verifier.vkey}\ngroup both 2 alma bert\nquorum both\n", needs_log=False,
    )
    assert checked(note + lines["alma"] + lines["bert"], vkey, trust).is_cosigned
    one = checked(note + lines["alma"], vkey, trust)
    assert (one.is_cosigned, one.witnesses) == (False, ("alma",))
    assert not checked(note, vkey, trust).is_cosigned
    assert not checked(note + lines["alma"], vkey, None).is_cosigned, "nobody is asked for"
    assert checked(note + lines["alma"], vkey, None).witnesses == ()
    stranger = Witness("alma")
    stranger.logs = alma.logs
    assert checked(note + stranger.add(f"old 0\n\n{note}".encode())[2], vkey, trust).witnesses == (), "another key under the same name"
    for wrong in (note.replace("\n0\n", "\n1\n"), note.replace("harbour", "hilltop"), ""):
        with pytest.raises(LedgerError):
            checked(wrong, vkey, trust)
