"""Two people agree on everything. Nothing can stop them; it is counted, shown, and told once a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discretion.office import reviews
from discretion.office.review_clock import run_clocks
from tests.attacks.test_approver_reviews_what_they_approved import approved
from tests.cast import Stage
from tests.reviewing import in_office, notices, read_all, worker
from tests.stages import FirstStage, copied_stage


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "pairs") as made:
        yield made


def test_pairs_and_quick_votes_are_reported(stage: Stage) -> None:
    mara = stage.hire("Mara", "duty_manager")
    for by in (*[stage.ben] * 5, mara):
        approved(stage, by)
    now = datetime.now(UTC)
    pairs, quick = in_office(stage, lambda office: reviews.approvals_report(office, stage.ada.property_id, now - timedelta(1), now + timedelta(1)))
    assert [(pair["requester_id"], pair["approver_id"], pair["approved"], pair["total"]) for pair in pairs] == [
        (stage.ada.staff_id, stage.ben.staff_id, 5, 6),
    ]
    assert [(each["approver_id"], each["votes"], each["median_seconds"]) for each in quick] == [(stage.ben.staff_id, 5, 0)]


def test_last_months_are_told_to_the_privacy_officer_and_the_general_manager_once(stage: Stage) -> None:
    for _ in range(6):
        approved(stage, stage.ben)
    read_all(worker(stage))
    stage.superuser.execute("alter table hotel.approval_vote disable trigger append_only")
    stage.superuser.execute("alter table hotel.approval_vote disable trigger capture_update")
    stage.superuser.execute("update hotel.approval_vote set at = date_trunc('month', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' - interval '3 days'")
    for _ in range(2):
        in_office(stage, run_clocks, "worker")
    for role in ("privacy", "general_manager"):
        assert [kind for kind, _ in notices(stage, to=role)] == ["approval_pairs"]
    assert notices(stage, to="privacy")[0][1] == {"pairs": 1, "quick": 1}
