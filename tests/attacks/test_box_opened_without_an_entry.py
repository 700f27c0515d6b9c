"""A keeper whose code was changed opens a box once more than the entry allows: it notices, says so, and enters it."""

from __future__ import annotations

import os
import subprocess
import sys

from discretion.starter import data_directory
from discretion.wire import lookup
from tests.cast import Stage

CHANGED = """
import sys
from discretion.keeper.vault.box import Boxes
true = Boxes.open_boxes
def twice(self, *given):
    true(self, *given)
    return true(self, *given)
Boxes.open_boxes = twice
from discretion.keeper.__main__ import main
sys.exit(main(["serve", "--settings", sys.argv[1]]))
"""


def test_a_keeper_that_opens_more_than_it_enters_is_found_out(own_stage: Stage) -> None:
    stage = own_stage
    assert stage.keeper.stop() == 0
    assert stage.verify()[0] == 0
    data_directory.prepare_run(stage.settings)
    reading, writing = os.pipe()
    with (stage.settings.log / "keeper.log").open("ab") as log:
        stage.keeper.process = subprocess.Popen(
            [sys.executable, "-c", CHANGED, str(stage.settings.path)], pass_fds=(writing,),
            env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stderr=log,
        )
    os.close(writing)
    with os.fdopen(reading) as told:
        assert told.readline() == "ready\n"
    stage.hang_up()
    answer = stage.ada.look_up(stage.dora, clear=1)
    assert isinstance(answer, lookup.Disclosure)
    size = answer.entry + 1
    while stage.size() == size:  # within a second it has entered its alarm
        pass
    assert stage.keeper.stop() == 0
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    assert [line["message"] for line in stage.expected_errors] == ["boxes were opened without an entry: 1"]
    status, verdict = stage.verify()
    assert (status, verdict["problem"], verdict["opened"] - verdict["allowed"]) == (3, "opened", 1)
