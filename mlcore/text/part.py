"""One stretch of the text of a lot, what it is, and which rule found it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

PartKind = Literal["obverse", "reverse", "header", "legend", "reference", "measure", "grade", "provenance"]
KINDS: tuple[PartKind, ...] = get_args(PartKind)
Value = dict[str, str | int | float | bool]


@dataclass(frozen=True)
class Part:
    """A span, not a copy. A header and a side contain the parts that stand inside them."""

    kind: PartKind
    start: int
    end: int
    """Place in the text; end exclusive."""
    rule: str
    """What found it, e.g. "marks", "weight in grams", "catalogue with volume"."""
    value: Value = field(default_factory=dict)
    """What it says, normalised; the keys belong to the kind and are listed where the kind is read."""
