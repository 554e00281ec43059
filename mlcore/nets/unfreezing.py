"""Which parts of a pretrained backbone learn on: none, the last blocks, or all."""

from __future__ import annotations

from timm.models import group_parameters
from torch import nn

from mlcore.contract import LearningError


def blocks_of(backbone: nn.Module) -> list[list[str]]:
    """Names of the parameters of each block, from the picture to the features, by the grouping that timm knows.

    Scales and shifts that stand alone, as a last norm does, belong to the block before them. What comes before the
    first block (the cutting into patches, the first convolution) is a block of its own.
    """
    groups: dict[int, list[str]] = group_parameters(backbone, backbone.group_matcher(coarse=False))  # type: ignore[operator]
    parameters = dict(backbone.named_parameters())
    blocks: list[list[str]] = []
    for number in sorted(groups):
        names = [name for name in groups[number] if name in parameters]
        if blocks and all(parameters[name].ndim <= 1 for name in names):
            blocks[-1] += names
        else:
            blocks.append(names)
    return blocks


def freeze_but_last(backbone: nn.Module, count: int) -> None:
    """Let only the last `count` blocks learn. Raises LearningError where there are fewer, or none that timm knows."""
    if count and not hasattr(backbone, "group_matcher"):
        raise LearningError(
            f"unfrozen_blocks is {count} and timm does not say which blocks a {type(backbone).__name__} has. "
            "Set it to 0, or frozen to false to train the whole backbone on."
        )
    blocks = blocks_of(backbone) if count else []
    if count > len(blocks):
        raise LearningError(
            f"unfrozen_blocks is {count} and the backbone has {len(blocks)} blocks. Choose fewer, or set frozen "
            "to false to train all of it on."
        )
    learning = {name for block in blocks[len(blocks) - count :] for name in block}
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(name in learning)
