"""What one description says of one side: the row that mining and previews read as a stream."""

from __future__ import annotations

from typing import NamedTuple

from mlcore.contract import Face


class SideText(NamedTuple):
    side: int | str
    """The site's id of the side; a side may have several texts, in several languages."""
    face: Face
    language: str
    """ISO 639-1, or empty where unknown."""
    text: str
    """What is said of this side and of no other."""
