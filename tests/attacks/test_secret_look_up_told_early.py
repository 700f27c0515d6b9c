"""A look-up that the law keeps secret is not in the guest's list, its files or its proof before its day, and is after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cast import groups
from tests.houses import RunningHouse, opened_house
from tests.portals import visit
from tests.stages import FirstStage


@pytest.fixture(scope="module")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[RunningHouse]:
    with opened_house(first_stage, run_directory / "secret") as opened:
        yield opened


def seen_by_the_guest(house: RunningHouse, guest: object) -> tuple[str, str, bytes]:
    visitor = visit(house.stage, guest)  # type: ignore[arg-type]
    with httpx.Client(base_url=house.origin, headers={"accept-language": "en"}) as client:
        client.cookies.set("my", visitor.cookie(house)["value"])
        return client.get("/my").text, client.get("/my/looked.csv").text, client.get("/my/proof").content


def test_it_is_withheld_until_its_day_and_told_on_it(house: RunningHouse) -> None:
    stage = house.stage
    dora = stage.guest("in_house")
    legal = stage.hire("Lena", "legal")
    stage.ada.look_up(dora, masked=groups("identity"))
    number = stage.case(dora, "lawful_request")
    stage.office.execute("update hotel.case_file set withheld_until = current_date + 30 where number = %s", (number,))
    legal.look_up(dora, "lawful_request", masked=groups("identity"))
    page, table, _ = seen_by_the_guest(house, dora)
    assert "Front desk" in page and "Front desk" in table
    for said in ("Legal", "demanded it by law"):
        assert said not in page and said not in table
    assert "What the law keeps secret for a time is added later." in page  # said whether or not there is any
    stage.office.execute("update hotel.case_file set withheld_until = current_date where number = %s", (number,))
    page, table, _ = seen_by_the_guest(house, dora)
    assert "Legal" in page and "Legal" in table
