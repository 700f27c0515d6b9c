"""What can go wrong between a data directory and running programs: a code and what to say with it.

The words are the face's (`faces/cli/errors.py`); a code never changes, because scripts match on it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class StarterError(Exception):
    """Something expected stands in the way of starting; nothing was lost and nothing is half-done.

    Shapes: `code` is lower case with underscores; `params` fill the sentence, and hold paths, names and numbers only.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, str] = MappingProxyType({key: str(value) for key, value in params.items()})
        super().__init__(f"{code} {dict(self.params)}" if params else code)
