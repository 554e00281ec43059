"""A run that was killed, at whatever moment, goes on and ends with the same figures; a harmed state is never used."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlcore.contract import LearningError, read_snapshot
from mlcore.registry import config_from, load_kind
from tests.coin_drawings import TINY, Heard
from tests.toy_run import ToyRun, figures_in

CAREFUL = TINY | {"epochs": 5, "ema": 0.9, "patience": 2, "learning_rate": 0.02, "batch_size": 6}
STEPS = 4


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> ToyRun:
    return ToyRun(tmp_path_factory.mktemp("toy"), CAREFUL)


@pytest.fixture(scope="module")
def undisturbed(toy: ToyRun) -> dict[str, Any]:
    toy.train_here("undisturbed")
    return figures_in(toy.folder / "undisturbed")


def epochs_of(report: Heard) -> list[int]:
    return [event["epoch"] for event in report if event["event"] == "epoch"]


def notices_of(report: Heard) -> list[str]:
    return [event["message"] for event in report if event["event"] == "notice"]


@pytest.mark.parametrize(
    ("place", "call", "kept"),
    [
        ("mlcore.train_loop:set_learning_rate", 2 * STEPS + 3, [1, 2]),  # in the middle of the third epoch
        ("os:fsync", 5, [1]),  # the weights of the second epoch are written, but not yet in their place
        ("os:fsync", 7, [1]),  # they are in their place, and the note that makes them count is not
    ],
)
def test_a_run_killed_at_any_moment_ends_with_the_same_figures(
    toy: ToyRun, undisturbed: dict[str, Any], place: str, call: int, kept: list[int]
) -> None:
    out = f"killed at {call}"
    code, _ = toy.run(out, sys.executable, "-m", "tests.interrupted", place, str(call))
    assert code == -signal.SIGKILL
    notes = sorted((toy.folder / out / "checkpoints").glob("*.json"))
    assert [int(path.stem) for path in notes] == kept
    report = toy.train_here(out)
    assert epochs_of(report)[0] == kept[-1] + 1 and not notices_of(report)[:-1]
    assert figures_in(toy.folder / out) == undisturbed


def test_the_undisturbed_run_stopped_early_and_kept_averaged_weights(toy: ToyRun, undisturbed: dict[str, Any]) -> None:
    """Else the tests above would not show that patience and average are taken up again."""
    toy.train_here("not averaged", ema=0.0)
    assert figures_in(toy.folder / "not averaged")["epochs"] != undisturbed["epochs"]
    assert len(undisturbed["epochs"]) == undisturbed["best_epoch"] + CAREFUL["patience"] < CAREFUL["epochs"]


@pytest.fixture
def interrupted(toy: ToyRun, tmp_path: Path) -> Iterator[Path]:
    """A run that stands after its second epoch."""
    begun = toy.folder / "begun"
    if not begun.exists():
        stop_after_epoch(toy, begun, 2)
    shutil.copytree(begun, tmp_path / "run")
    yield tmp_path / "run"


def stop_after_epoch(toy: ToyRun, out: Path, epoch: int) -> None:
    class Enough(Exception):
        pass

    def report(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == epoch:
            raise Enough

    snapshot, config = read_snapshot(toy.folder / "snapshot.jsonl"), config_from("concept_vit", toy.config)
    folders = {"pictures": toy.folder / "pictures", "features": toy.folder / "features"}
    with pytest.raises(Enough):
        load_kind("concept_vit").train(snapshot, config, out, report, **folders)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", ["weights cut", "a byte of the weights flipped", "note cut", "a digit of the note"])
def test_a_harmed_checkpoint_is_refused_and_the_one_before_gives_the_same_figures(
    toy: ToyRun, undisturbed: dict[str, Any], interrupted: Path, harm: str
) -> None:
    weights, note = (interrupted / "checkpoints" / f"000002.{suffix}" for suffix in ("safetensors", "json"))
    if harm == "weights cut":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif harm == "a byte of the weights flipped":
        flip(weights, weights.stat().st_size // 2)
    elif harm == "note cut":
        note.write_text(note.read_text()[:50])
    else:
        text = note.read_text()
        note.write_text(text.replace('"epoch": 2, "seconds"', '"epoch": 3, "seconds"', 1))
        assert note.read_text() != text
    report = toy.train_here(interrupted)
    assert notices_of(report)[0] == "The checkpoint 000002.safetensors is damaged; the one before it is used."
    assert epochs_of(report)[0] == 2
    assert figures_in(interrupted) == undisturbed


def test_a_run_whose_checkpoints_are_all_harmed_begins_anew(
    toy: ToyRun, undisturbed: dict[str, Any], interrupted: Path
) -> None:
    for weights in (interrupted / "checkpoints").glob("*.safetensors"):
        flip(weights, -1)
    report = toy.train_here(interrupted)
    assert "the run begins anew" in notices_of(report)[0] and epochs_of(report)[0] == 1
    assert figures_in(interrupted) == undisturbed


@pytest.mark.parametrize("older", [{"format": 7}, None])
def test_a_checkpoint_of_another_version_is_refused_with_a_sentence(
    toy: ToyRun, interrupted: Path, older: dict[str, Any] | None
) -> None:
    from mlcore import checkpoint

    for path in (interrupted / "checkpoints").glob("*.json"):
        note = json.loads(path.read_text())
        del note["note_sha256"]
        if older is None:
            del note["format"]  # the first version knew no formats
        else:
            note |= older
            note["note_sha256"] = checkpoint._sum_of(note)
        path.write_text(json.dumps(note))
    with pytest.raises(LearningError, match=r"begun by another version .* Start a new run with the same settings"):
        toy.train_here(interrupted)


def test_other_settings_do_not_go_on_from_a_run(toy: ToyRun, interrupted: Path) -> None:
    with pytest.raises(LearningError, match="other data or settings"):
        toy.train_here(interrupted, ema=0.5)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a disk; the limit on files is tested for all")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_fails_the_run_with_a_sentence_and_it_goes_on_when_there_is_room(
    toy: ToyRun, undisturbed: dict[str, Any], interrupted: Path, small_disk: Path
) -> None:
    out = small_disk / "run"
    shutil.copytree(interrupted, out)
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 20_000))
    before = {path.name: path.read_bytes() for path in (out / "checkpoints").iterdir()}
    with pytest.raises(LearningError, match=r"000003\.safetensors cannot be written .*Make room on the disk"):
        toy.train_here(out)
    assert {path.name: path.read_bytes() for path in (out / "checkpoints").iterdir()} == before
    (small_disk / "ballast").unlink()
    assert epochs_of(toy.train_here(out))[0] == 3
    assert figures_in(out) == undisturbed


def test_a_file_that_may_not_grow_fails_the_command_with_a_sentence(toy: ToyRun, interrupted: Path) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    before = {path.name: path.read_bytes() for path in (interrupted / "checkpoints").iterdir()}
    code, events = toy.run(interrupted, preexec_fn=limit, stderr=subprocess.DEVNULL)
    assert code == 2 and events[-1]["event"] == "failed"
    assert "cannot be written" in events[-1]["reason"] and "File too large" in events[-1]["reason"]
    assert {path.name: path.read_bytes() for path in (interrupted / "checkpoints").iterdir()} == before
