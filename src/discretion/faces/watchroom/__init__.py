"""The face for those who watch: entries of the ledger, their proofs, how the ledger stands. It opens no record."""

from pathlib import Path
from typing import Any

from discretion.faces.watchroom import (
    assessment,
    consent_words,
    holds,
    ledger,
    privacy,
    processing,
    processors,
    proofs,
    releases,
    retention,
    review,
    reviews,
)

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (
    ledger.watch_page, ledger.watch,
    proofs.checkpoint_file, proofs.entry_page, proofs.proof_file, proofs.leaf_file, proofs.range_page,
    reviews.queue_page, reviews.ask_queue, reviews.save_filter, reviews.drop_filter,
    reviews.approvals_page, review.review_page, review.judge, review.lock,
    releases.releases_page, releases.release_page, releases.release_text, releases.sign, releases.withdraw,
    consent_words.words_page, consent_words.new_words_page, consent_words.add_words,
    retention.retention_page, retention.count_due, retention.plan_page, retention.run_plan, retention.rule_page,
    retention.change_rule, holds.holds_page, holds.new_hold_page, holds.propose_hold, holds.second_hold, holds.end_hold,
    privacy.privacy_page, privacy.answer_authority, privacy.preview_page,
    processing.records_page, processing.records_file, processing.controller_page, processing.state_controller,
    processors.processors_page, processors.new_processor_page, processors.add_processor, processors.processor_page,
    processors.change_processor, processors.end_processor,
    assessment.assessment_page, assessment.write_assessment, assessment.sign_assessment, assessment.version_page,
)  # fmt: skip
