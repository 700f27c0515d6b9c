"""The example of docs/doors.md, as it is printed there in both languages, against a running house."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.controllers import Controller, badge_of, hired
from tests.journeys.installation import environment

if TYPE_CHECKING:
    from tests.houses import RunningHouse

PAGE = Path(__file__).resolve().parents[2] / "docs" / "doors.md"


@pytest.mark.parametrize("language", ["中文", "English"])
def test_the_example_reports_a_coming(house: RunningHouse, harbour_gate: Controller, language: str) -> None:
    if shutil.which("curl") is None or shutil.which("openssl") is None:
        pytest.skip("curl or openssl not found")
    mina = hired(house)
    text = PAGE.read_text("utf-8").partition(f"\n## {language}\n")[2].partition("\n## ")[0]
    (recipe,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    filled = recipe.replace("https://desk.example.cn/api/presence/SOURCE", harbour_gate.address)
    filled = filled.replace("SECRET-AS-PRINTED", harbour_gate.secret).replace("AB-1001", badge_of(house.stage, mina)).replace("first-", f"{language}-".encode().hex())
    done = subprocess.run(["sh", "-e"], input=filled, check=False, capture_output=True, text=True, env={**environment(), "NO_PROXY": "*"}, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stdout.strip() == '{"accepted":1,"repeated":0,"unknown":0}'
    found = house.stage.superuser.execute(
        "select direction, how from hotel.presence where staff_id = %s and how = 'door'", (mina.staff_id.hex(),),
    ).fetchall()
    assert found == [("in", "door")]


def test_every_code_of_the_page_is_one_of_ours() -> None:
    found = set(re.findall(r"\| (?:\d{3}) `(\w+)`", PAGE.read_text("utf-8")))
    assert found == {"presence_signature", "presence_property", "too_large", "malformed", "event_old", "unavailable"}
