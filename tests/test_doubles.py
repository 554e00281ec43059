"""Pictures that stand twice are found however they were saved again; different coins of one type are left apart."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.doubles import COPIES, make_copies, measure
from mlcore.images.doubles import DoubleSettings, Group, find_doubles, group_doubles
from mlcore.images.fingerprints import take_fingerprint
from mlcore.images.likeness import likeness
from mlcore.images.near_hashes import near_pairs
from mlcore.images.reading import read_picture


def coin(seed: int, size: int = 240) -> Image.Image:
    """A disc with relief of its own; all have the same outline, as coins of one type have."""
    random = np.random.default_rng(seed)
    relief = Image.fromarray(random.integers(60, 190, (24, 24), dtype=np.uint8)).resize((size, size))
    image = Image.new("L", (size, size), 255)
    disc = Image.new("L", (size, size), 0)
    ImageDraw.Draw(disc).ellipse((8, 8, size - 9, size - 9), fill=255)
    image.paste(relief, mask=disc)
    return image.convert("RGB")


def saved(folder: Path, name: str, image: Image.Image, **options: int) -> tuple[str, Path]:
    image.save(folder / name, **options)
    return name, folder / name


def groups(*pictures: tuple[str, Path]) -> list[Group[str]]:
    found, refused = find_doubles(pictures)
    assert refused == {}
    return found


def test_the_same_file_and_the_same_pixels_are_told_apart(tmp_path: Path) -> None:
    pictures = [saved(tmp_path, "a.png", coin(1)), saved(tmp_path, "b.png", coin(1))]
    pictures.append(saved(tmp_path, "c.webp", coin(2), lossless=True))
    pictures.append(saved(tmp_path, "d.png", coin(2)))
    pictures.append(saved(tmp_path, "e.png", coin(3)))
    assert groups(*pictures) == [
        Group(("a.png", "b.png"), "same file", 1.0),
        Group(("c.webp", "d.png"), "same pixels", 1.0),
    ]


@pytest.mark.parametrize("kind", sorted(COPIES.keys() - {"same pixels"}))
def test_a_copy_is_found_however_it_was_made(kind: str, tmp_path: Path) -> None:
    copy = COPIES[kind](coin(4), np.random.default_rng(2))
    others = [saved(tmp_path, f"{seed}.png", coin(seed)) for seed in range(5, 9)]
    (group,) = groups(saved(tmp_path, "first.png", coin(4)), *others, saved(tmp_path, "copy.png", copy))
    assert (group.members, group.reason) == (("first.png", "copy.png"), "near")
    assert 0.86 <= group.score <= 1


def test_a_group_says_what_is_least_sure_in_it(tmp_path: Path) -> None:
    first = saved(tmp_path, "a.png", coin(1))
    again = saved(tmp_path, "b.png", coin(1))
    near = saved(tmp_path, "c.jpg", coin(1), quality=50)
    (group,) = groups(first, again, near)
    assert (group.members, group.reason) == (("a.png", "b.png", "c.jpg"), "near")
    assert group.score < 1


def test_blank_pictures_are_no_doubles_unless_they_are_the_same(tmp_path: Path) -> None:
    blanks = [saved(tmp_path, f"{level}.png", Image.new("RGB", (90, 90), (level,) * 3)) for level in (250, 252)]
    assert groups(*blanks) == []


def test_what_cannot_be_read_is_named_and_the_rest_is_compared(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"hello")
    pictures = [saved(tmp_path, "a.png", coin(1)), ("bad", tmp_path / "bad.jpg"), ("gone", tmp_path / "gone.jpg")]
    found, refused = find_doubles(pictures)
    assert found == []
    assert set(refused) == {"bad", "gone"}
    assert all(sentence.endswith(".") for sentence in refused.values())


def test_fingerprints_that_were_kept_are_compared_and_only_what_looks_alike_is_opened() -> None:
    def png(image: Image.Image) -> bytes:
        stream = io.BytesIO()
        image.save(stream, "PNG")
        return stream.getvalue()

    contents = {1: png(coin(1)), 2: png(coin(2)), 3: png(coin(1).resize((200, 200)))}
    opened: list[int] = []

    def read(name: int) -> Image.Image:
        opened.append(name)
        return read_picture(contents[name])

    found = group_doubles({name: take_fingerprint(content) for name, content in contents.items()}, read)
    assert [group.members for group in found] == [(1, 3)]
    assert set(opened) == {1, 3}


def test_likeness_is_one_for_the_same_and_low_for_another_coin() -> None:
    assert likeness(coin(1), coin(1)) == pytest.approx(1.0)
    assert likeness(coin(1), coin(2)) < 0.5
    assert likeness(coin(1), Image.new("RGB", (240, 240), "white")) == 0.0


def test_near_hashes_are_found_among_many_and_far_ones_are_not() -> None:
    random = np.random.default_rng(7)
    known = random.integers(0, 256, (5000, 32), dtype=np.uint8)
    flips = np.packbits(random.random((5000, 256)) < 0.04, axis=1)
    bits = np.bitwise_count(flips).sum(axis=1)
    found = {
        (int(one), int(other)): int(far)
        for part in near_pairs(known ^ flips, known, 20)
        for one, other, far in zip(*part, strict=True)
    }
    assert all(one == other and far == bits[one] for (one, other), far in found.items())
    near = int((bits <= 20).sum())
    assert len(found) >= 0.995 * near
    assert list(near_pairs(known, known[:0], 20)) == []


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="most_bits"):
        DoubleSettings(most_bits=200)


def test_copies_of_real_sides_are_found_and_coins_of_one_type_kept_apart(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "ans/images").iterdir())[:150]
    truth = make_copies(paths[:39], tmp_path, np.random.default_rng(1))
    pictures = [(path.name, path) for path in (*paths, *(tmp_path / name for name in truth))]
    found, _ = find_doubles(pictures)
    figures = measure(found, truth)
    assert figures["precision"] == 1.0
    assert figures["recall"] >= 0.95
