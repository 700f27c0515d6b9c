"""What can be wrong with bytes that claim to be of a ledger.

LedgerError
├── ShapeError       bytes of the wrong length or layout
├── ProofError       a path that ends in another root
├── LeafError        bytes that are no leaf, or no canonical JSON
└── CheckpointError  a note that is malformed, unsigned or signed by another key
"""

from __future__ import annotations


class LedgerError(Exception):
    """Something is not what it claims to be."""


class ShapeError(LedgerError):
    """Bytes of the wrong length or layout."""


class ProofError(LedgerError):
    """A path that ends in another root."""


class LeafError(LedgerError):
    """Bytes that are no leaf, or text that is no canonical JSON."""


class CheckpointError(LedgerError):
    """A note that is malformed, unsigned, or whose signature by a known key fails."""
