"""Changes pictures at random as photographers do: turned a little, nearer or farther, darker or brighter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional


def evenly_turned(count: int, farthest: float) -> tuple[float, ...]:
    """So many angles in degrees, evenly from -farthest to farthest; none for one picture as it is."""
    if count == 1:
        return ()
    return tuple(round(farthest * (2 * number / (count - 1) - 1), 6) for number in range(count))


def turned(images: torch.Tensor, degrees: float) -> torch.Tensor:
    """All of (n, channels, height, width) turned about the middle; what comes in at the edges repeats them."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    rows = torch.tensor([[cos, -sin, 0.0], [sin, cos, 0.0]], device=images.device).expand(len(images), 2, 3)
    grid = functional.affine_grid(rows, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


@dataclass(frozen=True)
class Augmentation:
    """How far pictures may be changed."""

    rotation: float
    """Degrees either way."""
    scale: float
    """Share by which a picture grows or shrinks; it is shifted by a third of that."""
    brightness: float
    """Share by which brightness and contrast change."""
    mirror: bool
    """Whether half of the pictures are mirrored."""

    @staticmethod
    def draw(count: int, random: torch.Generator) -> torch.Tensor:
        """What makes the changes of so many pictures: (7, count) in -1..1; `random` lives on the CPU."""
        return 2 * torch.cat([torch.rand(5, count, generator=random), torch.rand(2, count, generator=random)]) - 1

    def __call__(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """Change each of (n, 3, height, width) in 0..1 in its own way, as `draw` says."""
        return self._lit(self._moved(images, drawn[:5]), drawn[5:])

    def _moved(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        turn, size, right, down, side = drawn.unbind()
        angle = turn * math.radians(self.rotation)
        size = torch.exp(size * math.log1p(self.scale))
        flip = torch.where(side < 0, -1.0, 1.0) if self.mirror else torch.ones(len(images))
        cos, sin, shift = torch.cos(angle) * size, torch.sin(angle) * size, self.scale / 3
        rows = [torch.stack([flip * cos, -sin, right * shift], 1), torch.stack([flip * sin, cos, down * shift], 1)]
        grid = functional.affine_grid(torch.stack(rows, 1).to(images.device), list(images.shape), align_corners=False)
        return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def _lit(self, images: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        light, contrast = (1 + self.brightness * drawn).view(2, -1, 1, 1, 1).unbind()
        middle = images.mean(dim=(1, 2, 3), keepdim=True)
        changed = (images - middle) * contrast.to(images.device) + middle * light.to(images.device)
        return changed.clamp(0, 1)
