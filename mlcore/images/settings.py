"""The thresholds by which sides are found on a photograph."""

from __future__ import annotations

from dataclasses import dataclass

_SHARES = (
    *(
        "ground_share",
        "single_ground_share",
        "dust",
        "minor",
        "quick_roundness",
        "sure_roundness",
        "least_roundness",
        "least_solidity",
    ),
    *("most_fullness", "most_chord", "least_likeness", "waist", "frame_reach", "shadow_reach"),
)


@dataclass(frozen=True)
class CropSettings:
    """Thresholds of the scan."""

    working_length: int = 180
    """Longer edge, in pixels, of the reduced picture on which objects are found."""
    ground_tolerance: float = 28.0
    """Levels (0..255) by which a pixel at the edge may differ from the ground's colour and still be ground."""
    ground_share: float = 0.65
    """Least share of the picture's edge that must show the ground where two sides are looked for."""
    single_ground_share: float = 0.2
    """The same for a picture of one side, which may fill it from edge to edge."""
    least_contrast: float = 11.0
    """Levels by which a pixel must differ from the ground to belong to an object."""
    noise_factor: float = 4.0
    """The contrast asked for is at least this many standard deviations of the ground."""
    grain: float = 3.0
    """Levels of noise from which the reduced picture is averaged, which is slower, instead of sampled."""
    dust: float = 0.02
    """Pieces shorter than this share of the picture's shorter edge are not looked at."""
    minor: float = 0.3
    """Objects narrower than this share of the longest one's length are captions and marks; others count as coins."""
    bar_slimness: float = 4.0
    """Objects this many times longer than wide are scale bars or lines."""
    most_slimness: float = 1.7
    """A side's box may be this many times longer than wide: a broken flan is."""
    quick_roundness: float = 0.85
    """Two objects at least so round, and apart, need no closer look."""
    sure_roundness: float = 0.8
    """Intersection over union of a side's outline and the ellipse in its box from which on it is a flan."""
    least_roundness: float = 0.6
    """Least of it; between the two, a side must also be solid."""
    least_solidity: float = 0.915
    """Least share of its convex hull that such a side fills: broken flans do, overlapping coins do not."""
    most_fullness: float = 0.95
    """A side fills at most this share of its box: cards and frames fill more."""
    most_chord: float = 0.55
    """A side that lies along the picture's edge for more than this share of its length is cut by it."""
    least_likeness: float = 0.6
    """Least ratio of the two sides' lengths."""
    waist: float = 0.5
    """Sides that touch are parted where the object is narrower than this share of its height."""
    least_length: int = 24
    """Pixels; a side smaller than this shows nothing."""
    frame_reach: float = 0.08
    """How far from the edge, as a share of the picture's shorter edge, a frame around it may lie."""
    shadow_reach: float = 0.025
    """Share of an object's length that must be pale and smooth before it is looked at for a shadow."""

    def __post_init__(self) -> None:
        if not all(0 <= getattr(self, name) <= 1 for name in _SHARES):
            raise ValueError("Shares of CropSettings lie between 0 and 1.")
        if self.working_length < 64 or min(self.bar_slimness, self.most_slimness) < 1:
            raise ValueError("working_length is at least 64, and a slimness at least 1.")


DEFAULT = CropSettings()
