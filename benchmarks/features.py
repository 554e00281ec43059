"""What reading and cropping cost beside a frozen backbone: `python -m benchmarks.features DATA [--backbone NAME]`.

DATA holds pictures at any depth: photographs of both sides, or of one. Extraction goes from the file to the kept
features: read, find the sides, cut them out, square, forward, write. The bare forward pass gets the same squares ready
in memory, in the same batches, dtype and threads. Both are measured in turns; the quickest round of each counts. About
five minutes on two cores for 128 pictures; --pictures 32 and a --backbone such as resnet50 make it quicker, but reading
weighs more beside a light network.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.given import find_pictures, in_words, print_figures
from mlcore.concepts.inputs import Squares, Transform
from mlcore.concepts.model import picture_features
from mlcore.features import BATCH, FeatureStore, digests_of, features_of
from mlcore.images.cropping import cut, find_sides, find_single
from mlcore.images.reading import RefusedPicture, read_picture
from mlcore.nets.backbones import BackboneChoice, fingerprint, open_backbone
from mlcore.nets.concept_net import ConceptNet, make_net
from mlcore.nets.devices import name_of, prepare_device, threads

ROUNDS = 5
CROP = 512
"""Edge of the crop that the site keeps of a side, in pixels."""


def crop_side(path: Path, transform: Transform) -> Squares:
    """The first side of a photograph as the network sees it. Raises RefusedPicture."""
    image = read_picture(path)
    try:
        crop = find_sides(image)[0]
    except RefusedPicture:
        crop = find_single(image)
    return transform.square(cut(image, crop, size=CROP))


def choose_pictures(folder: Path, transform: Transform, count: int) -> tuple[list[Path], Squares]:
    """The first pictures on which a side is found, none twice, with their squares."""
    paths, squares, refused, seen = [], [], 0, set[bytes]()
    for path in find_pictures(folder):
        if len(paths) == count:
            break
        try:
            squares.append(crop_side(path, transform))
        except RefusedPicture:
            refused += 1
            continue
        (digest,) = digests_of([path], 1)
        if digest in seen:  # the features of a file are computed once, wherever it lies
            squares.pop()
            continue
        seen.add(digest)
        paths.append(path)
    if not paths:
        raise SystemExit(f"No side of a coin was found on a picture in {folder}.")
    print(f"{len(paths)} pictures; {refused} on which no side was found were passed over")
    return paths, np.stack(squares)


def seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class Extraction:
    """From files to kept features, as training does it, with cropping before it."""

    def __init__(self, net: ConceptNet, transform: Transform, paths: Sequence[Path]) -> None:
        self._net, self._transform, self._paths = net, transform, paths
        self._key = {"weights": fingerprint(net.backbone), "bfloat16": net.halved}

    def __call__(self, folder: Path) -> int:
        """Returns how many pictures went through the backbone."""
        seen = 0

        def read(numbers: list[int]) -> Squares:
            return np.stack(list(pool.map(lambda number: crop_side(self._paths[number], self._transform), numbers)))

        def look(squares: Squares) -> np.ndarray:
            nonlocal seen
            seen += len(squares)
            return picture_features(self._net, self._transform, squares)

        with ThreadPoolExecutor(threads()) as pool:
            store = FeatureStore(folder, self._key)
            features_of(digests_of(self._paths, threads()), store, read, look, lambda event: None)
        return seen


def main(folder: Path, backbone: str, size: int, count: int) -> None:
    device = prepare_device(0)
    network, mean, std = open_backbone(BackboneChoice(backbone, "scratch", Path(), True, size))
    transform, net = Transform(size, True, mean, std), make_net(network, 1, device)
    paths, squares = choose_pictures(folder, transform, count)
    parts = [squares[start : start + BATCH] for start in range(0, len(squares), BATCH)]
    extract = Extraction(net, transform, paths)
    picture_features(net, transform, parts[0])  # the first pass allocates
    bare, whole, again = [], [], []
    for round_ in range(ROUNDS):
        bare.append(seconds_of(lambda: [picture_features(net, transform, part) for part in parts]))
        with tempfile.TemporaryDirectory() as place:
            whole.append(seconds_of(lambda: extract(Path(place))))
            again.append(seconds_of(lambda: extract(Path(place))))
            if extract(Path(place)):
                raise SystemExit("A second run looked at pictures again.")
        print(f"round {round_ + 1}: forward {bare[-1]:.2f} s, extraction {whole[-1]:.2f} s, again {again[-1]:.4f} s")
    quickest, forward, second = min(whole), min(bare), min(again)
    figures = {
        "ratio_to_forward": round(forward / quickest, 4),
        "second_run_speedup": round(quickest / second, 1),
        "images_per_second": round(len(paths) / quickest, 2),
        "forward_images_per_second": round(len(paths) / forward, 2),
        "pictures": len(paths),
        "backbone": backbone,
        "dtype": "bfloat16" if net.halved else "float32",
        "device": name_of(device),
    }
    print_figures(figures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--backbone", default="vit_base_patch16_224", help="a network of timm; its weights are random")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--pictures", type=int, default=128)
    given = parser.parse_args()
    with in_words():
        main(given.data, given.backbone, given.size, given.pictures)
