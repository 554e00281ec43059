"""Checkpoints: whole or not there, and a killed run that goes on as if nothing had been."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mlcore.checkpoint import Checkpoints, pack_optimiser, unpack_optimiser, write_tensors
from mlcore.contract import LearningError, read_snapshot, write_snapshot
from mlcore.files import write_json, written_aside
from mlcore.registry import config_from, load_kind
from tests.coin_drawings import TINY, Heard, drawn_snapshot


def state(value: float) -> dict[str, torch.Tensor]:
    return {"net.weight": torch.full((4, 4), value)}


def test_the_latest_two_are_kept(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, "run")
    for epoch in (1, 2, 3):
        kept.save(epoch, state(epoch), {"standing": {"epoch": epoch}})
    assert sorted(path.name for path in tmp_path.glob("*.safetensors")) == ["000002.safetensors", "000003.safetensors"]
    tensors, about = kept.latest()
    assert about["standing"] == {"epoch": 3} and tensors["net.weight"][0, 0] == 3


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "gone", "json"])
def test_a_damaged_checkpoint_is_refused_and_the_one_before_used(tmp_path: Path, harm: str) -> None:
    kept = Checkpoints(tmp_path, "run")
    kept.save(1, state(1), {})
    kept.save(2, state(2), {})
    newest = tmp_path / "000002.safetensors"
    content = bytearray(newest.read_bytes())
    if harm == "flip":
        content[-3] ^= 1
        newest.write_bytes(content)
    elif harm == "gone":
        newest.unlink()
    elif harm == "json":
        newest.with_suffix(".json").write_text('{"sha256": "')
    else:
        newest.write_bytes(content[: len(content) // 2] if harm == "cut" else b"")
    tensors, _ = kept.latest()
    assert tensors["net.weight"][0, 0] == 1
    assert kept.damaged == ["000002.safetensors"]


def test_weights_without_their_note_were_being_written_and_do_not_count(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, "run")
    kept.save(1, state(1), {})
    write_tensors(tmp_path / "000002.safetensors", state(2))
    assert kept.latest()[0]["net.weight"][0, 0] == 1 and not kept.damaged


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    Checkpoints(tmp_path, "run").save(1, state(1), {})
    with pytest.raises(LearningError, match="other data or settings"):
        Checkpoints(tmp_path, "another").latest()


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_an_optimiser_goes_on_as_if_it_had_not_stopped(name: str) -> None:
    made = {"adamw": lambda p: torch.optim.AdamW(p), "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)}[name]

    def step(weight: torch.nn.Parameter, optimiser: torch.optim.Optimizer) -> None:
        weight.grad = torch.ones_like(weight)
        optimiser.step()

    first = torch.nn.Parameter(torch.zeros(3))
    optimiser = made([first])
    step(first, optimiser)
    second = torch.nn.Parameter(first.detach().clone())
    resumed = made([second])
    unpack_optimiser(resumed, *(json_safe(pack_optimiser(optimiser))))
    step(first, optimiser)
    step(second, resumed)
    assert torch.equal(first, second)


def json_safe(packed):
    tensors, groups = packed
    return {name: value.clone() for name, value in tensors.items()}, json.loads(json.dumps(groups))


def test_a_failed_write_leaves_the_old_file_and_says_what_to_do(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"old": 1})
    message = r"a\.json cannot be written \(No space left on device\)\. Make room"
    with pytest.raises(LearningError, match=message), written_aside(tmp_path / "a.json") as partial:
        partial.write_text("half")
        raise OSError(28, "No space left on device")
    assert json.loads((tmp_path / "a.json").read_text()) == {"old": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_model_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LearningError, match=r"file/model\.safetensors cannot be written"):
        write_tensors(tmp_path / "file" / "model.safetensors", state(1))


def start(folder: Path, out: str) -> list[str]:
    return [
        *(sys.executable, "-m", "mlcore", "train", str(folder / "snapshot.jsonl"), "--kind", "concept_vit"),
        *("--out", str(folder / out), "--pictures", str(folder / "pictures"), "--features", str(folder / "features")),
        *("--config", str(folder / "config.json")),
    ]


def kill_after(line_with: str, arguments: list[str]) -> None:
    """Start a command and kill it, as a power cut would, once it wrote such a line."""
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if line_with in line:
            child.send_signal(signal.SIGKILL)
            break
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()


def test_a_run_that_was_killed_and_started_again_ends_with_the_same_figures(tmp_path: Path) -> None:
    drawn = drawn_snapshot(tmp_path / "pictures", sides=40)
    write_snapshot(tmp_path / "snapshot.jsonl", drawn.concepts, drawn.samples)
    (tmp_path / "config.json").write_text(json.dumps(TINY | {"epochs": 4}))

    def train(out: str) -> Heard:
        report, config = Heard(), config_from("concept_vit", TINY | {"epochs": 4})
        folders = {"pictures": tmp_path / "pictures", "features": tmp_path / "features"}
        snapshot = read_snapshot(tmp_path / "snapshot.jsonl")
        load_kind("concept_vit").train(snapshot, config, tmp_path / out, report, **folders)
        return report

    train("whole")
    kill_after('"event": "epoch", "epoch": 2', start(tmp_path, "killed"))
    assert (tmp_path / "killed" / "checkpoints").is_dir() and not (tmp_path / "killed" / "result.json").exists()
    epochs = [event["epoch"] for event in train("killed") if event["event"] == "epoch"]
    assert epochs in ([3, 4], [4])
    assert figures_in(tmp_path / "whole") == figures_in(tmp_path / "killed")
    assert not (tmp_path / "killed" / "checkpoints").exists()
    assert train("killed") == []  # a finished run is not done again


def figures_in(folder: Path) -> tuple[object, object]:
    metrics = json.loads((folder / "result.json").read_text())["metrics"]
    losses = [(row["train_loss"], row["validation_loss"], row["validation_ap"]) for row in metrics["epochs"]]
    return json.loads((folder / "test.json").read_text()), (losses, metrics["test"], metrics["best_epoch"])
