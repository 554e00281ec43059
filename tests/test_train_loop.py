"""The one loop: what it averages, when it stops, how fast each layer learns, and what it says when it cannot go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import mlcore.learner
import mlcore.precision
from mlcore.averaging import Average
from mlcore.checkpoint import Checkpoints
from mlcore.commands.train import fitting_config
from mlcore.contract import LearningError
from mlcore.distributed import Crew
from mlcore.learner import Learner, Standing
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import ConceptNet, make_net
from mlcore.optimisers import make_optimiser, set_learning_rate
from mlcore.precision import Precision, training_type
from mlcore.train_loop import Plan, fit
from tests.coin_drawings import TINY, Heard
from tests.toy_run import ToyRun

CPU = torch.device("cpu")
PLAN = Plan(epochs=4, optimiser="sgd", learning_rate=0.01, momentum=0.9, weight_decay=0.0, schedule="constant")


class Sums:
    """Learn to add: three batches of eight an epoch. `scores` are what validation is to find, epoch by epoch."""

    steps = 3
    by_loss = False

    def __init__(self, scores: list[float] | None = None) -> None:
        self.scores, self.validated = scores, list[dict[str, torch.Tensor]]()

    def batches(self, epoch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        random = torch.Generator().manual_seed(epoch)
        for _ in range(self.steps):
            inputs = torch.randn(8, 4, generator=random)
            yield inputs, inputs.sum(dim=1, keepdim=True)

    def loss(self, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return nn.functional.mse_loss(outputs, labels)

    def known(self, labels: torch.Tensor) -> float:
        return float(len(labels))

    def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
        self.validated.append({name: value.clone() for name, value in net.state_dict().items()})
        found = float(self.loss(net.eval()(torch.eye(4)), torch.ones(4, 1)))
        return found, self.scores[len(self.validated) - 1] if self.scores else None


def make_adder(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))


def learn(net: nn.Module, folder: Path, lesson: Sums | None = None, **changed: Any) -> tuple[Standing, Heard]:
    heard = Heard()
    standing = fit(net, lesson or Sums(), replace(PLAN, **changed), Checkpoints(folder, "run"), heard)
    return standing, heard


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    runs = [learn(make_adder(), tmp_path / name, ema=0.9)[0].epochs for name in ("one", "two")]
    for row in (row for rows in runs for row in rows):
        row.pop("images_per_second")
    assert runs[0] == runs[1]
    assert learn(make_adder(seed=1), tmp_path / "other")[0].epochs[0]["train_loss"] != runs[0][0]["train_loss"]


def test_what_is_dropped_at_random_is_the_same_after_going_on(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop_after_two(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == 2:
            raise Enough

    learn(whole := make_adder(), tmp_path / "whole", ema=0.9)
    net = make_adder()
    with pytest.raises(Enough):
        fit(net, Sums(), replace(PLAN, ema=0.9), Checkpoints(tmp_path / "cut", "run"), stop_after_two)
    torch.manual_seed(99)
    learn(resumed := make_adder(seed=5), tmp_path / "cut", ema=0.9)
    assert all(torch.equal(value, whole.state_dict()[name]) for name, value in resumed.state_dict().items())


def test_patience_ends_a_run_that_gets_no_better_and_the_best_weights_are_kept(tmp_path: Path) -> None:
    lesson = Sums(scores=[0.3, 0.6, 0.5, 0.6, 0.9])
    standing, heard = learn(net := make_adder(), tmp_path, lesson, epochs=9, patience=2)
    assert (standing.epoch, standing.best_epoch) == (4, 2)
    assert heard[-1] == {"event": "notice", "message": "Stopped after epoch 4: none was better than epoch 2."}
    assert all(torch.equal(value, lesson.validated[1][name]) for name, value in net.state_dict().items())


def test_without_patience_all_epochs_are_gone_through(tmp_path: Path) -> None:
    standing, heard = learn(make_adder(), tmp_path, Sums(scores=[0.9, 0.5, 0.4, 0.3]))
    assert (standing.epoch, standing.best_epoch) == (4, 1) and heard[-1]["event"] == "epoch"


def test_an_average_follows_slowly_after_a_quick_start_and_counts_what_is_counted() -> None:
    net = nn.BatchNorm1d(1)
    average = Average(net, decay=0.5)
    with torch.no_grad():
        net.weight.fill_(3.0)
        net.num_batches_tracked.fill_(7)
        average.update(net)
        first = 1 + (3 - 1) * (1 - 2 / 11)  # at the first step 2/11 of the old is kept
        assert average.weights["weight"].item() == pytest.approx(first)
        assert average.weights["num_batches_tracked"].item() == 7
        average.steps = 100
        average.update(net)
    assert average.weights["weight"].item() == pytest.approx((first + 3) / 2)
    with average.shown_by(net):
        assert net.weight.item() == pytest.approx((first + 3) / 2)
    assert net.weight.item() == 3


def test_averaged_weights_are_validated_and_kept_while_others_are_trained(tmp_path: Path) -> None:
    lesson, plain = Sums(), Sums()
    learn(net := make_adder(), tmp_path / "averaged", lesson, ema=0.9)
    learn(make_adder(), tmp_path / "plain", plain)
    best = min(lesson.validated, key=lambda weights: abs(weights["3.weight"] - net.state_dict()["3.weight"]).sum())
    assert all(torch.equal(value, best[name]) for name, value in net.state_dict().items())
    assert not torch.equal(lesson.validated[0]["0.weight"], plain.validated[0]["0.weight"])


def test_layers_near_the_input_learn_more_slowly_and_the_head_at_full_rate() -> None:
    net = make_net(build_backbone("test_vit", 32), 2, CPU)
    plan = replace(PLAN, layer_decay=0.5, weight_decay=0.1)
    optimiser = make_optimiser(net, plan)
    set_learning_rate(optimiser, 0.0, plan)
    names = {id(each): name for name, each in net.named_parameters()}
    groups = {names[id(each)]: group for group in optimiser.param_groups for each in group["params"]}
    assert set(groups) == set(names.values())
    rates = {name: group["lr"] for name, group in groups.items()}
    assert rates["head.weight"] == rates["head.bias"] == plan.learning_rate
    last = max(int(name.split(".")[2]) for name in rates if ".blocks." in name)
    blocks = [rates[f"backbone.blocks.{number}.mlp.fc1.weight"] for number in range(last + 1)]
    assert blocks == [plan.learning_rate * 0.5 ** (last - number) for number in range(last + 1)]
    assert rates["backbone.patch_embed.proj.weight"] == blocks[0] / 2
    assert groups["head.weight"]["weight_decay"] == 0.1 and groups["head.bias"]["weight_decay"] == 0


@pytest.mark.parametrize("layer_decay", [1.0, 0.5])
def test_frozen_parameters_are_not_moved(layer_decay: float) -> None:
    net = make_net(build_backbone("test_vit", 32), 2, CPU)
    for parameter in net.backbone.parameters():
        parameter.requires_grad = False
    optimiser = make_optimiser(net, replace(PLAN, layer_decay=layer_decay, optimiser="adamw"))
    moved = [each for group in optimiser.param_groups for each in group["params"]]
    assert {id(each) for each in moved} == {id(each) for each in net.head.parameters()}


def test_layers_that_ask_for_it_stay_at_rest_while_others_learn(tmp_path: Path) -> None:
    class Resting(nn.Sequential):
        def keep_at_rest(self) -> None:
            self[1].eval()

    torch.manual_seed(0)
    net = Resting(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    learn(net, tmp_path)
    assert net[1].running_mean.abs().max() == 0 and net[1].num_batches_tracked == 0


def test_a_lesson_judged_by_loss_tells_its_score_and_keeps_the_epoch_of_the_smallest_loss(tmp_path: Path) -> None:
    lesson = Sums([0.9, 0.1, 0.1])
    lesson.by_loss = True
    standing, _ = learn(make_adder(), tmp_path, lesson, epochs=3)
    losses = [row["validation_loss"] for row in standing.epochs]
    assert [row["validation_ap"] for row in standing.epochs] == [0.9, 0.1, 0.1]
    assert standing.best_epoch == 1 + losses.index(min(losses)) != 1


def test_a_loss_that_runs_away_names_the_epoch_and_what_to_do(tmp_path: Path) -> None:
    message = r"The loss became (inf|nan) in epoch \d\. Start again with a learning_rate of 1e\+08 instead of 1e\+09"
    with pytest.raises(LearningError, match=message):
        learn(nn.Linear(4, 1), tmp_path, learning_rate=1e9, momentum=0.0, epochs=9)


def test_a_validation_that_is_no_number_is_told_in_the_same_words(tmp_path: Path) -> None:
    class Blind(Sums):
        def validate(self, net: nn.Module) -> tuple[float | None, float | None]:
            return float("nan"), 0.5

    with pytest.raises(
        LearningError, match=r"The loss became nan in epoch 1\. Start again with a learning_rate of 0\.001"
    ):
        learn(make_adder(), tmp_path, Blind())
    assert not list(tmp_path.glob("*.json"))


def card_is_full() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8 GiB")


def memory_is_full() -> None:
    torch.empty(2**55, dtype=torch.uint8)


@pytest.mark.parametrize("ask_too_much", [card_is_full, memory_is_full])
def test_memory_that_runs_out_names_the_batch_size_and_a_smaller_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask_too_much: Callable[[], None]
) -> None:
    real = ConceptNet.forward

    def forward(net: ConceptNet, images: torch.Tensor) -> torch.Tensor:
        if net.training:
            ask_too_much()
        return real(net, images)

    monkeypatch.setattr(ConceptNet, "forward", forward)
    message = r"Memory ran out with batch_size 8\. Start again with batch_size 4 or a smaller image_size"
    with pytest.raises(LearningError, match=message):
        ToyRun(tmp_path, TINY).train_here("full")


def test_half_the_bits_are_used_only_while_learning_and_only_where_they_pay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[torch.dtype] = []
    net = make_adder()
    net[3].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    monkeypatch.setattr(mlcore.precision, "half_precision_pays", lambda device: True)
    learn(net, tmp_path / "half", mixed_precision=True, epochs=1)
    assert seen == [torch.bfloat16] * Sums.steps + [torch.float32]
    assert {value.dtype for value in net.state_dict().values()} == {torch.float32, torch.int64}
    monkeypatch.setattr(mlcore.precision, "half_precision_pays", lambda device: False)
    _, heard = learn(make_adder(), tmp_path / "whole", mixed_precision=True, epochs=1)
    assert "no 16-bit arithmetic" in heard[0]["message"]
    assert training_type(torch.device("cuda"), wanted=True) == torch.float16
    assert training_type(torch.device("cuda"), wanted=False) == torch.float32


def test_the_scale_of_a_16_bit_loss_is_taken_up_again() -> None:
    first, second = (Learner(make_adder(), PLAN) for _ in range(2))
    for learner in (first, second):
        learner.precision = Precision(CPU, torch.float16)
    outputs = first.net(torch.randn(8, 4))
    first.precision.step(outputs.sum() * float("inf"), first.optimiser)  # what does not fit halves the scale
    assert first.precision.scaler.get_scale() == 2**15 and second.precision.scaler.get_scale() == 2**16
    second.unpack(*first.pack())
    assert second.precision.scaler.state_dict() == first.precision.scaler.state_dict()


def test_a_run_that_goes_on_in_more_processes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = Learner(make_adder(), PLAN).pack()
    assert Learner(make_adder(), PLAN).unpack(*packed) == []

    class OfTwo(Crew):
        rank, size = 1, 2

    monkeypatch.setattr(mlcore.learner, "crew", OfTwo)
    (sentence,) = Learner(make_adder(), PLAN).unpack(*packed)
    assert "began with 1 processes and goes on with 2" in sentence


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"warmup": 3}, "warmup is not a setting of this kind"),
        ({"optimiser": "rmsprop"}, "optimiser is 'rmsprop'"),
        ({"epochs": "many"}, "epochs is 'many'"),
    ],
)
def test_settings_of_an_older_version_are_refused_with_a_sentence(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(LearningError, match=said) as refused:
        fitting_config("concept_vit", settings)
    assert "start a new run with those of today" in str(refused.value)


def test_settings_that_an_older_version_did_not_have_keep_their_defaults() -> None:
    assert fitting_config("concept_vit", {"epochs": 3}).patience == 0
