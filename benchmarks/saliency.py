"""What maps cost and where they point: `python -m benchmarks.saliency [DATA] [--backbone NAME]`.

HiPe as it is built against the plain form in two loops (the first makes all masks and pictures of a level, the second
scores them): the same network and picture, each in a process of its own, equal maps, passes and peak memory above what
the process held before. Then every method on sides whose main figure a person boxed. `DATA`: the museum's coins
(`coins.csv`, `boxes.json`, `images/`); without it discs are drawn. About five minutes; --seconds 10 makes it two, with
models that have learned little. Ends with a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

from benchmarks.given import in_words, print_figures
from benchmarks.saliency_models import (
    CONCEPTS,
    SIZE,
    TRANSFORM,
    WORDS,
    Box,
    Side,
    as_model,
    drawn_sides,
    kept_back_accuracy,
    museum_sides,
    train_model,
)
from mlcore.concepts.explaining import explain_concept, methods_for, scoring
from mlcore.concepts.inputs import Transform
from mlcore.concepts.model import ConceptModel
from mlcore.explain.hipe import FIRST_GRID, hipe, veil_of, windows_of
from mlcore.explain.methods import METHODS, spread
from mlcore.explain.pointing import PointingRow, pointing, summarise
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import make_net

Floats = npt.NDArray[np.float32]
DEPTH, BATCH = 4, 16
LARGE = Transform(256, TRANSFORM.grey, TRANSFORM.mean, TRANSFORM.std)
"""For the comparison of memory: a convolutional network sees pictures larger than those it learned from."""
TRAINING_SECONDS = 50
SIDES = 6
"""Per concept, for the table of methods."""
SAME = 1e-4


@torch.inference_mode()
def two_loops(
    net: nn.Module, transform: Transform, square: npt.NDArray[np.uint8], depth: int, batch: int
) -> tuple[Floats, int]:
    """HiPe as it is commonly written. Map (size, size) in 0..1 and passes."""
    both = np.stack([square, veil_of(square, "mean")])
    image, veil = transform.normalise(transform.tensor(both, torch.device("cpu"))).split(1)
    whole, forwards = float(net(image)[0, 0]), 1
    total = np.zeros(square.shape[:2], dtype=np.float32)
    for level in range(depth):
        masks, hidden = [], []
        for window in windows_of(total, level):
            mask = torch.zeros(1, 1, *square.shape[:2])
            mask[0, 0][window] = 1
            masks.append(mask)
            hidden.append(image * (1 - mask) + veil * mask)
        fall, seen = torch.zeros(square.shape[:2]), torch.zeros(square.shape[:2])
        for start in range(0, len(masks), batch):
            left = net(torch.cat(hidden[start : start + batch]))[:, 0]
            stack = torch.cat(masks[start : start + batch])[:, 0]
            fall += (torch.relu(whole - left)[:, None, None] * stack).sum(dim=0)
            seen += stack.sum(dim=0)
        forwards += len(masks)
        total = total + (fall / seen.clamp(min=1)).numpy()
    return spread(total), forwards


def run_child(form: str, folder: Path) -> dict[str, Any]:
    """One map in this process: passes, seconds, and peak memory in MB above what it held before."""
    about = json.loads((folder / "about.json").read_text())
    net = make_net(build_backbone(about["backbone"], SIZE), len(CONCEPTS), torch.device("cpu"))
    net.load_state_dict(load_file(folder / "net.safetensors"))
    answering = as_model(net.eval(), about["backbone"]).answering([about["concept"]])
    square = np.load(folder / "square.npy")
    score = scoring(answering, LARGE)
    score(square[None])
    Path("/proc/self/clear_refs").write_text("5")  # lets the peak start anew
    before, start = memory_in_mb("VmRSS"), time.perf_counter()
    if form == "plain":
        found, forwards = two_loops(answering, LARGE, square, DEPTH, BATCH)
    else:
        found, forwards = hipe(lambda squares: score(squares)[:, 0], square, depth=DEPTH, batch=BATCH)
    seconds, after = time.perf_counter() - start, memory_in_mb("VmHWM")
    np.save(folder / f"{form}.npy", found)
    return {"forwards": forwards, "seconds": round(seconds, 2), "peak_mb": round(after - before, 1)}


def memory_in_mb(name: str) -> float:
    """What the kernel says of this process; getrusage would give a child the peak of its parent."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"This kernel does not tell {name}; the benchmark needs Linux.")


def clearest(model: ConceptModel, sides: list[Side]) -> tuple[Side, str]:
    """The side kept back, and its concept, of which the model is surest among those that are right."""
    asked = [(side, name) for side in sides if side.kept_back for name in sorted(side.concepts)][:60]
    if not asked:
        words = ", ".join(word for words in WORDS.values() for word in words)
        raise SystemExit(f"No text of a side that is kept back names any of {words}. Take other coins.")
    said = model.predict([side.picture for side, _ in asked])
    return max(zip(asked, said, strict=True), key=lambda each: float(each[1][CONCEPTS.index(each[0][1])]))[0]


def compare_forms(model: ConceptModel, side: Side, concept: str) -> dict[str, Any]:
    """Both forms on one side, each in a process of its own; raises SystemExit where their maps differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = {key: value.contiguous() for key, value in model.net.state_dict().items()}
        save_file(weights, folder / "net.safetensors")
        (folder / "about.json").write_text(json.dumps({"backbone": model.about["backbone"], "concept": concept}))
        np.save(folder / "square.npy", LARGE.square(side.picture))
        found = {}
        for form in ("merged", "plain"):
            command = [sys.executable, "-m", "benchmarks.saliency", "--child", form, "--folder", name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[form] = json.loads(done.stdout.splitlines()[-1])
        apart = float(np.abs(np.load(folder / "merged.npy") - np.load(folder / "plain.npy")).max())
    if apart > SAME:
        raise SystemExit(f"The maps of the two forms differ by {apart}; they must be the same map.")
    every = 1 + sum((FIRST_GRID * 2**level + 1) ** 2 for level in range(DEPTH))
    print(f"HiPe to depth {DEPTH} at {LARGE.size} px in batches of {BATCH}; maps differ by {apart:.1e} at most")
    for form, figures in found.items():
        print(
            f"  {form:8} {figures['forwards']:5} passes  {figures['seconds']:6.2f} s  {figures['peak_mb']:7.1f} MB more"
        )
    print(f"  without a hierarchy {every} passes")
    merged, plain = found["merged"], found["plain"]
    return {
        "forwards": merged["forwards"],
        "forwards_plain": plain["forwards"],
        "forwards_exhaustive": every,
        "peak_mb": merged["peak_mb"],
        "peak_mb_plain": plain["peak_mb"],
    }


def measure_methods(model: ConceptModel, sides: list[Side]) -> list[dict[str, Any]]:
    """Per method passes, seconds a map, and where the maps point, on sides that are kept back and boxed."""
    asked = [(side, box, name) for name in CONCEPTS for side, box in boxed(sides, name)]
    if not asked:
        return []
    rows, costs = [], []
    for method in methods_for(model):
        start, passes = time.perf_counter(), []
        for side, box, concept in asked:
            found = explain_concept(model, side.picture, concept, method)
            rows.append(PointingRow(concept, method, side.coin, pointing(found.map, [box])))
            passes.append((found.forwards, found.backwards))
        forwards, backwards = np.mean(passes, axis=0)
        seconds = (time.perf_counter() - start) / len(asked)
        costs.append({"method": method, "forwards": forwards, "backwards": backwards, "seconds": seconds})
    figures = {row["method"]: row for row in summarise(rows) if row["concept"] is None}
    return [cost | figures[cost["method"]] for cost in costs]


def boxed(sides: list[Side], concept: str) -> list[tuple[Side, Box]]:
    """The first sides that are kept back and show it, with the box of their figure."""
    return [(side, side.box) for side in sides if side.kept_back and side.box and concept in side.concepts][:SIDES]


def print_methods(backbone: str, accuracy: float | None, table: list[dict[str, Any]]) -> None:
    known = "not known" if accuracy is None else f"{accuracy:.2f}"
    if not table:
        print(f"{backbone}: balanced accuracy {known} on sides kept back; none with a box to hold maps against")
        return
    print(f"{backbone}: balanced accuracy {known} on sides kept back; {table[0]['maps']} maps a method")
    print("  method             forwards back  seconds  share inside [95 %]     hits   chance")
    for row in table:
        low, high = row["intervals"]["share"] or (np.nan, np.nan)
        share = "every map is empty  " if row["share"] is None else f"{row['share']:.2f} [{low:.2f} to {high:.2f}]"
        print(
            f"  {METHODS[row['method']]:18} {row['forwards']:8.0f} {row['backwards']:4.0f} {row['seconds']:8.2f}"
            f"   {share}   {row['hits']:6.2f}   {row['chance']:6.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="folder with coins.csv, boxes.json and images")
    parser.add_argument("--backbone", default="mobilenetv3_small_050", help="convolutional network of timm")
    parser.add_argument(
        "--transformer", default="test_vit", help="vision transformer of timm, for the table of methods"
    )
    parser.add_argument("--seconds", type=float, default=TRAINING_SECONDS, help="of one core, to train each network")
    parser.add_argument("--child", choices=("merged", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.child:
        print(json.dumps(run_child(chosen.child, chosen.folder)))
        return
    Image.init()
    with in_words():
        sides = list(museum_sides(chosen.data) if chosen.data else drawn_sides())
        first = train_model(sides, chosen.backbone, chosen.seconds)
        figures = compare_forms(first, *clearest(first, sides))
        second = train_model(sides, chosen.transformer, chosen.seconds)
        for name, model in ((chosen.backbone, first), (chosen.transformer, second)):
            print_methods(name, kept_back_accuracy(model, sides), measure_methods(model, sides))
    print_figures(figures)


if __name__ == "__main__":
    main()
