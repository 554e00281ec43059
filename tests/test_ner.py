"""The kind that finds names in descriptions: snapshots of texts, learning, going on after a kill, refusals."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from argparse import Namespace
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from mlcore.commands import predict
from mlcore.commands.explain import explaining_kind
from mlcore.commands.study import load_explainable
from mlcore.commands.train import fitting_snapshot
from mlcore.contract import (
    FORMAT,
    Cancelled,
    LabelledSpan,
    LearningError,
    Snapshot,
    read_snapshot,
    write_snapshot,
    write_text_snapshot,
)
from mlcore.entity_metrics import measure_spans
from mlcore.entity_results import measure_apart
from mlcore.kinds import ner
from mlcore.text.entity_corrections import SpanCorrection, corrected_sample
from tests.coin_descriptions import LABELS, described, described_snapshot
from tests.coin_drawings import Heard, drawn_snapshot

SMALL = ner.Config(epochs=12, width=32, depth=2, rows=200, learning_rate=0.005, batch_size=8, masked_names=0.6)
NEW = described(1000, "Priapus", "plemochoe", "gryllos", "test")


def learn(
    out: Path, snapshot: Snapshot | None = None, config: ner.Config = SMALL, report: Any = None
) -> dict[str, Any]:
    places = {"pictures": out, "features": out}
    return ner.train(
        snapshot or described_snapshot(), config, out, Heard() if report is None else report, **places
    ).metrics


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ner") / "model"
    learn(out)
    return out


def said(model: Path, text: str) -> list[tuple[str, str]]:
    (prediction,) = ner.predict_texts(model, [(7, text)], Heard())
    assert prediction.description == 7 and all(0.5 <= span.score <= 1 for span in prediction.spans)
    return [(text[span.start : span.end], span.label) for span in prediction.spans]


def test_names_that_were_learned_and_names_that_no_text_had_are_found(model: Path) -> None:
    metrics = json.loads((model / "result.json").read_text())["metrics"]
    assert [metrics[part]["all"]["true"] for part in ("test", "test_expert")] == [60, 30]
    assert min(metrics[part]["all"]["f1"] for part in ("test", "test_expert")) > 0.95
    assert metrics["texts"] == {"train": 60, "validation": 30, "test": 30, "test_expert": 10}
    assert said(model, NEW.text) == [("Priapus", "PERSON"), ("plemochoe", "OBJECT"), ("gryllos", "ANIMAL")]
    assert said(model, "") == []


def test_the_model_is_safetensors_and_json_alone(model: Path) -> None:
    assert {path.name for path in model.iterdir()} == {"model.safetensors", "model.json", "result.json", "test.json"}
    about = json.loads((model / "model.json").read_text())
    assert (about["kind"], about["concepts"]) == ("ner", list(LABELS))


def test_a_damaged_or_foreign_model_is_refused(model: Path, tmp_path: Path) -> None:
    for name in ("model.safetensors", "model.json"):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    about = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps(about | {"shape": {"width": 16, "depth": 2, "rows": 200}}))
    with pytest.raises(LearningError, match="another size"):
        ner.open_recogniser(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(about | {"moves": ["O"]}))
    with pytest.raises(LearningError, match="another version of spaCy"):
        ner.open_recogniser(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(about))
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(LearningError, match="missing or damaged"):
        ner.open_recogniser(tmp_path)


def test_a_recogniser_offers_no_map_of_a_picture(model: Path) -> None:
    for asked in (explaining_kind, load_explainable):
        with pytest.raises(LearningError, match="Models of the kind ner offer no map"):
            asked(model)


def test_the_same_seed_gives_the_same_model_also_after_a_kill_between_epochs(tmp_path: Path) -> None:
    config = replace(SMALL, epochs=3)
    whole = learn(tmp_path / "whole", config=config)
    heard = Heard()

    def stop(event: dict[str, Any]) -> None:
        heard(event)
        if event["event"] == "epoch" and event["epoch"] == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        learn(tmp_path / "killed", config=config, report=stop)
    assert (tmp_path / "killed" / "checkpoints").is_dir() and not (tmp_path / "killed" / "result.json").exists()
    again = Heard()
    gone_on = learn(tmp_path / "killed", config=config, report=again)
    assert [event["epoch"] for event in again if event["event"] == "epoch"] == [3]
    assert (tmp_path / "killed" / "model.safetensors").read_bytes() == (
        tmp_path / "whole" / "model.safetensors"
    ).read_bytes()
    assert gone_on["test"] == whole["test"] and not (tmp_path / "killed" / "checkpoints").exists()
    with pytest.raises(LearningError, match="other data or settings"):
        learn(tmp_path / "killed", config=replace(config, seed=5))


@pytest.mark.parametrize(
    ("last", "instead", "again"),
    [(2, "the one before it is used", [2, 3]), (1, "the run begins anew", [1, 2, 3])],
)
def test_a_damaged_checkpoint_is_told_of_with_what_is_done_instead(
    tmp_path: Path, last: int, instead: str, again: list[int]
) -> None:
    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "epoch" and event["epoch"] == last:
            raise Cancelled

    config, heard = replace(SMALL, epochs=3), Heard()
    with pytest.raises(Cancelled):
        learn(tmp_path, config=config, report=stop)
    name = f"{last:06d}.safetensors"
    path = tmp_path / "checkpoints" / name
    path.write_bytes(path.read_bytes()[:-8])
    learn(tmp_path, config=config, report=heard)
    assert heard[0] == {"event": "notice", "message": f"The checkpoint {name} is damaged; {instead}."}
    assert [event["epoch"] for event in heard if event["event"] == "epoch"] == again


def test_what_an_expert_corrected_is_learned(tmp_path: Path) -> None:
    snapshot = described_snapshot()
    taught = []
    for text in snapshot.texts:
        thing = text.spans[1]
        given = {"description": text.description, "coin": text.coin, "language": "en", "text": text.text}
        corrections = [SpanCorrection(thing.start, thing.end, "PERSON")]
        taught.append(corrected_sample(**given, machine=text.spans, corrections=corrections, split=text.split))
    metrics = learn(tmp_path / "model", replace(snapshot, texts=tuple(taught)))
    assert metrics["test"]["all"]["true"] == 0 and metrics["test_expert"]["all"]["true"] == 90
    assert metrics["test_expert"]["OBJECT"]["true"] == 0
    assert ("plemochoe", "PERSON") in said(tmp_path / "model", NEW.text)


def test_texts_that_a_person_checked_and_those_that_nobody_did_are_measured_apart() -> None:
    texts = [text for text in described_snapshot().texts if text.split == "test"]
    checked = [replace(text, expert=number < 10) for number, text in enumerate(texts)]
    right = [[[each.start, each.end, each.label, 0.9] for each in text.spans] for text in checked]
    measured = measure_apart([*right[:10], *([] for _ in right[10:])], checked, LABELS)
    names = [sum(len(text.spans) for text in checked if text.expert == by_expert) for by_expert in (True, False)]
    assert [measured[part]["all"]["true"] for part in ("test_expert", "test")] == names and min(names) > 0
    assert [measured[part]["all"]["f1"] for part in ("test_expert", "test")] == [1.0, 0.0]


def test_too_few_marked_texts_are_refused(tmp_path: Path) -> None:
    texts = tuple(replace(text, spans=()) for text in described_snapshot().texts)
    with pytest.raises(LearningError, match="0 training texts with a marked name"):
        learn(tmp_path, Snapshot(LABELS, (), "", texts))


def test_spans_that_cut_words_are_learned_as_whole_words(tmp_path: Path) -> None:
    snapshot = described_snapshot()
    cut = tuple(replace(text, spans=(LabelledSpan(1, 3, "PERSON"), *text.spans[1:])) for text in snapshot.texts)
    learn(tmp_path / "model", replace(snapshot, texts=cut), replace(SMALL, masked_names=0.0))
    assert ("Apollo", "PERSON") in said(tmp_path / "model", described(1, "Apollo", "spear", "lion", "test").text)


def test_a_snapshot_of_texts_is_read_as_it_was_written(tmp_path: Path) -> None:
    texts = described_snapshot().texts
    odd = replace(texts[0], text="Ἡρακλῆς \u2028 \x85", spans=(LabelledSpan(0, 7, "PERSON"),))
    sha256 = write_text_snapshot(tmp_path / "texts.jsonl", LABELS, [odd, *texts])
    assert read_snapshot(tmp_path / "texts.jsonl") == Snapshot(LABELS, (), sha256, (odd, *texts))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spans": [{"start": 0, "end": 99, "label": "PERSON"}]}, "across another or of no label"),
        ({"spans": [{"start": 0, "end": 4, "label": "COIN"}]}, "across another or of no label"),
        ({"split": "exam"}, "split 'exam'"),
        ({"side": 4}, "side"),
    ],
)
def test_a_wrong_row_of_texts_is_refused(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    write_text_snapshot(tmp_path / "texts.jsonl", LABELS, [NEW])
    header, row = (tmp_path / "texts.jsonl").read_text().splitlines()
    (tmp_path / "texts.jsonl").write_text(f"{header}\n{json.dumps(json.loads(row) | change)}\n")
    with pytest.raises(LearningError, match=words):
        read_snapshot(tmp_path / "texts.jsonl")


def test_an_unknown_format_is_refused_and_snapshots_of_sides_stay_what_they_were(tmp_path: Path) -> None:
    drawn = drawn_snapshot(tmp_path)
    write_snapshot(tmp_path / "sides.jsonl", drawn.concepts, drawn.samples)
    assert json.loads((tmp_path / "sides.jsonl").read_text().splitlines()[0]) == {
        "format": FORMAT,
        "concepts": list(drawn.concepts),
    }
    assert read_snapshot(tmp_path / "sides.jsonl").samples == drawn.samples
    (tmp_path / "sides.jsonl").write_text('{"format": 9}\n')
    with pytest.raises(LearningError, match="format 9; this version reads formats 1 and 2"):
        read_snapshot(tmp_path / "sides.jsonl")


def test_spans_count_when_start_end_and_label_are_right() -> None:
    true = [[(0, 4, "PERSON"), (5, 9, "OBJECT")], [(0, 4, "PERSON")]]
    found = [[(0, 4, "PERSON"), (5, 8, "OBJECT")], [(0, 4, "OBJECT")]]
    figures = measure_spans(found, true, ("PERSON", "OBJECT", "PLANT"))
    assert math.isclose(figures["PERSON"]["f1"], 2 / 3) and figures["OBJECT"]["f1"] == 0.0
    assert figures["PLANT"]["f1"] is None and math.isclose(figures["all"]["f1"], 1 / 3)
    assert math.isclose(figures["mean"]["f1"], 1 / 3)


def mlcore(*arguments: object) -> tuple[int, dict[str, Any]]:
    done = subprocess.run([sys.executable, "-m", "mlcore", *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_the_command_line_trains_and_predicts_texts(tmp_path: Path) -> None:
    write_text_snapshot(tmp_path / "texts.jsonl", LABELS, described_snapshot().texts)
    (tmp_path / "config.json").write_text(json.dumps({"epochs": 1, "width": 16, "depth": 1, "rows": 100}))
    places = ["--pictures", tmp_path, "--features", tmp_path]
    training = ["--out", tmp_path / "model", *places, "--config", tmp_path / "config.json"]
    code, done = mlcore("train", tmp_path / "texts.jsonl", "--kind", "ner", *training)
    assert (code, done["event"]) == (0, "done") and "f1" in done["mean"]
    (tmp_path / "asked.jsonl").write_text(json.dumps({"description": 3, "text": NEW.text}) + "\n")
    code, done = mlcore("predict", tmp_path / "model", "--texts", tmp_path / "asked.jsonl", "--out", tmp_path / "told")
    (row,) = map(json.loads, (tmp_path / "told").read_text().splitlines())
    assert (code, done["texts"], done["spans"]) == (0, 1, len(row["spans"])) and row["description"] == 3
    (prediction,) = ner.predict_texts(tmp_path / "model", [(3, NEW.text)], Heard())
    assert row["spans"] == [list(astuple(span)) for span in prediction.spans]


def test_a_recogniser_asked_for_sides_says_that_it_reads_texts(model: Path, tmp_path: Path) -> None:
    asked = Namespace(model=model, sides=tmp_path, pictures=tmp_path, features=None, texts=None, out=tmp_path / "told")
    with pytest.raises(LearningError, match="reads texts; give them by --texts"):
        predict.run(asked, Heard())
    (tmp_path / "asked").write_text('{"description": 1, "text": "Eagle"}\n{"description": 2}\n')
    with pytest.raises(LearningError, match="Line 2 of asked"):
        predict.run(Namespace(**{**vars(asked), "texts": tmp_path / "asked"}), Heard())


def test_a_snapshot_of_the_other_sort_is_refused(tmp_path: Path) -> None:
    write_text_snapshot(tmp_path / "texts.jsonl", LABELS, described_snapshot().texts)
    drawn = drawn_snapshot(tmp_path)
    write_snapshot(tmp_path / "sides.jsonl", drawn.concepts, drawn.samples)
    with pytest.raises(LearningError, match="holds texts and concept_vit learns from sides"):
        fitting_snapshot(tmp_path / "texts.jsonl", "concept_vit")
    with pytest.raises(LearningError, match="holds sides and ner learns from texts"):
        fitting_snapshot(tmp_path / "sides.jsonl", "ner")
    assert fitting_snapshot(tmp_path / "texts.jsonl", "ner").texts == described_snapshot().texts
