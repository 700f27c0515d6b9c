"""Outside witnesses: growth, a witness that is away, lags, was set back, finds a fork, or lies (ledger.md §8, rows 8, 10–14, 20)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discretion.keeper.vault.keyring import Keyring
from discretion.ledger.checkpoint import Signer, Verifier, open_checkpoint, sign_checkpoint
from discretion.ledger.cosignature import cosignatures
from discretion.ledger.tree import TreeHead
from discretion.watch.publishing import Publishing, bring_seen
from discretion.wire import lookup, upkeep
from discretion.wire.settings import load
from tests.cast import Stage
from tests.conftest import HARBOUR
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.tampering import tampered
from tests.witness import Witness, serving

_served = contextmanager(serving)


@pytest.fixture
def witnesses() -> Iterator[list[Witness]]:
    """Two witnesses that are up."""
    with ExitStack() as open_:
        yield [open_.enter_context(_served(Witness(f"witness.example/w{number}"))) for number in (1, 2)]


def vkey_of(stage: Stage) -> Verifier:
    found = stage.superuser.execute("select vkey from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
    assert found is not None
    return Verifier.parse(found[0])


def witnessed(stage: Stage, witnesses: list[Witness], *, rule: str = "all", policy: str = "", **more: int) -> Publishing:
    """Name the witnesses in the settings, introduce them to the ledger, and start the keeper again."""
    for each in witnesses:
        for (vkey,) in stage.superuser.execute("select vkey from ledger.head").fetchall():
            log = Verifier.parse(vkey)
            each.logs[log.name] = log
    lines = [f"witness {at} {each.verifier.vkey} {each.url}" for at, each in enumerate(witnesses)]
    lines += [f"group all_of_them {rule} {' '.join(str(at) for at in range(len(witnesses)))}", "quorum all_of_them"]
    (stage.settings.directory / "witnesses.policy").write_text("\n".join(lines) + "\n", "utf-8")
    text = stage.settings.path.read_text("utf-8")
    before, _, after = text.partition("[witnesses]")
    after = after.replace('policy = ""', 'policy = "witnesses.policy"', 1)
    for key, value in more.items():
        after = re.sub(rf"{key} = \d+", f"{key} = {value}", after)
    text = f"{before}[witnesses]{after}"
    if policy:
        (stage.settings.directory / "policy.toml").write_text(policy, "utf-8")
        text = text.replace('policy = ""', 'policy = "policy.toml"', 1)
    stage.settings.path.write_text(text, "utf-8")
    stage.settings = stage.keeper.settings = load(stage.settings.path)
    if stage.keeper.process is not None and stage.keeper.process.poll() is None:
        assert stage.keeper.stop() == 0
    stage.restart()
    return Publishing(stage.settings)


def published(publishing: Publishing) -> None:
    assert asyncio.run(publishing.publish()) == 2  # both hotels of the settings


def kept(stage: Stage) -> dict[int, set[str]]:
    rows = stage.superuser.execute("select size, witness from ledger.cosignature where property_id = %s", (HARBOUR.id,)).fetchall()
    found: dict[int, set[str]] = {}
    for size, witness in rows:
        found.setdefault(size, set()).add(witness)
    return found


def errors_of(stage: Stage) -> list[str]:
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    return [line["message"] for line in stage.expected_errors]


def test_witnesses_cosign_a_growing_ledger_and_the_keeper_keeps_what_verifies(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    sizes = []
    for _ in range(3):
        own_stage.ada.look_up(own_stage.dora, clear=1)
        published(publishing)
        sizes.append(size_now(own_stage))
    assert kept(own_stage) == {size: {"0", "1"} for size in sizes}
    assert [witness.asked for witness in witnesses] == [[(0, 200), (sizes[0], 200), (sizes[1], 200)]] * 2
    published(publishing)
    assert len(witnesses[0].asked) == 3, "a ledger that has not grown is not brought again"
    published(Publishing(own_stage.settings))
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(Publishing(own_stage.settings))
    assert witnesses[0].asked[3:] == [(sizes[2], 200)], "what was cosigned is known after a restart"
    rows = own_stage.superuser.execute(
        "select convert_from(c.note, 'UTF8') || string_agg(s.line || e'\\n', '') from ledger.checkpoint c"
        " join ledger.cosignature s using (property_id, size) where property_id = %s group by c.note", (HARBOUR.id,),
    ).fetchall()
    for (note,) in rows:
        assert len(cosignatures(note, [each.verifier for each in witnesses])) == 2


def test_a_witness_with_another_size_is_asked_once_more_from_there(own_stage: Stage, witnesses: list[Witness]) -> None:
    published(witnessed(own_stage, witnesses))
    first = size_now(own_stage)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(Publishing(own_stage.settings))
    second = size_now(own_stage)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    log = vkey_of(own_stage)
    witnesses[1].heads.pop(log.name)  # its database is lost, and it begins again
    published(Publishing(own_stage.settings))
    assert witnesses[1].asked[-2:] == [(second, 409), (0, 200)]
    assert kept(own_stage)[size_now(own_stage)] == {"0", "1"} and first < second


def test_a_witness_that_is_away_is_lag_and_the_others_go_on(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses, rule="any")
    witnesses[0].status = 503
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    assert kept(own_stage) == {size_now(own_stage): {"1"}}
    answer = own_stage.upkeep(upkeep.PublishCheckpoint(property_id=own_stage.ada.property_id))
    assert answer.counts["lag"] == 0
    witnesses[0].status = 0
    published(publishing)
    assert kept(own_stage) == {size_now(own_stage): {"0", "1"}}


def test_nothing_is_opened_while_no_witness_keeps_up_where_that_is_wanted(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses, close_after_seconds=1)
    witnesses[0].status = 503
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    while isinstance(answer := own_stage.ada.look_up(own_stage.dora, clear=1), lookup.Disclosure):
        pass
    assert isinstance(answer, lookup.Refusal) and answer.reason == "witness_lag"
    assert answer.entry == size_now(own_stage) - 1, "the refusal is entered"
    witnesses[0].status = 0
    published(publishing)
    assert isinstance(own_stage.ada.look_up(own_stage.dora, clear=1), lookup.Disclosure)


def test_lag_becomes_one_alarm_in_the_ledger(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses, alarm_after_seconds=1)
    witnesses[1].status = 500
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    before = own_stage.size()
    with own_stage.superuser.cursor() as cursor:  # the database does the waiting
        for _ in range(60):
            cursor.execute("select pg_sleep(0.5)")
            if own_stage.size() > before:
                break
    assert own_stage.size() == before + 1
    assert errors_of(own_stage) == ["no outside witness has kept up"] * 2, "once a ledger"


def strict_policy() -> str:
    """The policy that came with this version, but every view waits for witnesses."""
    text = files("discretion.policy").joinpath("policy.toml").read_text("utf-8")
    views = text.replace('do=["record"', 'do=["record","witness"').split("[[view]]")
    return "[[view]]".join([views[0], *(each if "\ndo=" in each else f'\ndo=["record","witness"]{each}' for each in views[1:])])


def test_strict_mode_opens_only_what_witnesses_have_seen(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses, policy=strict_policy())
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(own_stage.ada.look_up(own_stage.dora, clear=1)))
    wanted = upkeep.AwaitWanted(within_seconds=10)
    asking.start()
    assert own_stage.upkeep(wanted).counts == {"wanted": 1}
    assert told == [], "entered, and nothing opened yet"
    published(publishing)
    asking.join(20)
    assert isinstance(told[0], lookup.Disclosure)
    assert kept(own_stage)[size_now(own_stage)] == {"0", "1"}


def test_strict_mode_without_a_witness_opens_nothing(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses, policy=strict_policy())
    witnesses[0].status = 503
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(own_stage.ada.look_up(own_stage.dora, clear=1)))
    asking.start()
    published(publishing)
    asking.join(40)
    assert isinstance(told[0], lookup.Failed) and told[0].code == "unwitnessed"


def refused_at_start(stage: Stage, code: str) -> None:
    assert stage.start() == f"failed {code}"
    assert stage.keeper.process is not None
    assert stage.keeper.process.wait(10) == 3
    errors_of(stage)


def stopped(stage: Stage, why: str) -> dict[str, Any]:
    """The evidence of a ledger that was stopped, once nothing is entered or opened any more, and no start serves it."""
    before = size_now(stage)
    answer = stage.ada.look_up(stage.dora, clear=1)
    assert isinstance(answer, lookup.Failed) and answer.code == "unavailable"
    assert size_now(stage) == before
    told: dict[str, Any] = json.loads(stage.settings.stopped_file(stage.ada.property_id).read_text("utf-8"))
    assert told["why"] == why
    assert stage.keeper.stop() == 0
    refused_at_start(stage, "ledger_stopped")
    return told


def test_a_fork_that_a_witness_finds_stops_the_ledger(own_stage: Stage, witnesses: list[Witness]) -> None:
    """As when somebody signs other entries with the stolen key: the witness follows whom it met first."""
    publishing = witnessed(own_stage, witnesses)
    log = vkey_of(own_stage)
    published(publishing)
    witnesses[1].heads[log.name] = TreeHead(size_now(own_stage), b"\x07" * 32)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    assert witnesses[1].asked[-1][1] == 422
    assert stopped(own_stage, "fork")["who"] == "1"


def test_a_witness_that_has_seen_more_than_there_is_stops_the_ledger(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    log = vkey_of(own_stage)
    witnesses[0].heads[log.name] = TreeHead(10_000, b"\x07" * 32)
    published(publishing)
    assert "10000 > " in stopped(own_stage, "ahead")["evidence"]


def test_two_workers_that_bring_checkpoints_at_once_stop_nothing(own_stage: Stage, witnesses: list[Witness]) -> None:
    """The slower one is told a size that it has not seen yet; it is the faster one's."""
    slow, fast = witnessed(own_stage, witnesses), Publishing(own_stage.settings)
    published(slow)

    def overtake() -> None:
        own_stage.ada.look_up(own_stage.dora, clear=1)
        published(fast)

    own_stage.ada.look_up(own_stage.dora, clear=1)
    witnesses[1].before = overtake  # while the slower one's request is under way
    published(slow)
    assert isinstance(own_stage.ada.look_up(own_stage.dora, clear=1), lookup.Disclosure)
    published(slow)
    assert kept(own_stage)[size_now(own_stage)] == {"0", "1"}


def test_a_flipped_bit_is_found_before_a_witness_vouches_for_it(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    with tampered(own_stage, "ledger.entry", [4]):
        own_stage.superuser.execute(
            "update ledger.entry set leaf = set_bit(leaf, 200, 1 - get_bit(leaf, 200)) where property_id = %s and idx = 4", (HARBOUR.id,),
        )
        published(publishing)
        assert all(witness.asked == [] for witness in witnesses), "nobody outside was asked to vouch for it"
        stopped(own_stage, "stored")


def test_a_start_on_an_older_database_is_refused_by_what_a_witness_has_seen(own_stage: Stage, witnesses: list[Witness]) -> None:
    """Database and signer's memory are both put back from the same old copy; only the witness knows better."""
    publishing = witnessed(own_stage, witnesses)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    assert own_stage.keeper.stop() == 0
    log = vkey_of(own_stage)
    head = open_checkpoint(witnesses[0].notes[log.name], log)
    seed = ledger_seed(own_stage)
    beyond = sign_checkpoint(Signer(log.name, seed), TreeHead(head.size + 5, b"\x09" * 32))
    witnesses[1].notes[log.name] = beyond
    assert asyncio.run(bring_seen(own_stage.settings)) == 4
    refused_at_start(own_stage, "ledger_behind")
    witnesses[1].notes[log.name] = sign_checkpoint(Signer(log.name, seed), TreeHead(head.size - 1, b"\x09" * 32))
    assert asyncio.run(bring_seen(own_stage.settings)) == 4
    refused_at_start(own_stage, "ledger_forked")
    witnesses[1].notes[log.name] = sign_checkpoint(Signer(log.name, b"\x01" * 32), TreeHead(head.size + 5, b"\x09" * 32))
    assert asyncio.run(bring_seen(own_stage.settings)) == 4
    own_stage.restart()  # a note that another key has signed says nothing about this ledger


def ledger_seed(stage: Stage) -> bytes:
    root_key = base64.b64decode(stage.settings.root_key_file.read_text())
    rows = stage.superuser.execute("select name, wrapped from keys.property_key where property_id = %s", (HARBOUR.id,)).fetchall()
    return Keyring(root_key, bytes.fromhex(HARBOUR.id), {name: bytes(wrapped) for name, wrapped in rows}).ledger_seed


def test_lines_that_do_not_verify_count_for_nothing(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    liar = witnesses[0]

    def signed(key: Ed25519PrivateKey, text: bytes) -> str:
        raw = liar.verifier.key_id + bytes(8) + key.sign(text)
        return f"\N{EM DASH} {liar.name} {base64.b64encode(raw).decode()}\n"

    lies: dict[str, Callable[[str], str]] = {
        "another key": lambda _line: signed(Ed25519PrivateKey.generate(), b"cosignature/v1\ntime 0\n"),
        "another text": lambda _line: signed(liar.key, b"cosignature/v1\ntime 0\nanother\n"),
        "twice": lambda line: line + line, "nothing": lambda _line: "", "not text": lambda _line: "no lines at all",
        "an empty line": lambda line: "\n" + line,
    }
    for what, lie in lies.items():
        liar.lie = lie
        own_stage.ada.look_up(own_stage.dora, clear=1)
        published(publishing)
        assert kept(own_stage).get(size_now(own_stage)) == {"1"}, what
    assert isinstance(own_stage.ada.look_up(own_stage.dora, clear=1), lookup.Disclosure)


def test_a_witness_that_does_not_take_it_is_said_once(own_stage: Stage, witnesses: list[Witness], caplog: pytest.LogCaptureFixture) -> None:
    publishing = witnessed(own_stage, witnesses)
    for status in (403, 404, 301, 500, 400):
        caplog.clear()
        witnesses[0].status, witnesses[0].asked = status, []
        for _ in range(3):
            own_stage.ada.look_up(own_stage.dora, clear=1)
            published(publishing)
        said = [record.getMessage() for record in caplog.records if "does not take" in record.getMessage()]
        assert len(said) == (0 if status == 500 else 2), "once a ledger; an odd answer and none at all are the same"
        assert len(witnesses[0].asked) == (1 if status == 400 else 3), "a bug of ours is not repeated"


def test_a_clock_behind_its_witnesses_starts_nothing(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    witnesses[0].clock = 3600
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    assert own_stage.keeper.stop() == 0
    assert own_stage.start() == "failed clock_behind"
    assert own_stage.keeper.process is not None
    own_stage.keeper.process.wait(10)


def test_a_keeper_that_is_away_stops_no_publishing(own_stage: Stage, witnesses: list[Witness]) -> None:
    publishing = witnessed(own_stage, witnesses)
    assert own_stage.keeper.stop() == 0
    assert asyncio.run(publishing.publish()) == 0
    own_stage.restart()
    published(publishing)


def test_settings_with_a_bad_policy_of_witnesses_start_nothing(own_stage: Stage, witnesses: list[Witness]) -> None:
    witnessed(own_stage, witnesses)
    assert own_stage.keeper.stop() == 0
    for text in ("", "quorum nobody", "witness w badkey http://127.0.0.1:1\nquorum w", "witness a http://x\n"):
        (own_stage.settings.directory / "witnesses.policy").write_text(text, "utf-8")
        assert own_stage.start() == "failed witnesses_bad", text
        assert own_stage.keeper.process is not None
        own_stage.keeper.process.wait(10)


def test_an_export_brings_what_witnesses_have_cosigned_and_the_policy_to_check_it_by(
    own_stage: Stage, witnesses: list[Witness], tmp_path: Path,
) -> None:
    publishing = witnessed(own_stage, witnesses)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    published(publishing)
    cosigned = size_now(own_stage)
    own_stage.ada.look_up(own_stage.dora, clear=1)
    own_stage.upkeep(upkeep.PublishCheckpoint(property_id=own_stage.ada.property_id))  # signed, and seen by nobody yet
    code, told, said = run(own_stage, "export", str(tmp_path / "log"), "--property", "harbour")
    assert (code, told["size"]) == (0, cosigned), said
    assert run(own_stage, "verify", str(tmp_path / "log"), "--policy", str(tmp_path / "log.policy"))[0] == 0
    note = (tmp_path / "log" / "checkpoint").read_text("utf-8")
    (tmp_path / "log" / "checkpoint").write_text("".join(note.splitlines(keepends=True)[:-1]), "utf-8")
    code, _, said = run(own_stage, "verify", str(tmp_path / "log"), "--policy", str(tmp_path / "log.policy"))
    assert code == 3, "one witness of two is too few"
    code, told, _ = run(own_stage, "witnesses", "--property", "harbour")
    assert code == 3 and [(each["cosigned"], each["behind"]) for each in told["items"]] == [(cosigned, 1)] * 2
    published(publishing)
    assert run(own_stage, "witnesses", "--property", "harbour")[0] == 0
