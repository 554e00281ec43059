"""Grad-CAM: the last map of features, its channels weighted by how much each raises the answer.

Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2017, by captum.
Networks of tokens are asked at the entrance of their last block: behind it the answer no longer depends on the patches
where it is read from the class token.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import nn

from mlcore.contract import LearningError
from mlcore.explain.methods import spread


@dataclass(frozen=True)
class Stage:
    """The last part of a network that still knows places."""

    module: nn.Module
    channels: int
    prefix: int
    """Tokens before those of the patches, where it works on tokens."""
    probe: nn.Module = field(default_factory=nn.Identity)
    """What the map of features (n, channels, height, width) passes through while it is watched."""


def grad_cam(net: nn.Module, image: torch.Tensor, column: int = 0) -> npt.NDArray[np.float32]:
    """Map (size, size) in 0..1 for one answer (a column of the logits) to one scaled picture (1, 3, size, size); all 0
    where nothing raises the answer.

    One pass forward and one back. Raises LearningError for a network without a map of features.
    """
    stage = find_stage(net)
    if stage is None:
        raise LearningError("This network has no map of features that Grad-CAM could be read from. Take hipe or rise.")
    with torch.inference_mode(False), torch.enable_grad(), _watched(stage):
        method = LayerGradCam(lambda images: net(images)[:, column], stage.probe)
        found = method.attribute(image.clone().requires_grad_(), relu_attributions=True)
    size = (image.shape[-2], image.shape[-1])
    shown = LayerAttribution.interpolate(found.detach().float(), size, "bilinear")
    return spread(np.asarray(shown[0, 0].cpu().numpy(), dtype=np.float32))


def find_stage(net: nn.Module) -> Stage | None:
    """The last stage that timm names in a backbone, else the last convolution, else None."""
    for part in net.modules():
        stages = getattr(part, "feature_info", None)
        if stages:
            last: dict[str, Any] = stages[-1]
            prefix = int(getattr(part, "num_prefix_tokens", 0))
            return Stage(part.get_submodule(last["module"]), int(last["num_chs"]), prefix)
    convolutions = [part for part in net.modules() if isinstance(part, nn.Conv2d)]
    return Stage(convolutions[-1], convolutions[-1].out_channels, 0) if convolutions else None


@contextmanager
def _watched(stage: Stage) -> Iterator[None]:
    """Send the features of the stage through its probe: tokens on their way in, maps on their way out."""

    def entering(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...] | None:
        return (_through_grid(stage, inputs[0]), *inputs[1:]) if inputs[0].ndim == 3 else None

    def leaving(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor | None:
        if output.ndim != 4:
            return None
        last = output.shape[1] != stage.channels
        seen: torch.Tensor = stage.probe(output.permute(0, 3, 1, 2) if last else output)
        # a copy goes on, for a ReLU that works in place would change what is watched
        return (seen.permute(0, 2, 3, 1) if last else seen).clone()

    handles: list[Any] = [stage.module.register_forward_pre_hook(entering), stage.module.register_forward_hook(leaving)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _through_grid(stage: Stage, tokens: torch.Tensor) -> torch.Tensor:
    """Lay the tokens of patches (n, tokens, channels) out as a map, send it through the probe and line it up again."""
    count = tokens.shape[1]
    prefix = stage.prefix if math.isqrt(count - stage.prefix) ** 2 == count - stage.prefix else 0
    side = math.isqrt(count - prefix)
    if side**2 != count - prefix:
        raise LearningError(f"The {count} tokens of this network are no square of patches. Take hipe or rise.")
    grid = tokens[:, prefix:].transpose(1, 2).reshape(len(tokens), -1, side, side)
    seen = stage.probe(grid).flatten(2).transpose(1, 2)
    return torch.cat([tokens[:, :prefix], seen], dim=1)
