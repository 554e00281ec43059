"""How well doubles are found: `python -m benchmarks.doubles IMAGES [PICTURES] [SEED]`.

Every picture of the folder is taken for a different one. Of some, copies are made as they come about: saved again,
resized, cut a little, made brighter, given a margin. Then as many hashes are indexed as a large collection has. Half a
minute on one core for the 1,000 pictures that are drawn where PICTURES does not say how many.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.given import can_be_read, find_pictures, print_figures, print_left_out
from mlcore.images.doubles import DoubleSettings, Group, find_doubles
from mlcore.images.fingerprints import HASH_BYTES
from mlcore.images.near_hashes import near_pairs
from mlcore.images.reading import read_picture

Random = np.random.Generator
COLLECTION = 100_000
COPIED = 3
"""One picture in so many is copied."""


def saved(image: Image.Image, kind: str = "JPEG", quality: int = 60) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, kind, quality=quality)
    return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")


def scaled(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.BICUBIC)


def cut(image: Image.Image, random: Random, most: float) -> Image.Image:
    left, top, right, bottom = random.uniform(0, most, 4)
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


COPIES: dict[str, Callable[[Image.Image, Random], Image.Image]] = {
    "same pixels": lambda image, random: image,
    "jpeg 40": lambda image, random: saved(image, "JPEG", 40),
    "webp 60": lambda image, random: saved(image, "WEBP", 60),
    "half size": lambda image, random: saved(scaled(image, 0.5), "JPEG", 85),
    "larger": lambda image, random: saved(scaled(image, 1.7)),
    "cut 2 %": lambda image, random: saved(cut(image, random, 0.02)),
    "cut 4 %": lambda image, random: saved(cut(image, random, 0.04)),
    "darker": lambda image, random: saved(ImageEnhance.Brightness(image).enhance(0.75)),
    "brighter": lambda image, random: saved(ImageEnhance.Brightness(image).enhance(1.2)),
    "contrast": lambda image, random: saved(ImageEnhance.Contrast(image).enhance(1.3)),
    "grey": lambda image, random: saved(image.convert("L").convert("RGB")),
    "margin": lambda image, random: saved(ImageOps.expand(image, image.width // 10, "white")),
    "all at once": lambda image, random: saved(
        scaled(cut(ImageEnhance.Brightness(image).enhance(0.9), random, 0.03), 0.6), "JPEG", 50
    ),
}


def make_copies(paths: list[Path], folder: Path, random: Random) -> dict[str, tuple[str, str]]:
    """Write one copy of each picture, the kinds in turns; return copy → (original, kind)."""
    truth = {}
    for number, path in enumerate(paths):
        kind = list(COPIES)[number % len(COPIES)]
        name = f"copy-{number}.png"
        COPIES[kind](read_picture(path), random).save(folder / name)
        truth[name] = (path.name, kind)
    return truth


def measure(groups: list[Group[str]], truth: dict[str, tuple[str, str]]) -> dict[str, float | None]:
    """Compare pairs within groups with the pairs of copy and original, and print the share found of each kind. None
    where no pair was found, or none made."""
    pairs = {(one, other) for group in groups for one in group.members for other in group.members if one < other}
    wanted = {tuple(sorted((copy, original))): kind for copy, (original, kind) in truth.items()}
    found = Counter(kind for pair, kind in wanted.items() if pair in pairs)
    for kind, number in Counter(wanted.values()).items():
        print(f"{kind:12} {found[kind]:4} of {number}")
    wrong = sorted(pairs - wanted.keys())
    for group in groups:
        if any(set(pair) <= set(group.members) for pair in wrong):
            print(f"not one: {', '.join(group.members)}: {group.reason}, likeness {group.score}")
    right = found.total()
    return {
        "precision": round(right / len(pairs), 4) if pairs else None,
        "recall": round(right / len(wanted), 4) if wanted else None,
    }


def index_seconds(random: Random) -> float:
    """Time the search for near pairs among as many random hashes as a large collection has, each with a near copy."""
    known = random.integers(0, 256, (COLLECTION, HASH_BYTES), dtype=np.uint8)
    flips = np.packbits(random.random((COLLECTION, HASH_BYTES * 8)) < 0.06, axis=1)
    start = time.process_time()
    found = {
        int(asked[row])
        for asked, place, _ in near_pairs(known ^ flips, known, DoubleSettings().most_bits)
        for row in np.flatnonzero(asked == place)
    }
    seconds = time.process_time() - start
    print(f"{COLLECTION:,} hashes: {len(found) / COLLECTION:.1%} of copies shortlisted in {seconds:.1f} s")
    return round(seconds, 2)


def choose_pictures(folder: Path, most: int, random: Random) -> list[Path]:
    """So many that can be read, drawn at random; none twice, and none of the name of another."""
    different = {hashlib.sha256(path.read_bytes()).digest(): path for path in find_pictures(folder)}
    paths = list({path.name: path for path in different.values()}.values())
    paths = [paths[place] for place in random.permutation(len(paths))[:most]]
    sound = {path for path in paths if can_be_read(path)}
    print_left_out([path.name for path in paths if path not in sound], "that cannot be read")
    if len(sound) < COPIED:
        raise SystemExit(f"{folder} has {len(sound)} pictures to read; one in {COPIED} is copied. Take more.")
    return [path for path in paths if path in sound]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path)
    parser.add_argument("pictures", type=int, nargs="?", default=1000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    given = parser.parse_args()
    random = np.random.default_rng(given.seed)
    paths = choose_pictures(given.images, given.pictures, random)
    with tempfile.TemporaryDirectory() as folder:
        truth = make_copies(paths[: len(paths) // COPIED], Path(folder), random)
        pictures = [(path.name, path) for path in (*paths, *(Path(folder) / name for name in truth))]
        start = time.process_time()
        groups, refused = find_doubles(pictures)
        seconds = time.process_time() - start
    for name, sentence in refused.items():
        print(f"{name}: {sentence}")
    figures = measure(groups, truth) | {"per_core_second": round(len(pictures) / seconds, 1)}
    print_figures(figures | {"index_seconds_100000": index_seconds(random)})


if __name__ == "__main__":
    main()
