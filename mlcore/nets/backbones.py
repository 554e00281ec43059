"""Networks of timm by name, with random weights or with pretrained ones from a file. Only safetensors are read."""

from __future__ import annotations

import difflib
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from mlcore.contract import LearningError
from mlcore.nets.unfreezing import freeze_but_last
from mlcore.nets.weights import fetch_from_hub, find_in_folder

Scaling = tuple[float, ...]


@dataclass(frozen=True)
class BackboneChoice:
    """Which backbone, from where, and what it is to see."""

    name: str
    weights: Literal["scratch", "hub", "folder"]
    folder: Path
    """Where weights are, for weights = folder."""
    frozen: bool
    size: int
    """Edge of its pictures in pixels."""
    unfrozen_blocks: int = 0
    """How many of the last blocks of a frozen backbone learn on."""

    @property
    def at_rest(self) -> bool:
        """Whether nothing of it learns, so that passes through it can be kept."""
        return self.frozen and not self.unfrozen_blocks


def open_backbone(choice: BackboneChoice) -> tuple[nn.Module, Scaling, Scaling]:
    """The chosen backbone, its frozen parts marked, and the mean and deviation that its first weights are used to.

    Raises LearningError.
    """
    net = build_backbone(choice.name, choice.size)
    if choice.weights == "folder":
        load_weights(net, choice.name, find_in_folder(choice.name, choice.folder))
    if choice.weights == "hub":
        load_weights(net, choice.name, fetch_from_hub(choice.name))
    if choice.frozen:
        freeze_but_last(net, choice.unfrozen_blocks)
    mean, std = scaling_of(choice.name, pretrained=choice.weights != "scratch")
    return net, mean, std


def check_name(name: str) -> None:
    """Raises LearningError with near matches for a name that timm does not know."""
    if timm.is_model(name):
        tagged = timm.list_pretrained(f"{name.partition('.')[0]}.*")
        if "." not in name or name in tagged:
            return
        raise LearningError(f"backbone is {name!r}; timm has these weights for it: {', '.join(tagged) or 'none'}.")
    near = difflib.get_close_matches(name.partition(".")[0], timm.list_models(), n=5, cutoff=0.5)
    hint = f" Near it are {', '.join(near)}." if near else ""
    raise LearningError(f"backbone is {name!r}, which the library timm does not know.{hint}")


def build_backbone(name: str, size: int) -> nn.Module:
    """A network with random weights that gives pooled features for pictures of size x size pixels.

    Raises LearningError for an unknown name, or where the network cannot see pictures of that size.
    """
    check_name(name)
    try:
        net = _create(name, size)
        with torch.inference_mode():
            net.eval()(torch.zeros(1, 3, size, size))
    except (RuntimeError, AssertionError, ValueError) as error:
        raise LearningError(
            f"The backbone {name} cannot see pictures of image_size {size} ({error}). "
            "Take the size in its name, mostly 224."
        ) from error
    return net


def _create(name: str, size: int) -> nn.Module:
    architecture = name.partition(".")[0]
    try:
        net: nn.Module = timm.create_model(architecture, num_classes=0, img_size=size)
    except TypeError:  # convolutional networks take any size and know no such argument
        net = timm.create_model(architecture, num_classes=0)
    return net


def width_of(net: nn.Module) -> int:
    """How many pooled features a backbone gives; MobileNets have a layer behind what they call their features."""
    return int(getattr(net, "head_hidden_size", net.num_features))  # type: ignore[arg-type]


def scaling_of(name: str, pretrained: bool) -> tuple[Scaling, Scaling]:
    """Mean and deviation per channel that the weights are used to; one half for weights drawn at random."""
    about = timm.models.get_pretrained_cfg(name) if pretrained else None
    half = (0.5, 0.5, 0.5)
    return (about.mean, about.std) if about else (half, half)


def load_weights(net: nn.Module, name: str, path: Path) -> None:
    """Put pretrained weights into a backbone. Raises LearningError where they are damaged or of another shape."""
    try:
        weights = load_file(path)
        fit = getattr(sys.modules[type(net).__module__], "checkpoint_filter_fn", None)
        weights = _without_classifier(fit(weights, net) if fit else weights, name)
        _check_shapes(net, name, path, weights)
        missing, extra = net.load_state_dict(weights, strict=False)
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        reason = str(error).strip().splitlines()
        raise LearningError(
            f"The weights {path} do not fit the backbone {name} ({' '.join(reason[:2])}). Put its own weights there."
        ) from error
    if missing or extra:
        raise LearningError(
            f"The weights {path} are those of another network than {name}: {len(missing)} parts are missing, "
            f"{len(extra)} are unknown (for example {(missing + extra)[0]}). Put its own weights there."
        )


def _check_shapes(net: nn.Module, name: str, path: Path, weights: dict[str, torch.Tensor]) -> None:
    """Raises LearningError naming a weight of another shape, with the shape that is wanted."""
    wanted = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    for key, value in weights.items():
        if wanted.get(key, tuple(value.shape)) != tuple(value.shape):
            raise LearningError(
                f"The weights {path} do not fit the backbone {name}: {key} has the shape {tuple(value.shape)}, and "
                f"{wanted[key]} is expected. Put its own weights there."
            )


def _without_classifier(weights: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    about = timm.models.get_pretrained_cfg(name)
    names = about.classifier if about and about.classifier else ()
    heads = (names,) if isinstance(names, str) else tuple(names)
    return {key: value for key, value in weights.items() if not key.startswith(tuple(f"{head}." for head in heads))}


def fingerprint(net: nn.Module) -> str:
    """SHA-256 over names and values of all weights."""
    digest = hashlib.sha256()
    for name, value in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(_bytes_of(value))
    return digest.hexdigest()


def _bytes_of(value: torch.Tensor) -> Any:
    return value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
