"""Load: a policy file becomes a `Policy` whole, or is refused with every finding listed.

Rules:
* Unknown keys and names, wrong shapes and empty lists refuse. Only `do` has a default that gives something to do.
* Every finding is listed, not the first: where it is, and one sentence in Chinese and in English.
* No fact but those the keeper computes, each of its kind; no purpose, role, relation or group but the product's.

Left to others: what the rules say to each other (`soundness`, called here); enough approvers at each property
(policy.md §3 rule 9) and the release's signatures (rule 10), which need a property and a database.
Source: policy.md, section 3.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeVar, get_args

import msgspec

from discretion.hotel.purpose import FIELD_GROUPS, Purpose, Relation, Role
from discretion.policy.soundness import Finding, find_unsound
from discretion.policy.table import (
    Budget,
    Cap,
    Entry,
    Fact,
    Guard,
    Names,
    Policy,
    Rule,
    Rules,
    View,
    compile_rules,
    shape,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE_BYTES_MAX = 262_144

_COMPUTED = {
    "support": "on_shift badged_in trained same_property assigned case_open recent_30 recent_365"
    " consent_mkt consent_ana",
    "step": "passkey fresh_passkey",
    "approval": "ok_manager ok_privacy ok_general",
    "restriction": "sealed restricted legal_hold minor locked",
}

Schema = Annotated[Literal[1], shape(" 1", "1")]
Tables = Annotated[dict[str, object], shape("表", "a table")]
TableList = Annotated[tuple[object, ...], shape("一组表", "a list of tables")]
_E = TypeVar("_E", bound=Entry)
_R = TypeVar("_R", bound=Rule)


class _Top(Entry, frozen=True, kw_only=True):
    """The file before its tables are looked at one by one."""

    must: ClassVar[frozenset[str]] = frozenset(
        {"schema", "groups", "purposes", "roles", "relations", "facts", "guard", "cap", "view", "budget"},
    )
    schema: Schema = 1
    groups: Names = ()
    purposes: Names = ()
    roles: Names = ()
    relations: Names = ()
    facts: Tables = msgspec.field(default_factory=dict)
    guard: TableList = ()
    cap: TableList = ()
    view: TableList = ()
    budget: Tables = msgspec.field(default_factory=dict)


class PolicyError(Exception):
    """The file is no policy; `findings` says all that must be mended. The only error of this package."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(f"{one.where}: {one.en}" for one in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Known:
    """What the keeper can compute and carry out; a policy may use less, never more.

    Shapes: `facts` maps each name to its kind; `groups` in the order of their bits; `obligations` are kinds, where
    `witness` waits for outside witnesses before anything is opened; `review` and `notify` take hours, `alert` a role.
    """

    facts: Mapping[str, str]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    relations: tuple[str, ...]
    groups: tuple[str, ...]
    obligations: frozenset[str]

    @classmethod
    def of_product(cls) -> Known:
        """What this keeper knows; obligations beyond `record` are entered in the opening for those who act on them."""
        return cls(
            facts={name: kind for kind, names in _COMPUTED.items() for name in names.split()},
            purposes=tuple(Purpose),
            roles=tuple(Role),
            relations=tuple(Relation),
            groups=FIELD_GROUPS,
            obligations=frozenset({"record", "witness", "review", "notify", "alert"}),
        )


_PRODUCT = Known.of_product()


def load_policy(raw: bytes, known: Known = _PRODUCT) -> Policy:
    """The policy in these bytes, ready to decide; its hash is their SHA-256.

    Shapes: `raw` is UTF-8 TOML of at most `SIZE_BYTES_MAX` bytes. Errors: `PolicyError`, with every finding.
    Not checked: signatures (policy.md, section 6) and whether enough people may approve at a property.
    """
    if len(raw) > SIZE_BYTES_MAX:
        raise PolicyError((Finding("file", f"超过 {SIZE_BYTES_MAX} 字节", f"is over {SIZE_BYTES_MAX} bytes"),))
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, no TOML, or a number of 4,300 digits
        raise PolicyError((Finding("file", f"不是正确的 TOML：{error}", f"is not correct TOML: {error}"),)) from error
    findings: list[Finding] = []
    rules = _read_rules(document, findings)
    findings += _find_unknown(rules, known)
    findings += find_unsound(rules)
    if findings:
        raise PolicyError(tuple(findings))
    return compile_rules(rules, hashlib.sha256(raw).digest(), known.facts)


def _read_rules(document: dict[str, object], findings: list[Finding]) -> Rules:
    """The file's tables, entry by entry, so that one broken entry does not hide the next."""
    top = _read(_Top, "", document, findings)
    return Rules(
        groups=top.groups,
        purposes=top.purposes,
        roles=top.roles,
        relations=top.relations,
        facts={name: _read(Fact, f"facts.{name}", raw, findings) for name, raw in top.facts.items()},
        guards=tuple(_read_rule(Guard, "guard", at, raw, findings) for at, raw in enumerate(top.guard, start=1)),
        caps=tuple(_read_rule(Cap, "cap", at, raw, findings) for at, raw in enumerate(top.cap, start=1)),
        views=tuple(_read_rule(View, "view", at, raw, findings) for at, raw in enumerate(top.view, start=1)),
        budget=_read(Budget, "budget", top.budget, findings),
    )


def _read_rule(kind: type[_R], table: str, at: int, raw: object, findings: list[Finding]) -> _R:
    """The rule; in findings it goes by its id, or else by its number in the file."""
    told = raw.get("id") if isinstance(raw, dict) else None
    where = told if isinstance(told, str) and told else f"{table}[{at}]"
    rule = _read(kind, where, raw, findings)
    return rule if rule.id else msgspec.structs.replace(rule, id=where)


def _read(kind: type[_E], where: str, raw: object, findings: list[Finding]) -> _E:
    """The entry, with defaults in place of what was not right; each such thing is a finding."""
    if not isinstance(raw, dict):
        findings.append(Finding(where, "应为表", "should be a table"))
        return kind()
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    dot = f"{where}." if where else ""
    findings += [
        Finding(f"{dot}{key}" or '""', "没有这个键", "is no key known here") for key in raw if key not in fields
    ]
    findings += [Finding(f"{dot}{key}", "缺少这个键", "is missing") for key in fields if key in kind.must - raw.keys()]
    values = {}
    for key in fields.keys() & raw.keys():
        try:
            values[key] = msgspec.convert(raw[key], fields[key])
        except msgspec.ValidationError:
            words = _words(fields[key])
            findings.append(Finding(f"{dot}{key}", f"应为{words['zh']}", f"should be {words['en']}"))
    return kind(**values)


def _words(shaped: object) -> dict[str, str]:
    """What a value of this shape should be, in both languages."""
    words: dict[str, str] = get_args(shaped)[1].extra
    return words


def _find_unknown(rules: Rules, known: Known) -> list[Finding]:
    """Names at the top of the file that the product has no meaning for."""
    found = []
    if rules.groups != known.groups:
        # Their order is the bits of every sealed box and entry: a policy cannot move it.
        order = " ".join(known.groups)
        found.append(Finding("groups", f"应依次为 {order}", f"should be, in this order, {order}"))
    lists = (
        ("purposes", rules.purposes, known.purposes),
        ("roles", rules.roles, known.roles),
        ("relations", rules.relations, known.relations),
        ("facts", tuple(rules.facts), tuple(known.facts)),
    )
    for where, names, meant in lists:
        found += [
            Finding(where, f"本产品没有 {name}", f"the product knows no {name}") for name in names if name not in meant
        ]
    for name, fact in rules.facts.items():
        kind = known.facts.get(name, fact.kind)
        if fact.kind != kind:
            found.append(Finding(f"facts.{name}.kind", f"应为 {kind}", f"should be {kind}"))
    for view in rules.views:
        for one in view.do:
            if one.partition(":")[0] not in known.obligations:
                found.append(Finding(f"{view.id}.do", f"守护进程无法执行 {one}", f"the keeper cannot carry out {one}"))
    return found
