"""Several processes learn together: the same figures as one, one voice, one end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from timm.layers import BatchNormAct2d, convert_sync_batchnorm

from mlcore.distributed import Crew
from tests.coin_drawings import TINY
from tests.running_site import descendants, eventually, is_alive
from tests.toy_run import IN_TWO, ToyRun, curve_in, figures_in

VIT = TINY | {"backbone": "test_vit", "epochs": 2, "optimiser": "sgd", "learning_rate": 0.05, "seed": 3, "ema": 0.5}
STEPS = 3


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> ToyRun:
    return ToyRun(tmp_path_factory.mktemp("toy"), VIT)


def test_two_processes_give_the_same_curve_as_one_with_the_same_batches(toy: ToyRun) -> None:
    toy.train_here("one")
    code, events = toy.run("two", *IN_TWO, "mlcore")
    assert code == 0
    assert [event["event"] for event in events if event["event"] != "progress"] == ["epoch", "epoch", "done"]
    one, two = curve_in(toy.folder / "one"), curve_in(toy.folder / "two")
    assert len(one) == 2
    for row, shared_row in zip(one, two, strict=True):
        assert shared_row == pytest.approx(row, rel=1e-4)
    alone, together = figures_in(toy.folder / "one"), figures_in(toy.folder / "two")
    seen, seen_by_two = (torch.tensor(each["test_file"]["probabilities"]) for each in (alone, together))
    assert torch.allclose(seen, seen_by_two, atol=1e-3)  # where the machine can, pictures are measured in 16 bits
    assert together["test"]["mean"]["ap"] == pytest.approx(alone["test"]["mean"]["ap"])
    assert json.loads((toy.folder / "two" / "result.json").read_text())["device"].startswith("2 × ")


def test_a_lost_process_ends_the_others_and_the_run_goes_on_with_the_same_figures(
    toy: ToyRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILLED_RANK", "1")
    killed = (*IN_TWO, "tests.interrupted", "mlcore.train_loop:set_learning_rate", str(STEPS + 2))
    code, events = toy.run("lost", *killed, stderr=subprocess.DEVNULL)
    assert code and not [event for event in events if event["event"] in ("failed", "done")]
    code, events = toy.run("lost", *IN_TWO, "mlcore")
    assert code == 0
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [2]
    assert not [event for event in events if event["event"] == "notice"]
    if not (toy.folder / "two").exists():
        toy.run("two", *IN_TWO, "mlcore")
    assert figures_in(toy.folder / "lost") == figures_in(toy.folder / "two")


@pytest.mark.slow
def test_the_reason_of_any_process_is_told(toy: ToyRun, tmp_path: Path) -> None:
    harmed = ToyRun(tmp_path, VIT)
    (tmp_path / "pictures" / "9.png").write_bytes(b"no picture")
    code, events = harmed.run("harmed", *IN_TWO, "mlcore", stderr=subprocess.DEVNULL)
    reasons = [event["reason"] for event in events if event["event"] == "failed"]
    assert code and "9.png cannot be read" in reasons[0]


@pytest.mark.slow
def test_no_process_outlives_whoever_started_torchrun(toy: ToyRun, tmp_path: Path) -> None:
    long = ToyRun(tmp_path, VIT | {"epochs": 1000})
    begin = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    starter = long.start("orphan", sys.executable, "-c", begin, *IN_TWO, "mlcore", stderr=subprocess.DEVNULL)
    assert starter.stdout
    next(line for line in starter.stdout if '"training"' in line)
    family = list(descendants(starter.pid))
    assert len(family) >= 3  # torchrun and two of ours
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    eventually(lambda: not any(map(is_alive, family)), seconds=30)


def test_a_kind_that_learns_in_one_process_says_so(tmp_path: Path) -> None:
    from mlcore.commands.train import check_processes
    from mlcore.contract import LearningError

    with pytest.MonkeyPatch.context() as patch:
        check_processes("ner")
        patch.setenv("WORLD_SIZE", "2")
        check_processes("concept_vit")
        with pytest.raises(LearningError, match="2 processes were started, and ner learns in one"):
            check_processes("ner")


@pytest.mark.parametrize(("count", "size"), [(7, 3), (2, 4), (0, 2), (8, 4)])
def test_shares_follow_each_other_and_differ_by_one_at_most(count: int, size: int) -> None:
    shares: list[list[int]] = []
    for rank in range(size):
        member = Crew()
        member.rank, member.size = rank, size
        shares.append(list(range(count))[member.share(range(count))])
    assert [each for share in shares for each in share] == list(range(count))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_layers_that_scale_by_batch_keep_their_activation_when_they_are_shared_among_cards() -> None:
    """torch's own conversion would take the activation out of timm's layers."""
    layer = torch.nn.Sequential(BatchNormAct2d(3)).eval()
    images = torch.randn(2, 3, 4, 4)
    before = layer(images).detach()
    assert torch.allclose(convert_sync_batchnorm(layer).eval()(images), before) and float(before.min()) >= 0
