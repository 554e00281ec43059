"""Settings of a concept model that say opposite things. Loads no torch: the form and the API ask it."""

from __future__ import annotations

from typing import Any

from mlcore.contract import LearningError


def check_together(config: Any) -> None:
    """Raise LearningError naming two settings of a Config of concept_vit that contradict each other."""
    for contradicts, sentence in (*_of_backbone(config), *_of_learning(config)):
        if contradicts:
            raise LearningError(sentence)


def _of_backbone(config: Any) -> list[tuple[bool, str]]:
    at_rest = config.frozen and not config.unfrozen_blocks
    return [
        (
            config.frozen and config.weights == "scratch",
            "frozen is true and weights is 'scratch': a backbone of random numbers would never learn. "
            "Choose weights 'hub' or 'folder', or set frozen to false.",
        ),
        (
            config.weights == "folder" and not config.weights_folder.strip(),
            "weights is 'folder' and weights_folder is '': name the folder that holds the weights.",
        ),
        (
            bool(config.unfrozen_blocks) and not config.frozen,
            f"unfrozen_blocks is {config.unfrozen_blocks} and frozen is false: the whole backbone learns on already. "
            "Set unfrozen_blocks to 0, or frozen to true.",
        ),
        (
            config.layer_decay < 1 and at_rest,
            f"layer_decay is {config.layer_decay:g} and no block of the frozen backbone learns on. "
            "Set layer_decay to 1, or unfreeze blocks by unfrozen_blocks or by setting frozen to false.",
        ),
        (
            config.mixed_precision and at_rest,
            "mixed_precision is true and no block of the frozen backbone learns on: its passes are computed in 16 bits "
            "anyway, where the machine can. Set mixed_precision to false, or unfreeze blocks by unfrozen_blocks.",
        ),
    ]


def _of_learning(config: Any) -> list[tuple[bool, str]]:
    return [
        (
            bool(config.logit_adjustment) and config.positive_weights,
            f"logit_adjustment is {config.logit_adjustment:g} and positive_weights is true: both make up for rare "
            "concepts, and together they do it twice. Set positive_weights to false, or logit_adjustment to 0.",
        ),
        (
            config.loss == "asymmetric" and config.asymmetric_positive > config.asymmetric_negative,
            f"asymmetric_positive is {config.asymmetric_positive:g} and asymmetric_negative is "
            f"{config.asymmetric_negative:g}: present labels, the rarer ones, would count less than absent ones. "
            "Choose an asymmetric_positive of at most asymmetric_negative.",
        ),
        (
            config.test_time_rotations > 1 and not config.test_time_angle,
            f"test_time_angle is 0 and test_time_rotations is {config.test_time_rotations}: every turn would show the "
            "same. Choose an angle, or set test_time_rotations to 1.",
        ),
    ]
