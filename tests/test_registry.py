"""Kinds of model: found by their files, described for forms, and each of them trains, saves, loads and predicts."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np
import pytest

from mlcore.config_fields import describe_fields
from mlcore.contract import LearningError, SidePicture
from mlcore.model_folder import kind_of_model
from mlcore.registry import KINDS, config_from, config_schema, kinds, load_kind
from tests.coin_descriptions import described_snapshot
from tests.coin_drawings import TINY, Heard, drawn_snapshot

QUICK = {
    "concept_cnn": {
        "network": "test_resnet",
        "image_size": 32,
        "epochs": 1,
        "batch_size": 8,
        "fewest_per_class": 12,
        "concepts": "altar",
    },
    "concept_vit": TINY,
    "ner": {"epochs": 1, "width": 16, "depth": 1, "rows": 100},
}
"""Settings with which a kind trains in seconds; a new kind adds its own here."""
OF_SIDES = sorted(name for name in QUICK if kinds()[name].learns_from == "sides")
OF_TEXTS = sorted(name for name in QUICK if kinds()[name].learns_from == "texts")


def test_finding_and_describing_every_kind_loads_no_torch() -> None:
    code = (
        "import sys, mlcore.registry as r, mlcore.__main__\n"
        "[(r.load_kind(k), r.config_schema(k), r.config_from(k, {})) for k in r.kinds()]\n"
        "print([name for name in ('torch', 'timm', 'django', 'sklearn', 'spacy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_kind_is_a_file() -> None:
    assert set(kinds()) == {path.stem for path in KINDS.glob("[a-z]*.py")} == set(QUICK)


@pytest.mark.parametrize("name", OF_SIDES)
def test_a_kind_trains_saves_loads_and_predicts_the_same(name: str, tmp_path: Path) -> None:
    kind, snapshot, report = load_kind(name), drawn_snapshot(tmp_path / "pictures"), Heard()
    config, out = config_from(name, QUICK[name]), tmp_path / "model"
    result = kind.train(snapshot, config, out, report, pictures=tmp_path / "pictures", features=tmp_path / "features")
    assert kind_of_model(out) == result.kind == name
    assert [event["epoch"] for event in report if event["event"] == "epoch"] == [1]
    assert json.loads((out / "result.json").read_text()) == json.loads(json.dumps(asdict(result)))
    test = json.loads((out / "test.json").read_text())
    sides = [SidePicture(side, tmp_path / "pictures" / f"{side}.png") for side in test["sides"]]
    predictions = list(kind.predict(out, sides, report))
    assert [each.side for each in predictions] == test["sides"]
    assert np.allclose([each.probabilities for each in predictions], test["probabilities"], atol=1e-4)
    lengths = [np.linalg.norm(each.embedding) for each in predictions]
    assert np.allclose(lengths, 1 if hasattr(kind, "embed") else 0, atol=1e-4)


@pytest.mark.parametrize("name", OF_TEXTS)
def test_a_kind_that_learns_from_texts_trains_saves_loads_and_predicts_the_same(name: str, tmp_path: Path) -> None:
    kind, snapshot, report, out = load_kind(name), described_snapshot(), Heard(), tmp_path / "model"
    config = config_from(name, QUICK[name])
    result = kind.train(snapshot, config, out, report, pictures=tmp_path, features=tmp_path)
    assert kind_of_model(out) == result.kind == name
    assert [event["epoch"] for event in report if event["event"] == "epoch"] == [1]
    assert json.loads((out / "result.json").read_text()) == json.loads(json.dumps(asdict(result)))
    test = json.loads((out / "test.json").read_text())
    texts = list(zip(test["descriptions"], test["texts"], strict=True))
    predictions = list(kind.predict_texts(out, texts, report))
    assert [each.description for each in predictions] == test["descriptions"]
    assert [[list(astuple(span)) for span in each.spans] for each in predictions] == test["answers"]


@pytest.mark.parametrize("name", sorted(QUICK))
def test_every_setting_has_a_help_text_and_a_default_that_is_allowed(name: str) -> None:
    info = kinds()[name]
    assert info.label and info.help and info.presets
    assert all(len(field.help) > 20 for field in info.fields)
    assert asdict(config_from(name, {})) == {field.name: field.default for field in info.fields}
    for preset in info.presets.values():
        assert config_from(name, asdict(preset)) == preset


def test_the_schema_says_types_bounds_and_choices() -> None:
    schema = config_schema("concept_vit")
    assert schema["additionalProperties"] is False
    assert schema["properties"]["epochs"] | {"description": "", "default": 0} == {
        "type": "integer",
        "title": "Epochs",
        "description": "",
        "default": 0,
        "minimum": 1,
        "maximum": 1000,
    }
    assert schema["properties"]["faces"]["enum"] == ["both", "obverse", "reverse"]
    assert schema["properties"]["frozen"]["type"] == "boolean"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"epochs": 0}, ("epochs", "0", "from 1 to 1000")),
        ({"epochs": 2.5}, ("epochs", "2.5", "whole number")),
        ({"epochs": True}, ("epochs", "True", "whole number")),
        ({"learning_rate": float("nan")}, ("learning_rate", "nan", "number")),
        ({"faces": "edge"}, ("faces", "'edge'", "both, obverse, reverse")),
        ({"frozen": "yes"}, ("frozen", "'yes'", "true or false")),
        ({"epoch": 3}, ("epoch", "epochs, batch_size")),
        ({"weights": "scratch"}, ("frozen", "'scratch'", "folder")),
        ({"weights": "folder"}, ("weights_folder", "''", "name the folder")),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_its_value_and_what_is_allowed(given, words) -> None:
    with pytest.raises(LearningError) as refused:
        config_from("concept_vit", given)
    assert all(word in str(refused.value) for word in words)


def test_a_whole_number_is_a_number() -> None:
    assert config_from("concept_vit", {"learning_rate": 1}).learning_rate == 1.0


def test_an_unknown_kind_is_refused_with_the_kinds_there_are() -> None:
    for ask in (load_kind, config_schema, lambda name: config_from(name, {})):
        with pytest.raises(LearningError, match=r"'concept_vat'.*concept_vit"):
            ask("concept_vat")


def test_help_texts_are_read_from_the_docstring_under_each_field() -> None:
    fields = {field.name: field for field in describe_fields(kinds()["concept_vit"].config)}
    assert fields["seed"].help.startswith("Starts the random numbers.") and "\n" not in fields["backbone"].help
