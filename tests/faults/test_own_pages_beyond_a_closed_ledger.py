"""A guest's pages after a ledger was closed: one list, each older line marked, a question to it, and what is taken home checked by its own words."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from discretion.wire import upkeep
from tests.cast import Guest, groups
from tests.closings import close_ledger
from tests.houses import RunningHouse, opened_house
from tests.portals import Visitor, visit
from tests.stages import FirstStage

MARK = {"en": r"From the ledger that was closed on \d+ \w+ \d{4}; the hotel keeps it as evidence", "zh": r"来自已于\d{4}年\d+月\d+日封存的审计日志，酒店将其留作证据"}


@dataclass(frozen=True, slots=True)
class Closed:
    """A house whose ledger was closed: a guest looked at before and after, who had a question to the first look."""

    house: RunningHouse
    dora: Guest
    visitor: Visitor
    asked: int
    other: int

    def browser(self, language: str = "en") -> httpx.Client:
        cookie = self.visitor.cookie(self.house)
        client = httpx.Client(base_url=self.house.origin, headers={"accept-language": language, "origin": self.house.origin})
        client.cookies.set(cookie["name"], cookie["value"])
        return client


def question(client: httpx.Client, place: str, words: str) -> httpx.Response:
    where = f"/my/looked/{place}/question"
    token = re.search(r'name="_token" value="([^"]+)"', client.get(where).text)
    assert token
    return client.post(where, data={"_token": token[1], "words": words})


@pytest.fixture(scope="module")
def closed(first_stage: FirstStage, run_directory: Path) -> Iterator[Closed]:
    with opened_house(first_stage, run_directory / "closed") as house:
        stage = house.stage
        dora, other = stage.guest(), stage.guest()
        first = stage.ada.look_up(dora, masked=groups("identity")).entry
        of_other = stage.ada.look_up(other, masked=groups("identity")).entry
        found = Closed(house, dora, visit(stage, dora), first, of_other)
        with found.browser() as client:
            assert "Received: R-" in question(client, str(first), "Why was this looked at so early?").text
        stage.superuser.execute(
            "insert into hotel.lookup_review (property_id, review_id, number, origin, entry_idx, at, staff_id, duty, guest_id, kind, purpose, clear, masked,"
            " why, due_at) select property_id, gen_random_uuid(), 'V-closed', origin, %s, now(), %s, 'front_desk', %s, 'look_up', 'check_in', 0, 1,"
            " 'sampled', now() from ledger.head where property_id = %s",
            (first, stage.ada.staff_id.hex(), dora.guest_id.hex(), dora.property_id.hex()),
        )
        stage.upkeep(upkeep.PublishCheckpoint(property_id=dora.property_id))
        stage.ben.look_up(dora, "guest_request", masked=groups("identity"))
        close_ledger(stage)
        while stage.ada.look_up(dora, masked=groups("identity")).entry < first:
            pass  # so that an entry of the same place stands in the successor
        yield found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_of_it_is_one_list_and_the_older_part_is_marked(closed: Closed, language: str) -> None:
    with closed.browser(language) as client:
        page = client.get("/my").text
    lines = re.findall(r'<li class="k-.*?</li>|<li>.*?</li>', page, re.DOTALL)
    marked = [bool(re.search(MARK[language], line)) for line in lines]
    assert any(marked) and marked == sorted(marked), "those of the ledger in use first"
    assert ("entry of this list is missing" not in page) and ("在审计日志里找不到" not in page)
    assert {"en": "Duty manager", "zh": "值班经理"}[language] in page
    assert page.count("<h2>") == 1, "the day goes on"


def test_a_question_and_a_review_of_before_stand_at_their_line_and_at_no_other(closed: Closed) -> None:
    with closed.browser() as client:
        page = client.get("/my").text
    (line,) = [line for line in re.findall(r"<li.*?</li>", page, re.DOTALL) if "being reviewed" in line]
    assert re.search(MARK["en"], line) and "Your question R-" in line
    lines = [line for line in re.findall(r"<li.*?</li>", page, re.DOTALL) if "Your question R-" in line]
    assert lines and all(re.search(MARK["en"], line) for line in lines), "not at the entry of the same place in the ledger in use"


def test_an_older_line_is_questioned_like_any_other(closed: Closed) -> None:
    with closed.browser() as client:
        (place,) = [
            re.findall(r"/my/looked/([0-9-]+)/question", line)[0]
            for line in re.findall(r"<li.*?</li>", client.get("/my").text, re.DOTALL) if "Duty manager" in line
        ]
        assert place.startswith("1-")
        assert re.search(MARK["en"], client.get(f"/my/looked/{place}/question").text)
        assert question(client, place, "short").status_code == 200
        assert client.get("/my").text.count("Your question R-") == 2
        for odd in (f"1-{closed.other}", f"2-{closed.asked}", "1-", "-1", f"01-{closed.asked}", f"1-{closed.asked}-1", "x", "1-999999999999999999"):
            assert client.get(f"/my/looked/{odd}/question").status_code in {404, 422}, odd
    rows = closed.house.stage.office.execute(
        "select ledger, entry_idx from hotel.entry_question where guest_id = %s order by ledger", (closed.dora.guest_id.hex(),),
    ).fetchall()
    assert rows == [(0, closed.asked), (1, int(place[2:]))]


def test_the_list_goes_on_page_by_page_beyond_the_border(closed: Closed) -> None:
    with closed.browser() as client:
        whole, page = client.get("/my").text, client.get("/my?ledger=1&before=4611686018427387904").text
        assert len(re.findall(MARK["en"], page)) == len(re.findall(MARK["en"], whole)) == page.count('class="dot"') > 1
        assert client.get("/my?ledger=-1").status_code == 422


def test_table_and_statement_have_it_too(closed: Closed) -> None:
    with closed.browser() as client:
        rows = list(csv.reader(io.StringIO(client.get("/my/looked.csv").content.decode("utf-8-sig"))))
        assert client.get("/my/looked.pdf").content.startswith(b"%PDF-1.")
    kept = [bool(re.fullmatch(MARK["en"], row[-1])) for row in rows[1:]]
    assert rows[0][-1] == "Ledger" and any(kept) and kept == sorted(kept)


def test_what_is_taken_home_is_checked_with_the_key_of_each_ledger(closed: Closed, tmp_path: Path) -> None:
    with closed.browser() as client:
        raw = client.get("/my/proof").content
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        tar.extractall(tmp_path, filter="data")
    readme = (tmp_path / "README.txt").read_text("utf-8")
    assert "已封存的审计日志 / Closed ledgers" in readme
    making = readme[readme.index("python3 - <<"):readme.index("\nEND\n") + len("\nEND\n")]
    environment = {**os.environ, "PYTHONPATH": str(Path("src").resolve()), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(["sh", "-c", making], cwd=tmp_path, check=True, env=environment)
    lines = [json.loads(line) for line in (tmp_path / "entries.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    proved = {line["number"] for line in lines if line["proof"] != "none"}
    assert {name.stem for name in tmp_path.glob("*.tlog-proof")} == {f"{number:04}" for number in proved}
    unproved = [line for line in lines if line["proof"] == "none"]
    assert unproved and all(line["closed"] == 1 for line in unproved), "after its last checkpoint"
    before = -1
    for line in lines:
        previous = json.loads(line["guest"]["text"])["previous"]
        assert previous in (before, -1)
        before = line["index"]
    checked = {1: 0, 0: 0}
    for line in lines:
        if line["proof"] == "none" or checked[line.get("closed", 0)] > 1:
            continue
        key = f"closed-{line['closed']}.vkey" if "closed" in line else "log.vkey"
        name = f"{line['number']:04}"
        for trusted, code in ((key, 0), ("log.vkey" if "closed" in line else "closed-1.vkey", 3)):
            done = subprocess.run(
                [sys.executable, "-m", "discretion", "ledger", "verify", f"{name}.tlog-proof", "--entry", f"{name}.entry", "--key", trusted],
                cwd=tmp_path, capture_output=True, text=True, check=False, env=environment,
            )
            assert done.returncode == code, done.stdout + done.stderr
        checked[line.get("closed", 0)] += 1
    assert all(checked.values())


def test_a_page_is_light_though_each_line_is_marked(closed: Closed) -> None:
    with closed.browser("zh") as client:
        page = client.get("/my", headers={"accept-encoding": "gzip"})
    assert int(page.headers["content-length"]) <= 10 * 1024 and "<script" not in page.text
