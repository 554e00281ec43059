"""Relevance of tokens, passed from block to block along attention that raises the answer.

Chefer, Gur and Wolf, "Generic attention-model explainability for interpreting bi-modal and encoder-decoder
transformers", 2021: the rule for self-attention.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mlcore.explain.attention import caught_attention, transformer_of
from mlcore.explain.methods import spread


def chefer(net: nn.Module, image: torch.Tensor, column: int = 0) -> npt.NDArray[np.float32]:
    """Map (size, size) in 0..1 for one answer (a column of the logits) to one scaled picture (1, 3, size, size).

    One pass forward and one back. The identity from which relevance starts adds the same to every patch and is left
    out: beside it small relevance would be lost to rounding. Raises LearningError for a network without attention over
    the whole picture.
    """
    transformer = transformer_of(net)
    with torch.inference_mode(False), torch.enable_grad(), caught_attention(transformer) as attentions:
        logit = net(image.clone().requires_grad_())[0, column]
        gradients = torch.autograd.grad(logit, attentions)
    relevance = torch.zeros(attentions[0].shape[-2:], device=image.device)
    for attention, gradient in zip(attentions, gradients, strict=True):
        weight = (gradient.float() * attention.detach().float()).clamp(min=0).mean(dim=1)[0]
        relevance = relevance + weight + weight @ relevance
    return spread(transformer.on_patches(relevance, image.shape[-1]))
