"""A picture as a network wants it: a square of fixed size, in grey or colour, scaled as the weights are used to."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from mlcore.contract import LearningError, Sample
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.nets.devices import threads

Squares = npt.NDArray[np.uint8]
"""(n, size, size, 1 or 3): pictures before they are scaled."""
Box = tuple[int, int, int, int]
NAMED = 3
"""Of the pictures that are gone, so many are named."""


@dataclass(frozen=True)
class Transform:
    """How pictures are brought to the network; stored with the model."""

    size: int
    grey: bool
    mean: tuple[float, ...]
    """Per channel."""
    std: tuple[float, ...]

    def square(self, picture: Image.Image) -> Squares:
        """Fit an RGB picture into the square, the rest filled with the colour of its corners: (size, size, 1 or 3)."""
        left, top, right, bottom = self.place(picture)
        shown = picture.convert("L") if self.grey else picture
        small = shown.resize((right - left, bottom - top), Image.Resampling.BICUBIC, reducing_gap=2.0)
        pixels = np.asarray(small).reshape(bottom - top, right - left, -1)
        corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]]
        square = np.empty((self.size, self.size, pixels.shape[2]), dtype=np.uint8)
        square[:] = np.median(corners, axis=0)
        square[top:bottom, left:right] = pixels
        return square

    def place(self, picture: Image.Image) -> Box:
        """Where the picture lies in the square: left, top, right, bottom."""
        factor = self.size / max(picture.size)
        width, height = (max(1, round(edge * factor)) for edge in picture.size)
        left, top = (self.size - width) // 2, (self.size - height) // 2
        return left, top, left + width, top + height

    def read(self, path: Path) -> Squares:
        """Read one picture. Raises RefusedPicture."""
        return self.square(read_picture(path, longest=2 * self.size))

    def tensor(self, squares: Squares, device: torch.device) -> torch.Tensor:
        """(n, 3, size, size) in 0..1, not yet scaled by mean and deviation: see `normalise`."""
        pixels = torch.from_numpy(squares).to(device).permute(0, 3, 1, 2).float().div_(255)
        return pixels.expand(-1, 3, -1, -1)

    def normalise(self, images: torch.Tensor) -> torch.Tensor:
        """Pictures in 0..1 (n, 3, size, size) scaled by mean and deviation, channels last in memory."""
        mean = torch.tensor(self.mean, device=images.device).view(1, 3, 1, 1)
        std = torch.tensor(self.std, device=images.device).view(1, 3, 1, 1)
        return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


class PictureStore:
    """Pictures of a data set as squares; kept in memory once read where all of them fit into a gigabyte."""

    LARGEST = 2**30

    def __init__(self, paths: Sequence[Path], transform: Transform, keep: bool = True) -> None:
        self._paths, self._transform = paths, transform
        self._kept: dict[int, Squares] = {}
        self._keeps = keep and len(paths) * transform.size**2 * (1 if transform.grey else 3) <= self.LARGEST
        self._pool = ThreadPoolExecutor(threads())

    def batch(self, numbers: Sequence[int]) -> Squares:
        """The squares of these pictures, in order. Raises LearningError naming a picture that cannot be read."""
        return np.stack(list(self._pool.map(self._square, numbers)))

    def _square(self, number: int) -> Squares:
        if number in self._kept:
            return self._kept[number]
        square = read_or_explain(self._paths[number], self._transform)
        if self._keeps:
            self._kept[number] = square
        return square


def check_present(samples: Sequence[Sample], folder: Path) -> None:
    """Raises LearningError saying whose pictures are gone from `folder`, before hours are spent on the others."""
    gone = [sample for sample in samples if not (folder / sample.picture).is_file()]
    if not gone:
        return
    named = "; ".join(f"coin {each.coin}, {each.face} (side {each.side}, {each.picture})" for each in gone[:NAMED])
    rest = f"; and {len(gone) - NAMED:,} more" if len(gone) > NAMED else ""
    raise LearningError(
        f"{len(gone):,} of {len(samples):,} pictures {'is' if len(gone) == 1 else 'are'} missing since the snapshot "
        f"was frozen: {named}{rest}. Prepare these coins again and freeze a new snapshot."
    )


def read_or_explain(path: Path, transform: Transform) -> Squares:
    """Read a picture of a snapshot. Raises LearningError naming the picture that is damaged."""
    try:
        return transform.read(path)
    except RefusedPicture as error:
        raise LearningError(
            f"The picture {path} cannot be read: {error} Prepare its coin again and freeze a new snapshot."
        ) from error
