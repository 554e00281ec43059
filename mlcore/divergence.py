"""A loss that ran away: it is no number any more."""

from __future__ import annotations

import math

from mlcore.contract import LearningError


class Diverged(LearningError):
    """The loss became infinite or NaN; the message names the learning rate to try instead."""

    def __init__(self, loss: float, epoch: int, learning_rate: float) -> None:
        """`epoch`: from 1."""
        super().__init__(
            f"The loss became {loss} in epoch {epoch}. Start again with a learning_rate of {learning_rate / 10:g} "
            f"instead of {learning_rate:g}."
        )
        self.loss = loss


def checked(loss: float, epoch: int, learning_rate: float) -> float:
    """The loss. Raises Diverged where it is no number."""
    if not math.isfinite(loss):
        raise Diverged(loss, epoch, learning_rate)
    return loss
