"""What every language of a cataloguer offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    code: str
    sides: tuple[str, str]
    """Right and left."""
    obverses: Mapping[str, tuple[str, ...]]
    """By headgear and bust, e.g. laurel-bare."""
    reverses: Mapping[str, tuple[str, ...]]
    metals: Mapping[str, str]
    short_metals: Mapping[str, str]
    layouts: tuple[str, ...]
    """Likeliest first; the last has no mark between the sides."""
    measures: str
    comma: bool
    """Whether decimals take a comma."""
    grades: tuple[str, ...]
    """Worst first."""
    years: tuple[str, str, str]
    """Both before, both after, and across the beginning of our era."""
    remarks: tuple[str, ...]
    """What may follow the grade; most often nothing. One names what only other coins show, as catalogues do."""
    arms: str
    """Said beside the reverse where the arms of a bust were left out of the obverse."""
