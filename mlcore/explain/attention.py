"""The attention of a vision transformer: which token looked at which, and how to catch it during a pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from mlcore.contract import LearningError


@dataclass(frozen=True)
class Transformer:
    """A transformer of timm in which every token looks at every other in each block."""

    attentions: tuple[nn.Module, ...]
    """One per block, in order."""
    grid: tuple[int, int]
    """Rows and columns of patches."""
    prefix: int
    """Tokens before those of the patches: the class token, registers."""
    by_class: bool
    """Whether the class token alone is answered from; else the mean of the patches."""

    def on_patches(self, relevance: torch.Tensor, size: int) -> npt.NDArray[np.float32]:
        """What the answer draws from each patch, as a map (size, size), from relevance between tokens (n, n)."""
        rows = relevance[:1] if self.by_class else relevance[self.prefix :]
        patches = rows.mean(dim=0)[self.prefix :].reshape(1, 1, *self.grid)
        shown = functional.interpolate(patches, (size, size), mode="bilinear", align_corners=False)
        return np.asarray(shown[0, 0].detach().cpu().numpy(), dtype=np.float32)


def find_transformer(net: nn.Module) -> Transformer | None:
    """The transformer in a network, or None where there is none whose tokens all look at each other."""
    for part in net.modules():
        grid = getattr(getattr(part, "patch_embed", None), "grid_size", None)
        attentions = tuple(getattr(block, "attn", None) for block in _blocks(part))
        plain = all(hasattr(each, "attn_drop") and hasattr(each, "fused_attn") for each in attentions)
        if grid and attentions and plain and hasattr(part, "num_prefix_tokens"):
            prefix = int(part.num_prefix_tokens)  # type: ignore[arg-type]
            by_class = prefix > 0 and getattr(part, "global_pool", "") == "token"
            return Transformer(attentions, (int(grid[0]), int(grid[1])), prefix, by_class)  # type: ignore[arg-type]
    return None


def _blocks(part: nn.Module) -> Iterator[nn.Module]:
    blocks = getattr(part, "blocks", ())
    return iter(blocks if isinstance(blocks, nn.ModuleList | nn.Sequential) else ())


def transformer_of(net: nn.Module) -> Transformer:
    """As `find_transformer`. Raises LearningError naming the methods that work without attention."""
    found = find_transformer(net)
    if found is None:
        raise LearningError(
            "This network has no attention over the whole picture, which Chefer relevance and rollout are read from. "
            "Take hipe, grad_cam or rise."
        )
    return found


@contextmanager
def caught_attention(transformer: Transformer) -> Iterator[list[torch.Tensor]]:
    """Give a list that a pass fills with the attention of each block (n, heads, tokens, tokens), part of the graph.

    Fused attention, which never holds these numbers, is off meanwhile.
    """
    caught: list[torch.Tensor] = []

    def catch(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        caught.append(output)

    with ExitStack() as stack:
        for attention in transformer.attentions:
            stack.callback(setattr, attention, "fused_attn", attention.fused_attn)
            attention.fused_attn = False  # type: ignore[assignment]
            dropout: nn.Module = attention.attn_drop  # type: ignore[assignment]
            stack.callback(dropout.register_forward_hook(catch).remove)
        yield caught
