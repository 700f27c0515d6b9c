"""The demo's way in does not exist in a real installation, and a real installation cannot be talked into being a demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from discretion.wire import lookup
from discretion.wire.settings import DEMO_MARKER
from tests.cast import Stage
from tests.stages import FirstStage, copied_stage


def demo_sign_in(stage: Stage) -> object:
    return stage.ask(lookup.DemoSignIn(property_id=stage.ada.property_id, staff_id=stage.ada.staff_id, duty="front_desk"))


def test_it_is_not_on_the_menu_and_leaves_no_session(stage: Stage) -> None:
    before = stage.superuser.execute("select count(*) from keys.session").fetchone()
    size = stage.size()
    assert demo_sign_in(stage) == lookup.Failed(code="menu")
    assert stage.superuser.execute("select count(*) from keys.session").fetchone() == before
    assert stage.size() == size


@pytest.fixture
def stopped(first_stage: FirstStage, run_directory: Path) -> Stage:
    with copied_stage(first_stage, run_directory / "real", is_started=False) as made:
        yield made


def test_a_keeper_told_that_it_is_a_demo_does_not_start(stopped: Stage) -> None:
    path = stopped.settings.path
    path.write_text(path.read_text("utf-8").replace("demo = false", "demo = true"), "utf-8")
    assert stopped.start() == "failed settings_demo"
    assert stopped.keeper.process is not None and stopped.keeper.process.wait(10) == 1


def test_the_marker_of_a_demo_alone_changes_nothing(stopped: Stage) -> None:
    (stopped.settings.directory / DEMO_MARKER).write_text("", "utf-8")
    assert stopped.start() == "ready"
    assert demo_sign_in(stopped) == lookup.Failed(code="menu")


def test_no_session_of_a_real_house_says_that_it_is_a_demos(stage: Stage) -> None:
    assert stage.ada.ask(lookup.WhoAmI).is_demo is False
    assert stage.superuser.execute("select count(*) from keys.session where demo").fetchone() == (0,)
