"""A guest's own pages over HTTP, without any script: coming in, the list, a question, one's details, what is taken home."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from discretion.ledger.errors import ProofError
from discretion.ledger.proof_file import check_proof
from discretion.ledger.trust import Trust
from tests.cast import Guest, groups
from tests.houses import RunningHouse, opened_house
from tests.portals import Visitor, letters, visit
from tests.stages import FirstStage


@pytest.fixture(scope="module")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[RunningHouse]:
    with opened_house(first_stage, run_directory / "portal") as opened:
        yield opened


def token_in(text: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="_token" value="([^"]+)"', text)
    assert found, text
    return found[1]


def browser(house: RunningHouse, visitor: Visitor | None = None, language: str = "en") -> httpx.Client:
    client = httpx.Client(base_url=house.origin, headers={"accept-language": language, "origin": house.origin})
    if visitor:
        cookie = visitor.cookie(house)
        client.cookies.set(cookie["name"], cookie["value"])
    return client


def looked_at(house: RunningHouse, times: int = 1) -> Guest:
    dora = house.stage.guest("arriving")
    for _ in range(times):
        house.stage.ada.look_up(dora, masked=groups("identity", "contact"))
    return dora


def test_a_guest_comes_in_by_the_pages_alone(house: RunningHouse) -> None:
    dora = looked_at(house)
    number = house.stage.office.execute(
        "select r.number from hotel.stay s join hotel.reservation r using (property_id, reservation_id) where s.stay_id = %s",
        (dora.stay_id.hex(),),
    ).fetchone()
    assert number
    letters(house.stage)
    with browser(house) as client:
        page = client.get("/my/sign-in?at=harbour")
        assert "script-src 'none'" in page.headers["content-security-policy"] and "<script" not in page.text
        sent = client.post("/my/sign-in", data={
            "_token": token_in(page.text), "at": "harbour", "number": number[0], "contact": dora.email,
        })
        assert sent.status_code == 303, sent.text
        where = sent.headers["location"]
        assert number[0] not in where and dora.email not in where
        (letter,) = letters(house.stage)
        page = client.get(where)
        come = client.post(where.split("?")[0], data={
            "_token": token_in(page.text), "at": "harbour", "code": f"{letter.code[:4]} {letter.code[4:]}",
        })
        assert come.status_code == 303 and come.headers["location"] == "/my"
        assert "Front desk saw, partly covered" in client.get("/my").text


@pytest.mark.parametrize(("language", "said"), [("en", "to register your stay"), ("zh", "办理入住登记")])
def test_the_list_says_who_and_why_in_both_languages(house: RunningHouse, language: str, said: str) -> None:
    dora = looked_at(house, 3)
    with browser(house, visit(house.stage, dora), language) as client:
        page = client.get("/my")
    assert said in page.text
    assert "3 times within the hour" in page.text or "一小时内3次" in page.text
    assert house.stage.ada.name not in page.text and house.stage.ada.staff_id.hex() not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_page_is_light(house: RunningHouse) -> None:
    dora = looked_at(house, 60)
    with browser(house, visit(house.stage, dora)) as client:
        page = client.get("/my", headers={"accept-encoding": "gzip"})
        packed = sum(int(client.get(asset).headers["content-length"]) for asset in _assets(page.text))
    assert int(page.headers["content-length"]) + packed <= 25 * 1024
    assert len(_assets(page.text)) <= 3


def _assets(text: str) -> set[str]:
    return set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))


def test_a_question_becomes_a_case_of_the_privacy_officer(house: RunningHouse) -> None:
    dora = looked_at(house)
    visitor = visit(house.stage, dora)
    (look,) = [line for line in visitor.entries() if line.kind == "look_up"]
    with browser(house, visitor) as client:
        where = f"/my/looked/{look.index}/question"
        page = client.get(where)
        asked = client.post(where, data={"_token": token_in(page.text), "words": "Why was this looked at so early?"})
        assert asked.status_code == 200 and "Received: R-" in asked.text
        assert "is being answered" in client.get("/my").text
    row = house.stage.office.execute(
        "select f.purpose, f.channel, f.opened_by, q.entry_idx from hotel.entry_question q join hotel.case_file f using (property_id, case_id)"
        " where q.guest_id = %s", (dora.guest_id.hex(),),
    ).fetchone()
    assert row == ("dsr", "portal", None, look.index)


def test_nobody_asks_about_an_entry_of_somebody_else(house: RunningHouse) -> None:
    of_other = house.stage.ada.look_up(house.stage.guest("arriving"), masked=groups("identity")).entry
    with browser(house, visit(house.stage, looked_at(house))) as client:
        assert client.get(f"/my/looked/{of_other}/question").status_code == 422


def test_ones_details_are_shown_without_the_notes_of_staff(house: RunningHouse) -> None:
    dora = looked_at(house)
    with browser(house, visit(house.stage, dora)) as client:
        page = client.get("/my/record").text
    assert dora.document in page and dora.email in page
    assert f"note-{dora.surname}" not in page


def test_a_stay_is_taken_off_and_another_guests_is_not(house: RunningHouse) -> None:
    dora, other = looked_at(house), house.stage.guest("arriving")
    with browser(house, visit(house.stage, dora)) as client:
        token = token_in(client.get("/my/record").text)
        for stay in (other.stay_id, dora.stay_id):
            assert client.post("/my/stays/hide", data={"_token": token, "stay": stay.hex()}).status_code == 303
        assert "No stay is listed here." in client.get("/my/record").text
    rows = house.stage.office.execute("select guest_id from hotel.hidden_stay where stay_id = any (%s)", (
        [dora.stay_id.hex(), other.stay_id.hex()],
    )).fetchall()
    assert [row[0].hex for row in rows] == [dora.guest_id.hex()]


def test_leaving_quickly_ends_the_visit_and_keeps_nothing(house: RunningHouse) -> None:
    visitor = visit(house.stage, looked_at(house))
    with browser(house, visitor) as client:
        left = client.get("/my/leave")
        assert left.status_code == 303 and "cache" in left.headers["clear-site-data"]
        assert "harbour" not in client.get("/my/left").text.lower()
        client.cookies.set("my", visitor.cookie(house)["value"])
        assert client.get("/my").headers["location"] == "/my/sign-in"


def test_what_is_taken_home_is_checked_by_anybody(house: RunningHouse, tmp_path: Path) -> None:
    """By the page's own words: the entries are made from what they say, then the proofs are checked."""
    dora = looked_at(house, 45)
    with browser(house, visit(house.stage, dora)) as client:
        assert client.get("/my/looked.pdf").content.startswith(b"%PDF-1.")
        table = client.get("/my/looked.csv").content.decode("utf-8-sig")
        assert "Front desk saw" in table
        raw = client.get("/my/proof").content
    assert len(raw) <= 12 * 1024, len(raw)
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        tar.extractall(tmp_path, filter="data")
    readme = (tmp_path / "README.txt").read_text("utf-8")
    making = readme[readme.index("python3 - <<"):readme.index("\nEND\n") + len("\nEND\n")]
    subprocess.run(["sh", "-c", making], cwd=tmp_path, check=True, env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"})
    trust = Trust.of_key((tmp_path / "log.vkey").read_text("utf-8").strip())
    lines = [json.loads(line) for line in (tmp_path / "entries.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1)) and len(lines) >= 50
    before = -1
    for line in lines:
        name = f"{line['number']:04}"
        index, _ = check_proof((tmp_path / f"{name}.tlog-proof").read_text("utf-8"), (tmp_path / f"{name}.entry").read_bytes(), trust)
        assert index == line["index"]
        assert json.loads(line["guest"]["text"])["previous"] == before
        before = line["index"]
    command = next(line for line in readme.splitlines() if "ledger verify" in line).split()
    done = subprocess.run(
        [sys.executable, "-m", *(word.replace("NNNN", "0007") for word in command)], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(Path("src").resolve())},
    )
    assert done.returncode == 0, done.stderr
    changed = lines[6] | {"context": lines[6]["context"] | {"text": lines[6]["context"]["text"].replace("check_in", "audit")}}
    for told in ([*lines[:6], changed, *lines[7:]], lines[:-1], [changed]):
        (tmp_path / "entries.jsonl").write_text("\n".join(json.dumps(line) for line in told), "utf-8")
        made = subprocess.run(["sh", "-c", making], cwd=tmp_path, capture_output=True, text=True, check=False, env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONUTF8": "1"})
        assert made.returncode == 1 and "was changed" in made.stderr, "what was changed or left out makes no tree that was signed"
    with pytest.raises(ProofError):
        check_proof((tmp_path / "0007.tlog-proof").read_text("utf-8"), (tmp_path / "0007.entry").read_bytes(), trust)


def test_what_is_not_there_is_said_without_a_script_too(house: RunningHouse) -> None:
    with browser(house, visit(house.stage, looked_at(house))) as client:
        page = client.get("/my/nowhere")
    assert page.status_code == 404 and "<script" not in page.text and "script-src 'none'" in page.headers["content-security-policy"]
