"""python -m mlcore: lines of JSON, exit codes, cancelling, and no orphans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlcore.commands.events import EventLines
from mlcore.contract import Cancelled, write_snapshot
from mlcore.registry import config_from, load_kind
from tests.coin_drawings import TINY, Heard, drawn_snapshot


def mlcore(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    done = subprocess.run([sys.executable, "-m", "mlcore", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot, its pictures, settings, and a model trained on it."""
    folder = tmp_path_factory.mktemp("learned")
    drawn = drawn_snapshot(folder / "pictures")
    write_snapshot(folder / "snapshot.jsonl", drawn.concepts, drawn.samples)
    (folder / "config.json").write_text(json.dumps(TINY))
    places = {"pictures": folder / "pictures", "features": folder / "features"}
    load_kind("concept_vit").train(drawn, config_from("concept_vit", TINY), folder / "model", Heard(), **places)
    return folder


def training(place: Path, out: Path, config: Path | None = None) -> list[object]:
    folders = ["--pictures", place / "pictures", "--features", place / "features"]
    options = ["--kind", "concept_vit", "--out", out, *folders, "--config", config or place / "config.json"]
    return ["train", place / "snapshot.jsonl", *options]


def test_training_says_what_it_does_line_by_line(place: Path, tmp_path: Path) -> None:
    code, events = mlcore(*training(place, tmp_path / "out"))
    assert code == 0 and events[-1]["event"] == "done" and 0 <= events[-1]["mean"]["ap"] <= 1
    epoch = next(event for event in events if event["event"] == "epoch")
    wanted = {"epoch", "epochs", "train_loss", "validation_loss", "validation_ap", "images_per_second"}
    assert wanted <= set(epoch)
    stages = [event["stage"] for event in events if event["event"] == "progress"]
    assert stages.index("training") < stages.index("testing")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"model.safetensors", "model.json", "result.json", "test.json"}


def test_the_kinds_are_listed_with_their_settings() -> None:
    code, events = mlcore("kinds")
    assert code == 0 and events[0]["kinds"][0]["name"] == "concept_vit"
    assert {"name", "label", "type", "default", "help", "choices"} <= set(events[0]["kinds"][0]["fields"][0])


def test_a_failure_is_one_sentence_and_exit_code_2(place: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"epochs": -1}')
    code, events = mlcore(*training(place, tmp_path / "out", tmp_path / "wrong.json"))
    assert (code, [event["event"] for event in events]) == (2, ["failed"])
    assert events[0]["reason"].startswith("epochs is -1; it must be a whole number from 1 to 1000. If an older version")
    (tmp_path / "wrong.json").write_text("[1]")
    code, events = mlcore(*training(place, tmp_path / "out", tmp_path / "wrong.json"))
    assert code == 2 and "wrong.json hold list" in events[0]["reason"]
    code, events = mlcore("predict", tmp_path, "--sides", "x", "--pictures", ".", "--out", "y")
    assert code == 2 and "holds no readable model" in events[0]["reason"]


def test_an_unexpected_failure_is_named_with_exit_code_3(place: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import mlcore.registry\ndef broken(): raise RuntimeError('boom')\nmlcore.registry.kinds = broken\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"}
    done = subprocess.run([sys.executable, "-m", "mlcore", "kinds"], capture_output=True, text=True, env=environment)
    assert done.returncode == 3 and "Traceback" in done.stderr
    assert json.loads(done.stdout) == {"event": "failed", "reason": "RuntimeError: boom"}


def test_predictions_are_a_line_a_side_and_unreadable_pictures_say_why(place: Path, tmp_path: Path) -> None:
    (place / "pictures" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    sides = [(7, "0.png"), (8, "broken.png"), (9, "gone.png"), (10, "1.png")]
    (tmp_path / "sides.jsonl").write_text(
        "".join(json.dumps({"side": side, "picture": picture}) + "\n" for side, picture in sides)
    )
    options = ["--sides", tmp_path / "sides.jsonl", "--pictures", place / "pictures", "--out", tmp_path / "out.jsonl"]
    code, events = mlcore("predict", place / "model", *options)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert code == 0 and (events[-1]["sides"], events[-1]["refused"]) == (4, 2)
    assert [row["side"] for row in rows] == [7, 8, 9, 10]
    assert "error" in rows[1] and "gone.png" in rows[2]["error"]
    assert len(rows[0]["probabilities"]) == 2
    assert np.linalg.norm(rows[3]["embedding"]) == pytest.approx(1, abs=1e-3)


def test_a_line_of_sides_that_cannot_be_read_is_named(place: Path, tmp_path: Path) -> None:
    (tmp_path / "sides.jsonl").write_text('{"side": 1, "picture": "0.png"}\n{"side": 2}\n')
    options = ["--sides", tmp_path / "sides.jsonl", "--pictures", place / "pictures", "--out", tmp_path / "out.jsonl"]
    code, events = mlcore("predict", place / "model", *options)
    assert code == 2 and "Line 2 of sides.jsonl" in events[0]["reason"]
    assert not (tmp_path / "out.jsonl").exists()


def test_a_map_is_a_grey_picture_of_the_size_of_the_photograph(place: Path, tmp_path: Path) -> None:
    Image.new("RGB", (120, 90), (200, 190, 180)).save(tmp_path / "side.png")
    options = ["--picture", tmp_path / "side.png", "--out", tmp_path / "map.png"]
    code, events = mlcore("explain", place / "model", *options, "--concept", "altar")
    with Image.open(tmp_path / "map.png") as drawn:
        assert code == 0 and drawn.size == (120, 90) and drawn.mode == "L"
    figures = json.loads((tmp_path / "map.json").read_text())
    assert figures["method"] == "hipe" and figures["forwards"] >= 26 and 0 <= figures["probability"] <= 1
    code, events = mlcore("explain", place / "model", *options, "--concept", "eagle")
    assert code == 2 and events[-1]["reason"] == "The model does not know 'eagle'; it knows altar, globe."


def test_a_study_holds_maps_against_boxes_and_ends_with_figures(place: Path, tmp_path: Path) -> None:
    question = {"side": 1, "coin": "1", "concept": "altar", "picture": "1.png", "boxes": [[0, 0, 0.5, 1]]}
    (tmp_path / "plan.json").write_text(json.dumps({"methods": ["grad_cam"], "questions": [question]}))
    options = ["--pictures", place / "pictures", "--out", tmp_path / "rows.jsonl"]
    code, events = mlcore("study", place / "model", tmp_path / "plan.json", *options)
    row = json.loads((tmp_path / "rows.jsonl").read_text())
    assert code == 0 and (row["side"], row["chance"], row["backwards"]) == (1, 0.5, 1)
    assert [(each["concept"], each["maps"]) for each in events[-1]["figures"]] == [("altar", 1), (None, 1)]


def test_a_signal_cancels_within_a_batch_and_keeps_the_checkpoint(place: Path, tmp_path: Path) -> None:
    (tmp_path / "long.json").write_text(json.dumps(TINY | {"epochs": 1000}))
    arguments = [str(each) for each in training(place, tmp_path / "out", tmp_path / "long.json")]
    child = subprocess.Popen([sys.executable, "-m", "mlcore", *arguments], stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if '"epoch": 2' in line:
            child.send_signal(signal.SIGTERM)
            break
    rest, _ = child.communicate(timeout=60)
    assert child.returncode == 130 and json.loads(rest.splitlines()[-1]) == {"event": "cancelled"}
    assert list((tmp_path / "out" / "checkpoints").glob("*.safetensors"))
    assert not (tmp_path / "out" / "result.json").exists()


def test_a_child_ends_with_its_parent() -> None:
    child = "import time, mlcore.commands.events as e; e.end_with_parent(); print('up', flush=True); time.sleep(60)"
    begin = f"p = subprocess.Popen([sys.executable, '-c', {child!r}])"
    parent = f"import subprocess, sys; {begin}; print(p.pid, flush=True); p.wait()"
    started = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    number = int(started.stdout.readline())
    assert started.stdout.readline() == "up\n"
    started.kill()
    started.wait()
    until = time.monotonic() + 20
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            break
        time.sleep(0.1)
    else:
        assert not Path(f"/proc/{number}").exists()


def test_progress_is_held_back_but_never_the_last_of_a_stage(tmp_path: Path) -> None:
    now = [0.0]
    with (tmp_path / "events").open("w+") as stream:
        report = EventLines(stream, clock=lambda: now[0])
        for done in range(101):
            now[0] += 0.01
            report({"event": "progress", "stage": "training", "done": done, "total": 100})
        report({"event": "progress", "stage": "testing", "done": 0, "total": 9})
        stream.seek(0)
        lines = [json.loads(line) for line in stream]
    assert 4 <= len(lines) <= 8 and lines[-2]["done"] == 100 and lines[-1]["stage"] == "testing"


def test_no_event_holds_a_number_that_json_does_not_know(tmp_path: Path) -> None:
    with (tmp_path / "events").open("w") as stream, pytest.raises(ValueError, match="JSON"):
        EventLines(stream).write({"event": "epoch", "validation_loss": float("nan")})


def test_a_cancelled_report_raises_at_the_next_event(tmp_path: Path) -> None:
    with (tmp_path / "events").open("w") as stream:
        report = EventLines(stream)
        report._cancel(signal.SIGTERM, None)
        with pytest.raises(Cancelled):
            report({"event": "progress", "stage": "training", "done": 1, "total": 2})
