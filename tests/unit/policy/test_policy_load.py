"""What loads, and everything that does not: a wrong policy never loads in part."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import pytest

from discretion.hotel.purpose import FIELD_GROUPS
from discretion.policy.load import SIZE_BYTES_MAX, Known, PolicyError, load_policy

RAW = (files("discretion.policy") / "policy.toml").read_bytes()


def refusal(raw: bytes, known: Known | None = None) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load_policy(raw, known or Known.of_product())
    return caught.value


def changed(rule: str, old: str, new: str) -> bytes:
    """The starting policy with one text replaced, from `rule` on."""
    text = RAW.decode()
    start = text.index(rule)
    at = text.index(old, start)
    return (text[:at] + new + text[at + len(old) :]).encode()


def test_the_starting_policy_loads_and_tells_what_is_in_it() -> None:
    policy = load_policy(RAW)
    assert policy.hash == hashlib.sha256(RAW).digest()
    assert policy.groups == FIELD_GROUPS
    assert policy.group_bit["notes"] == 1 << 7
    assert policy.fact_bit["on_shift"] == 1
    assert policy.fact_bit["locked"] == 1 << 19
    assert policy.restrictions == sum(
        policy.fact_bit[x] for x in ("sealed", "restricted", "legal_hold", "minor", "locked")
    )
    assert policy.rule_text("G1", "zh") == "非当班员工不得查看宾客资料"
    assert policy.rule_text("SI-2", "en") == "Security incident: document after approval and re-verification"
    assert policy.fact_text("ok_manager", "en") == "a duty manager approved"
    assert policy.budget.per_day == 250


def test_texts_of_unknown_rules_facts_and_languages_raise() -> None:
    policy = load_policy(RAW)
    for name, lang in (("ZZ-1", "en"), ("G1", "fr")):
        with pytest.raises(KeyError):
            policy.rule_text(name, lang)
    for name, lang in (("shoe_size", "en"), ("sealed", "fr")):
        with pytest.raises(KeyError):
            policy.fact_text(name, lang)


def test_a_view_without_do_records() -> None:
    assert load_policy(changed('id="MK-1"', 'do=["record"]\n', "")).hash != load_policy(RAW).hash
    assert next(one for one in load_policy(RAW).rules.views if one.id == "CI-1").do == ("record",)


def test_a_computed_fact_that_a_policy_does_not_declare_has_no_bit() -> None:
    text = RAW.decode()
    text = "\n".join(line for line in text.splitlines() if not line.startswith("legal_hold"))
    start = text.index('[[guard]]\nid="G8"')
    policy = load_policy((text[:start] + text[text.index("[[guard]]", start + 1) :]).encode())
    assert policy.fact_bit["legal_hold"] == 0
    assert "legal_hold" not in policy.facts


REFUSED = {
    # rule 1: keys
    "an unknown key at the top": ("schema = 1", "schema = 1", "schema = 1\nversion = 2", "version", "no key known"),
    "an unknown table": ("# ---- caps", "[[cap]]", "[[caps]]", "caps", "no key known"),
    "a misspelt after, which would open the document": (
        'id="CI-2"',
        "after=",
        "afterr=",
        "CI-2.afterr",
        "no key known",
    ),
    "an unknown key of a guard": ('id="G1"', "need=", "needs=", "G1.needs", "no key known"),
    "an unknown key of a cap": ('id="C1"', "unless=", "unlesss=", "C1.unlesss", "no key known"),
    "an unknown key of a fact": (
        "passkey       =",
        'kind="step"',
        'kind="step", age=3',
        "facts.passkey.age",
        "no key known",
    ),
    "an unknown key of the budget": ("[budget]", "per_day", "per_week", "budget.per_week", "no key known"),
    # rule 2: names
    "an unknown purpose at the top": ("schema", '"dsr"', '"dsrr"', "purposes", "dsrr"),
    "an unknown role at the top": ("schema", '"it_admin"', '"admin"', "roles", "admin"),
    "an unknown relation at the top": ("schema", '"departed"', '"left"', "relations", "left"),
    "groups in another order": ("schema", '"identity","contact"', '"contact","identity"', "groups", "in this order"),
    "a missing group": ("schema", '"preferences","notes"', '"preferences"', "groups", "in this order"),
    "a fact the keeper cannot compute": ("[facts]", "assigned ", "assigned2 ", "facts", "assigned2"),
    "a fact of another kind": ("locked        =", "restriction", "support", "facts.locked.kind", "restriction"),
    "an unknown kind": ("locked        =", "restriction", "restrict", "facts.locked.kind", "one of"),
    "an unknown implied fact": ("recent_30", '"recent_365"', '"recent_356"', "facts.recent_30.implies", "recent_356"),
    "an unknown approver": ("ok_manager", '"duty_manager"', '"manager"', "facts.ok_manager.by", "manager"),
    "an unknown purpose of a guard": ('id="G7"', '"marketing"', '"marketin"', "G7.purposes", "marketin"),
    "an unknown excepted purpose": ('id="G3"', '"emergency"', '"emergencies"', "G3.except_purposes", "emergencies"),
    "an unknown fact of a guard": ('id="G1"', '"on_shift"', '"onshift"', "G1.need", "onshift"),
    "an unknown outcome": ('id="G5"', "step_up", "stepup", "G5.outcome", "step_up"),
    "an unknown group of a cap": ('id="C1"', "document=", "documents=", "C1.at_most", "documents"),
    "an unknown level": ('id="C1"', '"hidden"', '"hiden"', "C1.at_most", "masked or hidden"),
    "a cap that lowers to clear": ('id="C1"', '"masked"', '"clear"', "C1.at_most", "masked or hidden"),
    "an unknown purpose of a view": ('id="CI-1"', '"check_in"', '"checkin"', "CI-1.purpose", "checkin"),
    "an unknown role of a view": ('id="CI-1"', '"front_desk"', '"frontdesk"', "CI-1.who", "frontdesk"),
    "an unknown relation of a view": ('id="CI-1"', '"arriving"', '"arrived"', "CI-1.guest", "arrived"),
    "an unknown group of a view": ('id="CI-1"', '"booking"', '"bookings"', "CI-1.clear", "bookings"),
    "an unknown obligation": ('id="CI-2"', "review:72", "revue:72", "CI-2.do", "revue:72"),
    "a review after no hours": ('id="CI-2"', "review:72", "review:0", "CI-2.do", "review:0"),
    "a review without hours": ('id="CI-2"', "review:72", "review", "CI-2.do", "review"),
    "recording with a term": ('id="CI-2"', '"record"', '"record:1","record"', "CI-2.do", "record:1"),
    "an alarm to an unknown role": ('id="SI-2"', "alert:privacy", "alert:police", "SI-2.do", "alert:police"),
    "an id that stands twice": ('id="G2"', 'id="G2"', 'id="G1"', "G1", "more than one"),
    "an id that stands for a cap and a view": ('id="C1"', 'id="C1"', 'id="CI-1"', "CI-1", "more than one"),
    "an id of another form": ('id="C1"', 'id="C1"', 'id="cap one"', "cap one.id", "an id such as"),
    "a name twice in a list": ('id="CI-1"', '"identity"', '"identity","identity"', "CI-1.clear", "twice"),
    # rule 3: texts
    "no Chinese": ('id="G4"', 'zh="不得查看其他酒店的宾客"\n', "", "G4.zh", "missing"),
    "blank English": ('id="G4"', 'en="Guests of another hotel may not be seen"', 'en="  "', "G4.en", "sentence"),
    "a fact without English": ("minor         =", ', en="is a minor"', "", "facts.minor.en", "missing"),
    "a text of two lines": ('id="G4"', "Guests of", "Guests\\nof", "G4.en", "one line"),
    # rule 4: kinds in their places
    "a support that denies": ('id="G9"', '"locked"', '"on_shift"', "G9.deny", "on_shift"),
    "a support as a cap's when": ('id="C2"', '"minor"', '"trained"', "C2.when", "trained"),
    "a restriction needed by a view": ('id="HK-3"', '"assigned"', '"sealed"', "HK-3.need", "sealed"),
    "a restriction needed by a guard": ('id="G1"', '"on_shift"', '"sealed"', "G1.need", "sealed"),
    "an approval that opens a guard": ('id="G1"', '"on_shift"', '"ok_general"', "G1.need", "ok_general"),
    "a support one waits for": ('id="CI-2"', '"fresh_passkey"', '"assigned"', "CI-2.after", "assigned"),
    "a cap that a step lifts": ('id="C1"', '"ok_privacy"', '"fresh_passkey"', "C1.unless", "fresh_passkey"),
    # rule 5: approvals
    "an approval nobody may give": ("ok_privacy", 'by=["privacy"], ', "", "facts.ok_privacy.by", "approvals"),
    "approvers of a step": ("passkey       =", 'kind="step"', 'kind="step", by=["legal"]', "facts.passkey.by", "only"),
    "a view that its asker could approve": ('id="CO-3"', '"front_desk"', '"duty_manager"', "CO-3", "for itself"),
    "a cap that an asker could lift": ('id="C3"', '"ok_general"', '"ok_privacy"', "C3", "privacy approve ok_privacy"),
    # rule 6: implications
    "a fresh passkey that is no passkey": (
        "fresh_passkey",
        'implies=["passkey"], ',
        "",
        "facts.fresh_passkey",
        "passkey",
    ),
    "30 days that are not within 365": ("recent_30", 'implies=["recent_365"], ', "", "facts.recent_30", "recent_365"),
    "implications in a circle": (
        "recent_365    =",
        'kind="support"',
        'kind="support", implies=["recent_30"]',
        "facts.recent_365.implies",
        "itself",
    ),
    "a step that stands for an approval": (
        "fresh_passkey",
        'implies=["passkey"]',
        'implies=["passkey","ok_manager"]',
        "facts.fresh_passkey.implies",
        "another kind",
    ),
    # rule 7: whole rules
    "duties without recording": ('id="CI-2"', '"record",', "", "CI-2.do", "record"),
    "a group both clear and masked": ('id="CI-1"', 'masked=["document"]', 'masked=["contact"]', "CI-1", "both"),
    "a guard without conditions": ('id="G9"', 'deny=["locked"]\n', "", "G9", "neither"),
    "a cap without when": ('id="C2"', 'when=["minor"]\n', "", "C2.when", "missing"),
    "a cap that lowers nothing": (
        'id="C2"',
        '{identity="masked",contact="hidden",document="hidden"}',
        "{}",
        "C2.at_most",
        "empty",
    ),
    "a view for nobody": ('id="CI-3"', 'who=["reservations"]\n', "", "CI-3.who", "missing"),
    "a view of nobody": ('id="CI-3"', 'guest=["arriving"]\n', "", "CI-3.guest", "missing"),
    "a view without groups": ('id="HK-3"', 'clear=["stay"]\n', "", "HK-3", "neither"),
    "an empty list": ('id="HK-3"', 'need=["assigned"]', "need=[]", "HK-3.need", "not empty"),
    "a list that is a text": ('id="HK-3"', 'need=["assigned"]', 'need="assigned"', "HK-3.need", "a list"),
    "both purposes and except_purposes": (
        'id="G7"',
        'purposes=["marketing","analytics"]',
        'purposes=["marketing"]\nexcept_purposes=["analytics"]',
        "G7",
        "both",
    ),
    "a step-up for another fact": (
        'id="G3"',
        'need=["trained"]',
        'need=["trained"]\noutcome="step_up"',
        "G3.outcome",
        "passkey",
    ),
    # schema and budget
    "another schema": ("schema", "schema = 1", "schema = 2", "schema", "1"),
    "a schema that is true": ("schema", "schema = 1", "schema = true", "schema", "1"),
    "no guests a day": ("[budget]", "per_day = 250", "per_day = 0", "budget.per_day", "whole number"),
    "a part of a guest a day": ("[budget]", "per_day = 250", "per_day = 2.5", "budget.per_day", "whole number"),
    "a truth of guests a day": ("[budget]", "per_day = 250", "per_day = true", "budget.per_day", "whole number"),
    "no limit on masked guests": ("[budget]", "masked_per_day = 2000\n", "", "budget.masked_per_day", "missing"),
    "more for one purpose than for all": (
        "[budget.",
        "emergency = 20",
        "emergency = 251",
        "budget.purposes.emergency",
        "more",
    ),
    "none for one purpose": ("[budget.", "emergency = 20", "emergency = 0", "budget.purposes", "whole number"),
    "a limit for an unknown purpose": (
        "[budget.",
        "emergency = 20",
        "emergencies = 20",
        "budget.purposes",
        "emergencies",
    ),
}


@pytest.mark.parametrize(("rule", "old", "new", "where", "says"), REFUSED.values(), ids=REFUSED)
def test_it_refuses(rule: str, old: str, new: str, where: str, says: str) -> None:
    findings = refusal(changed(rule, old, new)).findings
    assert any(one.where.startswith(where) and says in one.en for one in findings), findings
    for one in findings:
        assert one.where
        assert re.search("[\u4e00-\u9fff]", one.zh)
        assert one.en


def test_it_refuses_a_guard_or_cap_that_acts_on_no_purpose() -> None:
    every = ",".join(f'"{purpose}"' for purpose in Known.of_product().purposes)
    findings = refusal(
        changed('id="C2"', 'when=["minor"]\nexcept_purposes=[', f'when=["minor"]\nexcept_purposes=[{every}]#')
    ).findings
    assert ("C2", "acts on no purpose") in {(one.where, one.en) for one in findings}


def test_every_finding_is_listed_not_the_first() -> None:
    raw = changed('id="CI-2"', "after=", "afterr=")
    raw = raw.replace(b'id="G5"\nneed=["passkey"]', b'id="G5"\nneed=["passkeys"]').replace(b"schema = 1", b"schema = 3")
    error = refusal(raw)
    assert {"CI-2.afterr", "G5.need", "schema"} <= {one.where for one in error.findings}
    for one in error.findings:
        assert f"{one.where}: {one.en}" in str(error).splitlines()


def test_it_refuses_a_purpose_that_reads_more_than_sixteen_facts() -> None:
    more = ("assigned", "consent_mkt", "consent_ana")
    need = ",".join(f'"{name}"' for name in ("recent_30", *more))
    findings = refusal(
        changed('id="CP-1"', '"recent_30"', need).replace(
            b'deny=["minor"]\npurposes=["marketing","analytics"]', b'deny=["minor","legal_hold"]'
        )
    ).findings
    assert ("complaint", "reads more than 16 facts") in {(one.where, one.en) for one in findings}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"schema = ",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + RAW,
        RAW + b"\xff",
        RAW + b"\nschema = 1\n",
        RAW.replace(b"schema = 1", b"schema = " + b"9" * 5_000),
        b"a = " + b"[" * 20_000,
        RAW + b"#" * SIZE_BYTES_MAX,
        RAW[: len(RAW) // 2],
    ],
    ids=["empty", "no TOML", "no UTF-8", "a byte order mark", "a broken end", "a key twice", "a number of 5,000 digits",
         "nested without end", "too long", "cut in half"],
)  # fmt: skip
def test_it_refuses_bytes_that_are_no_policy(raw: bytes) -> None:
    assert refusal(raw).findings


def test_it_refuses_rules_and_facts_that_are_no_tables_and_says_which() -> None:
    raw = b'guard = [3]\nview = [{id = "AA-1"}, {who = ["legal"]}]\n[facts]\nsealed = "yes"\n[budget]\n'
    found = {(one.where, one.en) for one in refusal(raw).findings}
    assert ("guard[1]", "should be a table") in found
    assert ("facts.sealed", "should be a table") in found
    assert ("AA-1.purpose", "is missing") in found
    assert ("view[2].id", "is missing") in found
    assert ("cap", "is missing") in found
    assert ("budget.per_day", "is missing") in found


def test_a_keeper_that_can_do_less_refuses_what_it_cannot_carry_out() -> None:
    product = Known.of_product()
    less = Known(
        facts=product.facts,
        purposes=product.purposes,
        roles=product.roles,
        relations=product.relations,
        groups=product.groups,
        obligations=frozenset({"record", "review"}),
    )
    wheres = {one.where for one in refusal(RAW, less).findings}
    assert wheres == {"SI-2.do", "LR-1.do", "LR-2.do", "LR-3.do", "EM-1.do", "EM-2.do"}
