"""The operator erases a guest for a case of their rights, and hands out a certificate that anybody can check."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cast import Guest, Stage
from tests.journeys.installation import discretion

NAME = "海港酒店"


def erase(stage: Stage, *words: str, at: str = "harbour") -> tuple[int, str, str]:
    place = ("--property", at) if words[0] != "verify" else ()
    done = discretion("--lang", "en", "--json", "--no-input", "--settings", str(stage.settings.path), "erase", *words, *place)
    return done.returncode, done.stdout, done.stderr


def wanted(stage: Stage, guest: Guest) -> tuple[str, ...]:
    return "--guest", guest.guest_id.hex(), "--case", stage.case(guest, "dsr")


def test_plan_run_certify_verify(stage: Stage, tmp_path: Path) -> None:
    guest = stage.guest("departed")
    who = wanted(stage, guest)
    status, out, said = erase(stage, "plan", *who)
    assert status == 0, said
    plan = json.loads(out)
    assert (plan["stays"], plan["cases"], plan["stopped"]) == (1, 1, "")
    run = ("run", "--plan", plan["plan"], *who, "--by", "A-Iris")
    assert erase(stage, *run)[0] == 2, "nobody can type the name here, and it is asked for"
    assert erase(stage, *run, "--confirm", "another hotel")[0] == 2
    status, out, said = erase(stage, *run, "--confirm", NAME)
    assert status == 0, said
    done = json.loads(out)
    assert done["done"] is True
    assert stage.superuser.execute("select count(*) from keys.guest_key where guest_id = %s", (guest.guest_id.hex(),)).fetchone() == (0,)

    place = tmp_path / "certificate"
    status, _, said = erase(stage, "certify", done["order"], "--out", str(place))
    assert status == 0, said
    key = tmp_path / "key"
    key.write_text((place / "log.vkey").read_text("ascii"), "ascii")
    status, out, said = erase(stage, "verify", str(place), "--key", str(key))
    proved = json.loads(out)
    assert (status, proved["problem"], proved["entry"]) == (0, "", done["entry"]), said
    ordinary = discretion(
        "--lang", "en", "ledger", "verify", str(place / "erasure.tlog-proof"), "--entry", str(place / "erasure.entry"), "--key", str(key),
    )
    assert ordinary.returncode == 0, ordinary.stderr

    said_there = json.loads((place / "certificate.json").read_text("utf-8"))
    for name, change in (
        ("groups", lambda text: text.replace('"groups":255', '"groups":1')), ("order", lambda text: text.replace(done["order"], "0" * 32)),
    ):
        forged = {**said_there, "context": {**said_there["context"], "text": change(said_there["context"]["text"])}}
        (place / "certificate.json").write_text(json.dumps(forged), "utf-8")
        status, out, _ = erase(stage, "verify", str(place), "--key", str(key))
        assert (status, json.loads(out)["problem"]) == (3, "entry"), name


def test_a_plan_that_does_not_fit_any_more_is_refused(stage: Stage) -> None:
    guest = stage.guest("departed")
    who = wanted(stage, guest)
    plan = json.loads(erase(stage, "plan", *who)[1])["plan"]
    stage.order(guest, stage.ada)
    status, _, said = erase(stage, "run", "--plan", plan, *who, "--by", "A-Iris", "--confirm", NAME)
    assert (status, json.loads(said)["error"]["code"]) == (6, "office_stale"), said


def test_a_stay_that_is_not_over_stops_it(stage: Stage) -> None:
    guest = stage.guest("in_house")
    status, out, _ = erase(stage, "plan", *wanted(stage, guest))
    assert (status, json.loads(out)["stopped"]) == (6, "open_stay")


def test_nothing_is_erased_without_a_case_that_names_the_guest(stage: Stage) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    status, _, said = erase(stage, "plan", "--guest", guest.guest_id.hex(), "--case", stage.case(other, "dsr"))
    assert (status, json.loads(said)["error"]["code"]) == (4, "office_case"), said
