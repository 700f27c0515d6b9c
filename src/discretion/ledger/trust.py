"""Trust: which log's key counts, and which witnesses must have seen a checkpoint, as a text that travels with proofs.

Rules:
* The format is C2SP's tlog-policy. A name stands once and is defined before it is used; an unknown word refuses.
* No quorum line refuses: only a written `quorum none` asks for no witness.

Left to others: where the text comes from. Whoever checks must not take it from those whom they check.
Source: C2SP tlog-policy, an untagged draft.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discretion.ledger.checkpoint import Verifier, open_checkpoint
from discretion.ledger.cosignature import cosignatures, parse_witness
from discretion.ledger.errors import CheckpointError, LedgerError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from discretion.ledger.tree import TreeHead

TEXT_SIZE_MAX = 100_000
NONE = "none"


class TrustError(LedgerError):
    """A text that is no policy of trust; `line` is the one to mend, from 1, or 0 for the whole."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


@dataclass(frozen=True, slots=True)
class _Group:
    needed: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Trust:
    """Logs by name, witnesses by the names that this policy gives them, groups of them, and who must have seen."""

    logs: dict[str, Verifier] = field(default_factory=dict)
    witnesses: dict[str, Verifier] = field(default_factory=dict)
    groups: dict[str, _Group] = field(default_factory=dict)
    quorum: str = ""
    urls: dict[str, str] = field(default_factory=dict)  # of witnesses, by the names that this policy gives them

    @classmethod
    def of_key(cls, vkey: str) -> Trust:
        """Return the trust in one log's key and no witness. Errors: `CheckpointError`."""
        verifier = Verifier.parse(vkey)
        return cls({verifier.name: verifier}, quorum=NONE)

    @classmethod
    def parse(cls, text: str, *, needs_log: bool = True) -> Trust:
        """Return what a policy says. Errors: `TrustError`, naming the line.

        Shapes: without `needs_log` it may speak of witnesses alone, for a house that knows its own logs.
        """
        trust = cls()
        if len(text) > TEXT_SIZE_MAX:
            raise TrustError("too large", 0)
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                trust._take(words)
            except (CheckpointError, ValueError) as error:
                raise TrustError(str(error), number) from error
        if (needs_log and not trust.logs) or not trust.quorum:
            raise TrustError("no log, or no quorum", 0)
        return trust

    def open_checkpoint(self, note: str) -> TreeHead:
        """Return the head of a checkpoint by a trusted log that enough witnesses have seen.

        Errors: `CheckpointError`. Not checked: how long ago they saw it.
        """
        log = self.logs.get(note.partition("\n")[0])
        if log is None:
            raise CheckpointError("a log that is not trusted")
        head = open_checkpoint(note, log)
        if self.quorum == NONE:
            return head
        if not self.is_enough(cosignatures(note, self.witnesses.values()).keys()):
            raise CheckpointError("too few witnesses have seen it")
        return head

    def is_enough(self, seen: AbstractSet[Verifier]) -> bool:
        """Whether these witnesses make the quorum."""
        return self.quorum == NONE or self._has_seen(self.quorum, seen)

    def _has_seen(self, name: str, seen: AbstractSet[Verifier]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return self.witnesses[name] in seen
        return sum(self._has_seen(member, seen) for member in group.members) >= group.needed

    def _take(self, words: list[str]) -> None:
        """Take one line. Errors: `ValueError` for a word that does not belong, `CheckpointError` for a key."""
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                log = Verifier.parse(vkey)
                self._require_new(log.name in self.logs)
                self.logs[log.name] = log
            case ["witness", name, vkey, *url] if len(url) <= 1:
                witness = parse_witness(vkey)
                keys = {each.public_key for each in self.witnesses.values()}  # one witness under two names counts once
                self._require_new(name == NONE or self._is_known(name) or witness.public_key in keys)
                self.witnesses[name] = witness
                self.urls[name] = "".join(url)
            case ["group", name, rule, *members] if members:
                self._require_new(name == NONE or self._is_known(name))
                if len(set(members)) != len(members) or not all(self._is_known(member) for member in members):
                    raise ValueError("a member that is not defined yet, or twice")
                self.groups[name] = _Group(_needed(rule, len(members)), tuple(members))
            case ["quorum", name] if not self.quorum and (name == NONE or self._is_known(name)):
                self.quorum = name
            case _:
                raise ValueError("no line of a policy")

    def _is_known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    @staticmethod
    def _require_new(is_taken: bool) -> None:  # noqa: FBT001 - reads as a sentence at its use
        if is_taken:
            raise ValueError("a name that stands twice")


def _needed(rule: str, count: int) -> int:
    """Return how many of `count` members a rule asks for. Errors: `ValueError`."""
    if rule in ("all", "any"):
        return count if rule == "all" else 1
    if not rule.isascii() or not rule.isdigit() or rule.startswith("0") or int(rule) > count:
        raise ValueError("a number of members that the group does not have")
    return int(rule)
