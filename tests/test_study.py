"""python -m mlcore study: maps held against experts' boxes, a line a map, figures at the end."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from mlcore.commands import study
from mlcore.contract import LearningError
from tests.coin_drawings import Heard
from tests.explained_models import box_of, colour_model, marked

PLACES = [{"red": (0, 0), "blue": (48, 32)}, {"red": (32, 16), "blue": (0, 48)}, {"red": (16, 48), "blue": (32, 0)}]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures with marks, and a model that is known to look at them."""
    for number, places in enumerate(PLACES):
        marked(**places).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    monkeypatch.setattr(study, "load_explainable", lambda model: colour_model())
    return tmp_path


def question(side: int, concept: str, place: tuple[int, int], picture: str | None = None) -> dict[str, Any]:
    name = picture or f"{side}.png"
    return {"side": side, "coin": str(side), "concept": concept, "picture": name, "boxes": [box_of(place)]}


def carry_out(folder: Path, **plan: Any) -> tuple[dict[str, Any], list[dict[str, Any]], Heard]:
    (folder / "plan.json").write_text(json.dumps(plan))
    paths = {"model": folder, "plan": folder / "plan.json", "pictures": folder, "out": folder / "out.jsonl"}
    heard = Heard()
    done = study.run(argparse.Namespace(**paths), heard)
    return done, [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()], heard


def test_a_model_that_looks_at_the_marks_is_right_for_the_right_reason(folder: Path) -> None:
    asked = [question(side, colour, PLACES[side][colour]) for side in range(3) for colour in ("red", "blue")]
    done, rows, heard = carry_out(folder, methods=["grad_cam", "hipe"], questions=asked)
    assert (done["maps"], done["refused"], done["boxes"], len(rows)) == (12, 0, 6, 12)
    figures = {(row["concept"], row["method"]): row for row in done["figures"]}
    assert set(figures) == {(concept, method) for concept in ("red", "blue", None) for method in ("grad_cam", "hipe")}
    mean = figures[None, "grad_cam"]
    assert mean["hits"] == 1 and mean["share"] > 0.7 and mean["chance"] == pytest.approx(1 / 16)
    assert mean["intervals"]["share_above"][0] > 0.5
    row = next(each for each in rows if (each["side"], each["concept"], each["method"]) == (1, "blue", "hipe"))
    assert row["coin"] == "1" and row["hit"] == 1 and row["forwards"] > 26 and row["backwards"] == 0
    progress = [(event["done"], event["total"]) for event in heard]
    assert progress[0] == (0, 12) and progress[-1] == (12, 12)


def test_boxes_elsewhere_show_that_it_looks_at_something_else(folder: Path) -> None:
    asked = [question(side, "red", PLACES[side]["blue"]) for side in range(3)]
    done, _, _ = carry_out(folder, methods=["grad_cam"], questions=asked)
    assert done["figures"][-1]["hits"] == 0 and done["figures"][-1]["share_above"] < 0


def test_without_methods_all_that_the_network_allows_are_tried(folder: Path) -> None:
    done, rows, _ = carry_out(folder, methods=[], questions=[question(0, "red", PLACES[0]["red"])])
    assert done["methods"] == ["hipe", "grad_cam", "rise"] == [row["method"] for row in rows]


def test_a_picture_that_cannot_be_read_says_why_and_the_others_go_on(folder: Path) -> None:
    asked = [question(7, "red", (0, 0), "broken.png"), question(8, "red", (0, 0), "gone.png")]
    asked += [question(0, "red", PLACES[0]["red"])]
    done, rows, _ = carry_out(folder, methods=["grad_cam"], questions=asked)
    errors = {row["side"]: row.get("error", "") for row in rows}
    assert (done["maps"], done["refused"]) == (1, 2)
    assert "broken.png" in errors[7] and "gone.png" in errors[8] and not errors[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"methods": ["lime"]}, "called 'lime'; there are hipe"),
        ({"methods": ["chefer"]}, "does not allow chefer; it allows hipe, grad_cam, rise"),
        ({"questions": [question(0, "green", (0, 0))]}, "does not know 'green'; it knows red, blue"),
        ({"questions": [question(0, "red", (0, 0)) | {"boxes": [[0.5, 0, 0.1, 1]]}]}, "left and top must be less"),
        ({"questions": [question(0, "red", (0, 0)) | {"boxes": []}]}, "question without boxes"),
        ({"questions": [{"side": 1}]}, "cannot be read .*after 0 questions"),
        ({"tolerance": 2}, "tolerance outside"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_before_any_map(
    folder: Path, change: dict[str, Any], reason: str
) -> None:
    plan = {"methods": ["hipe"], "questions": [question(0, "red", (0, 0))]}
    with pytest.raises(LearningError, match=reason):
        carry_out(folder, **(plan | change))
    assert not (folder / "out.jsonl").exists()
