"""The losses of concepts, against their formulas written out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from mlcore.losses.choice import LossChoice, make_loss
from mlcore.losses.masked import MaskedLoss
from mlcore.losses.prevalence import logit_offsets, positive_weights

CPU = torch.device("cpu")
LABELS = np.array([[1, 0, 0], [0, 0, 1], [0, 1, -1], [0, -1, -1]])
LOGITS = torch.tensor([[2.0, -1.0, 0.3], [0.5, 3.0, -4.0], [-0.2, 1.5, 9.0], [1.0, -7.0, 9.0]])
ALONE = {"positive_weights": False}


def loss_of(labels: np.ndarray = LABELS, **choice: object) -> MaskedLoss:
    return make_loss(LossChoice(**choice), labels, CPU)


def by_hand(each: Callable[[float, float, int], float], logits: torch.Tensor = LOGITS) -> float:
    """Mean over known labels of `each(p, target, concept)`, p being the probability of present."""
    found = []
    for row, labels in zip(logits.tolist(), LABELS.tolist(), strict=True):
        for concept, (logit, label) in enumerate(zip(row, labels, strict=True)):
            if label >= 0:
                found.append(each(1 / (1 + math.exp(-logit)), float(label), concept))
    return sum(found) / len(found)


def cross_entropy(p: float, target: float) -> float:
    return -target * math.log(p) - (1 - target) * math.log(1 - p)


def test_cross_entropy_weighs_present_sides_by_absent_ones() -> None:
    weights = positive_weights(LABELS)
    assert weights.tolist() == [3, 2, 1]
    assert positive_weights(np.array([[1, -1], [1, -1], [1, -1]])).tolist() == [1, 1]  # nothing to weigh against
    wanted = by_hand(lambda p, target, concept: cross_entropy(p, target) * (weights[concept] if target else 1))
    assert float(loss_of()(LOGITS, torch.from_numpy(LABELS))) == pytest.approx(wanted, rel=1e-5)


def test_the_focal_loss_is_that_of_lin_and_others() -> None:
    def each(p: float, target: float, concept: int) -> float:
        right = p if target else 1 - p
        return -((1 - right) ** 1.5) * math.log(right)

    found = loss_of(loss="focal", focal_gamma=1.5, **ALONE)(LOGITS, torch.from_numpy(LABELS))
    assert float(found) == pytest.approx(by_hand(each), rel=1e-5)
    plain = loss_of(loss="focal", focal_gamma=0.0)(LOGITS, torch.from_numpy(LABELS))
    assert float(plain) == pytest.approx(float(loss_of()(LOGITS, torch.from_numpy(LABELS))), rel=1e-5)


def test_the_asymmetric_loss_is_that_of_ridnik_and_others() -> None:
    def each(p: float, target: float, concept: int) -> float:
        lowered = max(p - 0.1, 0)
        return -((1 - p) ** 1.0) * math.log(p) if target else -(lowered**3.0) * math.log(1 - lowered)

    powers = {"asymmetric_positive": 1.0, "asymmetric_negative": 3.0, "asymmetric_margin": 0.1}
    found = loss_of(loss="asymmetric", **powers, **ALONE)(LOGITS, torch.from_numpy(LABELS))
    assert float(found) == pytest.approx(by_hand(each), rel=1e-5)


def test_absent_labels_below_the_margin_teach_nothing() -> None:
    logits = torch.full((1, 1), -4.0, requires_grad=True)  # a probability of 0.018
    loss_of(np.array([[0]]), loss="asymmetric", **ALONE)(logits, torch.tensor([[0]])).backward()
    assert float(logits.grad) == 0


def test_smoothed_labels_are_a_little_less_than_sure() -> None:
    wanted = by_hand(lambda p, target, concept: cross_entropy(p, 0.95 if target else 0.05))
    found = loss_of(label_smoothing=0.1, **ALONE)(LOGITS, torch.from_numpy(LABELS))
    assert float(found) == pytest.approx(wanted, rel=1e-5)


def test_adjusted_logits_leave_the_frequency_of_a_concept_to_the_offset() -> None:
    offsets = logit_offsets(LABELS, 0.5)
    assert offsets.tolist() == pytest.approx([0.5 * math.log(1.5 / 3.5), 0.5 * math.log(1.5 / 2.5), 0.0])
    shifted = LOGITS + torch.tensor(offsets, dtype=torch.float32)
    wanted = by_hand(lambda p, target, concept: cross_entropy(p, target), shifted)
    found = loss_of(logit_adjustment=0.5, **ALONE)(LOGITS, torch.from_numpy(LABELS))
    assert float(found) == pytest.approx(wanted, rel=1e-5)
    # a network that knows nothing but the frequency has nothing left to learn
    often = np.array([[1], [1], [1], [0]])
    knows = loss_of(often, logit_adjustment=1.0, **ALONE)
    logits = torch.zeros(4, 1, requires_grad=True)
    knows(logits, torch.from_numpy(often)).backward()
    unadjusted = (torch.sigmoid(logits.detach()) - torch.from_numpy(often)).mean()
    assert abs(float(logits.grad.sum())) < 0.06 < abs(float(unadjusted))


@pytest.mark.parametrize("loss", ["bce", "focal", "asymmetric"])
def test_unknown_labels_neither_teach_nor_weigh(loss: str) -> None:
    criterion = loss_of(loss=loss, label_smoothing=0.1)
    logits = LOGITS.clone().requires_grad_()
    criterion(logits, torch.from_numpy(LABELS)).backward()
    unknown = torch.from_numpy(LABELS) < 0
    assert (logits.grad[unknown] == 0).all() and (logits.grad[~unknown] != 0).any()
    assert float(criterion(LOGITS, torch.full((4, 3), -1))) == 0


@pytest.mark.parametrize("loss", ["bce", "focal", "asymmetric"])
def test_answers_that_are_quite_sure_give_finite_losses_and_slopes(loss: str) -> None:
    logits = torch.tensor([[200.0, -200.0], [-200.0, 200.0]], requires_grad=True)
    found = loss_of(np.array([[1, 0], [1, 0]]), loss=loss, **ALONE)(logits, torch.tensor([[1, 0], [1, 0]]))
    found.backward()
    assert math.isfinite(float(found.detach())) and torch.isfinite(logits.grad).all()


@pytest.mark.parametrize(
    "choice",
    [{}, {"positive_weights": False}, {"positive_weights": False, "logit_adjustment": 1.0}, {"logit_adjustment": 0.5}],
)
def test_an_answer_less_its_shift_is_the_log_odds_of_the_share(choice: dict[str, object]) -> None:
    """Of a network that can tell nothing: the best it can say is one logit for all sides."""
    labels = np.zeros((200, 2), dtype=int)
    labels[:10, 0] = labels[:60, 1] = 1
    labels[190:, 0] = -1
    loss, logits = loss_of(labels, **choice), torch.zeros(1, 2, requires_grad=True)
    optimiser = torch.optim.LBFGS([logits], max_iter=100, tolerance_grad=1e-9, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        found = loss(logits.expand(200, 2), torch.from_numpy(labels))
        found.backward()
        return found

    optimiser.step(step)
    wanted = [math.log(10 / 180), math.log(60 / 140)]
    assert (logits.detach().numpy()[0] - loss.shifts).tolist() == pytest.approx(wanted, abs=0.01)
