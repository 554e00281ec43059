"""Attention rollout: where what the answer is read from came from, followed back through all blocks.

Abnar and Zuidema, "Quantifying attention flow in transformers", 2020. It knows no concept: the map is the same for all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mlcore.explain.attention import caught_attention, transformer_of
from mlcore.explain.methods import spread


@torch.no_grad()
def rollout(net: nn.Module, image: torch.Tensor) -> npt.NDArray[np.float32]:
    """Map (size, size) in 0..1 for one scaled picture (1, 3, size, size), in one pass.

    Heads are averaged, and half of each token is taken to go past the attention (the residual). Raises LearningError
    for a network without attention over the whole picture.
    """
    transformer = transformer_of(net)
    with caught_attention(transformer) as attentions:
        net(image)
    identity = torch.eye(attentions[0].shape[-1], device=image.device)
    flow = identity
    for attention in attentions:
        flow = (attention.float().mean(dim=1)[0] + identity) / 2 @ flow
    return spread(transformer.on_patches(flow, image.shape[-1]))
