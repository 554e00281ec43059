"""The demo corpus: drawn the same for the same seed, truthful about itself, and never half there."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from annotations.importers import table
from annotations.records import CoinRecord
from mlcore.contract import Cancelled, LearningError
from mlcore.synthesis import corpus, synthesize
from mlcore.synthesis.facts import RULERS
from mlcore.synthesis.lot import lot_text
from mlcore.synthesis.motifs import MOTIFS
from mlcore.synthesis.plan import REFUSALS, plan_records
from mlcore.synthesis.tongues import TONGUES, Tongue
from mlcore.synthesis.workshop import obverse_die, reverse_die

CONCEPTS = {
    *("cornucopia", "eagle", "horse", "patera", "shield", "standing", "seated", "hercules"),
    *("victory", "altar", "globe", "spear", "wreath", "sceptre", "quadriga", "captive"),
}
COINS, SEED = 22, 5


def ignore(event: dict[str, Any]) -> None:
    """Takes a report and does nothing."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "corpus"
    synthesize(coins=COINS, seed=SEED, out=out, report=ignore)
    return out


def truth_of(out: Path) -> dict[str, Any]:
    coins: dict[str, Any] = json.loads((out / "truth.json").read_text(encoding="utf-8"))["coins"]
    return coins


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "coins.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def sides_of(out: Path) -> list[tuple[np.ndarray, dict[str, Any]]]:
    """Each side's picture file with the truth about it, of the pictures that are not refused."""
    found = []
    for row in rows_of(out):
        truth = truth_of(out)[row["identifier"]]
        for face in ("obverse", "reverse") if truth["ok"] else ():
            with Image.open(out / (row[f"{face}_picture"] or row["picture"])) as image:
                found.append((np.asarray(image.convert("L"), np.int16), truth[face]))
    return found


def test_a_seed_gives_the_same_bytes_in_one_process_and_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, parallel_from in (("one", 1000), ("several", 1)):
        monkeypatch.setattr(corpus, "PARALLEL_FROM", parallel_from)
        synthesize(coins=6, seed=9, out=tmp_path / name, report=ignore)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) >= 8
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "several" / file).read_bytes(), file


def test_another_seed_gives_other_coins(demo: Path, tmp_path: Path) -> None:
    synthesize(coins=1, seed=SEED + 1, out=tmp_path / "other", report=ignore)
    assert rows_of(tmp_path / "other")[0]["text"] not in {row["text"] for row in rows_of(demo)}


def test_the_importer_reads_every_row_and_finds_every_picture(demo: Path) -> None:
    records = list(table.read(demo / "coins.csv"))
    assert len(records) == COINS
    for record in records:
        assert isinstance(record, CoinRecord), record
        assert record.synthetic and record.collection.name == "Demo corpus (synthetic)"
        assert record.texts and record.references and record.mint.uri.startswith("http://nomisma.org/id/")
        assert record.date_from is not None and record.date_to is not None and record.date_from <= record.date_to
        assert record.pictures and all(picture.path.is_file() for picture in record.pictures)


def test_pictures_are_whole_jpegs_of_a_catalogues_size(demo: Path) -> None:
    for path in (demo / "images").iterdir():
        with Image.open(BytesIO(path.read_bytes())) as image:
            image.load()
            assert image.format == "JPEG" and 300 <= image.width <= 1000 and 300 <= image.height <= 520, path


def test_a_sides_box_holds_the_coin_and_what_is_around_it_is_ground(demo: Path) -> None:
    for pixels, side in sides_of(demo):
        left, top, right, bottom = side["box"]
        assert 0 <= left < right <= pixels.shape[1] and 0 <= top < bottom <= pixels.shape[0]
        ground = int(np.median(pixels[:6]))
        inside = np.abs(pixels[top:bottom, left:right] - ground) > 12
        assert inside.mean() > 0.5
        assert (np.abs(pixels[:, : max(left - 14, 1)] - ground) > 30).sum(axis=0).min() == 0


def test_a_figures_box_lies_in_its_side_and_holds_relief(demo: Path) -> None:
    boxes = 0
    for pixels, side in sides_of(demo):
        left, top, right, bottom = side["box"]
        for figure in side["figures"]:
            boxes += 1
            x0, y0, x1, y1 = figure["box"]
            assert left - 1 <= x0 < x1 <= right + 1 and top - 1 <= y0 < y1 <= bottom + 1
            assert pixels[y0:y1, x0:x1].std() > 2
        assert {figure["concept"] for figure in side["figures"]} <= set(side["concepts"]) <= CONCEPTS
    assert boxes > COINS


@pytest.mark.parametrize("seed", [0, 7])
def test_sixty_coins_show_every_concept(seed: int) -> None:
    shown: set[str] = set()
    for group in plan_records(60, seed):
        for record in group[:1]:
            coin = record.specimen.type
            for die in (obverse_die(seed, coin, 0), reverse_die(seed, coin, 0)):
                shown |= {figure.concept for figure in die.figures}
    assert shown == CONCEPTS


def test_a_hundred_coins_hold_every_kind_of_refusal_and_few_of_them() -> None:
    refused = [record.refused for group in plan_records(100, 3) for record in group if record.refused]
    assert sorted(refused) == sorted(REFUSALS)


def test_refused_pictures_have_a_reason_and_no_boxes(demo: Path) -> None:
    refused = [truth for truth in truth_of(demo).values() if not truth["ok"]]
    assert refused
    for truth in refused:
        assert truth["why"] in REFUSALS
        assert truth["obverse"]["box"] is None and truth["reverse"]["figures"] == []


def test_dies_are_shared_and_some_specimens_are_photographed_twice() -> None:
    records = [record for group in plan_records(100, 2) for record in group]
    assert len({record.identifier for record in records}) == 100
    specimens = {record.specimen.number: record.specimen for record in records}
    assert 5 <= 100 - len(specimens) <= 40
    dies = [(specimen.type.number, specimen.obverse_die) for specimen in specimens.values()]
    assert len(set(dies)) < len(dies)


def test_lot_texts_come_in_five_languages_with_their_marks() -> None:
    texts: dict[str, str] = {}
    for number, record in enumerate(record for group in plan_records(300, 1) for record in group):
        text, language = lot_text(record, np.random.default_rng(number))
        assert "{" not in text and f"Demo {record.specimen.type.number}" in text
        weight = f"{record.specimen.weight:.2f}"
        assert (weight if language == "en" else weight.replace(".", ",")) in text
        texts[language] = texts.get(language, "") + "\n" + text
    marks = {
        "en": ("Obv:", "Rev."),
        "de": ("Vs.:", "Rs."),
        "fr": ("A/", "R/"),
        "it": ("D/", "R/"),
        "es": ("Anv.", "Rev."),
    }
    assert set(texts) == set(marks)
    for language, expected in marks.items():
        assert all(mark in texts[language] for mark in (*expected, " / ")), language


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.code)
def test_every_type_can_be_described_in_every_language(tongue: Tongue) -> None:
    assert set(tongue.reverses) == {motif.name for motif in MOTIFS}
    assert {f"{ruler.portrait.gear}-{ruler.portrait.bust}" for ruler in RULERS} <= set(tongue.obverses)


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(LearningError, match="not an empty folder"):
        synthesize(coins=1, seed=1, out=tmp_path, report=ignore)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    synthesize(coins=1, seed=1, out=tmp_path, report=ignore)
    assert (tmp_path / "coins.csv").is_file()


@pytest.mark.parametrize("coins, seed", [(0, 1), (1, -1)])
def test_numbers_that_mean_nothing_are_refused(tmp_path: Path, coins: int, seed: int) -> None:
    with pytest.raises(LearningError, match="cannot be drawn"):
        synthesize(coins=coins, seed=seed, out=tmp_path / "out", report=ignore)


def test_work_that_is_stopped_leaves_no_folder(tmp_path: Path) -> None:
    def stop(event: dict[str, Any]) -> None:
        assert event["event"] == "progress" and event["stage"] == "drawing" and event["total"] == 4
        raise Cancelled

    with pytest.raises(Cancelled):
        synthesize(coins=4, seed=1, out=tmp_path / "out", report=stop)
    assert list(tmp_path.iterdir()) == []


def test_importing_it_loads_no_torch() -> None:
    code = "import sys, mlcore.synthesis; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
