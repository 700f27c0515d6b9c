"""The auditor's page says what outside witnesses have seen of the ledger, and how long they have kept it waiting."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from tests.browser.test_watchroom import fetched
from tests.faults.test_witness import published, witnessed
from tests.houses import RunningHouse, opened_house
from tests.stages import FirstStage
from tests.witness import Witness, serving


def watched(house: RunningHouse, language: str) -> str:
    status, page, _ = fetched(house, "Egon", "/watch", **{"accept-language": language})
    assert status == 200
    return page.decode()


def test_the_state_shows_what_outside_witnesses_have_seen(first_stage: FirstStage, run_directory: Path) -> None:
    with opened_house(first_stage, run_directory / "witnessed") as house, contextmanager(serving)(Witness("witness.example/w1")) as witness:
        publishing = witnessed(house.stage, [witness])
        assert "over 0 entries" in watched(house, "en")
        published(publishing)
        assert "已签的内容均已有足够的见证方看过" in watched(house, "zh-CN")
        witness.status = 503
        published(publishing)
        while "has waited" not in (page := watched(house, "en")):
            assert "Enough of them have seen" in page, "until the first second of waiting is over"
        published(publishing)
        witness.status = 0
        published(publishing)
        assert "Enough of them have seen" in watched(house, "en")
