"""The portal: the guest's own face, without any script; and the policy, for everybody."""

from pathlib import Path
from typing import Any

from discretion.faces.portal import (
    answers,
    coming_in,
    consents,
    own_copy,
    own_record,
    passkey,
    policy,
    requests,
    take_home,
    transparency,
    who_looked,
    wishes,
)

TEMPLATES = Path(__file__).resolve().parent / "templates"

PAGES: tuple[Any, ...] = (
    policy.policy_page,
    transparency.transparency_page, transparency.transparency_of_house, transparency.transparency_file,
    coming_in.guest_sign_in_page, coming_in.begin_guest_sign_in, coming_in.code_page, coming_in.take_code,
    coming_in.guest_sign_out, coming_in.leave, coming_in.left_page,
    who_looked.who_looked_page, who_looked.question_page, who_looked.ask_question, who_looked.looked_file,
    take_home.looked_pdf, take_home.proof_file,
    passkey.come_in_page, passkey.new_page, passkey.begin, passkey.finish,
    consents.consents_page, consents.consent_page, consents.answer,
    wishes.help_page, wishes.ask_for_help, wishes.take_help_back,
    own_record.record_page, own_record.keep_tells, own_record.take_off,
    requests.requests_page, requests.wish_page, requests.check_page, requests.send, requests.request_page,
    requests.supplement, requests.withdraw, requests.code, requests.own_certificate, own_copy.own_copy,
    answers.answer_page, answers.read_answer, answers.answer_certificate,
)  # fmt: skip
