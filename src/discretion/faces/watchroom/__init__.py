"""The face for those who watch: entries of the ledger, their proofs, how the ledger stands. It opens no record."""

from pathlib import Path
from typing import Any

from discretion.faces.watchroom import consent_words, holds, ledger, proofs, releases, retention, review, reviews

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (
    ledger.watch_page, ledger.watch,
    proofs.checkpoint_file, proofs.entry_page, proofs.proof_file, proofs.leaf_file, proofs.range_page,
    reviews.queue_page, reviews.ask_queue, reviews.approvals_page, review.review_page, review.judge, review.lock,
    releases.releases_page,
    consent_words.words_page, consent_words.new_words_page, consent_words.add_words,
    retention.retention_page, retention.count_due, retention.plan_page, retention.run_plan, retention.rule_page,
    retention.change_rule, holds.holds_page, holds.new_hold_page, holds.propose_hold, holds.second_hold, holds.end_hold,
)  # fmt: skip
