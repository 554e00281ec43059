"""Both sides are found on a photograph, or it is refused for a reason that a person can act on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.crops import intersection_over_union, measure_quality
from benchmarks.kinds import BAD, GOOD
from benchmarks.variations import load_pairs, measure_bad, measure_good
from mlcore.images.cropping import (
    Crop,
    CropSettings,
    Refusal,
    RefusedPicture,
    cut,
    find_sides,
    find_single,
    find_stacked,
)
from mlcore.images.masks import coin_mask
from mlcore.images.reading import read_picture

Box = tuple[int, int, int, int]
LEFT, RIGHT = (60, 40, 360, 340), (430, 50, 720, 340)


def photograph(
    *coins: Box, ground: str = "white", metal: str = "#8a6f4d", size: tuple[int, int] = (800, 400)
) -> Image.Image:
    """Discs of mottled metal on a plain ground, with the noise of a camera."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in coins:
        draw.ellipse((left, top, right - 1, bottom - 1), fill=metal)
        draw.ellipse((left + 40, top + 30, left + 120, top + 130), fill="#3c3226")
    noise = np.random.default_rng(5).normal(0, 1.5, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def refusal(image: Image.Image) -> Refusal:
    with pytest.raises(RefusedPicture) as caught:
        find_sides(image)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("ground", ["white", "black", "#c9cacc", "#f3ecdd", "#2a4a7a"])
def test_both_sides_are_found_to_the_pixel_on_any_plain_ground(ground: str) -> None:
    obverse, reverse = find_sides(photograph(LEFT, RIGHT, ground=ground))
    for crop, box in ((obverse, LEFT), (reverse, RIGHT)):
        assert np.abs(np.subtract(crop.box, box)).max() <= 3
        assert crop.confidence > 0.8


def test_a_ground_that_grows_darker_is_followed() -> None:
    slope = np.linspace(0, 45, 800)[None, :, None]
    image = Image.fromarray((np.asarray(photograph(LEFT, RIGHT)) - slope).clip(0, 255).astype(np.uint8))
    obverse, reverse = find_sides(image)
    assert intersection_over_union(obverse.box, LEFT) > 0.95
    assert intersection_over_union(reverse.box, RIGHT) > 0.95


def test_scale_bar_caption_and_dust_are_left_out() -> None:
    image = photograph(LEFT, RIGHT)
    draw = ImageDraw.Draw(image)
    draw.rectangle((790, 0, 799, 399), fill="black")
    draw.rectangle((392, 0, 396, 399), fill="black")
    draw.text((60, 380), "Lot 218 (actual size)", fill="black")
    image.putpixel((10, 10), (0, 0, 0))
    obverse, reverse = find_sides(image)
    assert intersection_over_union(obverse.box, LEFT) > 0.95
    assert intersection_over_union(reverse.box, RIGHT) > 0.95


def test_sides_that_touch_are_parted_between_them() -> None:
    left, right = (40, 50, 340, 350), (335, 50, 635, 350)
    obverse, reverse = find_sides(photograph(left, right, size=(680, 400)))
    assert intersection_over_union(obverse.box, left) > 0.95
    assert intersection_over_union(reverse.box, right) > 0.95


@pytest.mark.parametrize(
    ("coins", "size", "code"),
    [
        ((), (800, 400), Refusal.NO_COIN),
        ((LEFT,), (800, 400), Refusal.ONE_SIDE),
        (((40, 20, 200, 180), (320, 20, 480, 180), (600, 20, 760, 180)), (800, 200), Refusal.MANY_OBJECTS),
        (((50, 30, 350, 330), (50, 400, 350, 700)), (400, 740), Refusal.STACKED),
        ((LEFT, (640, 50, 940, 350)), (800, 400), Refusal.CUT_BY_EDGE),
        ((LEFT, (500, 160, 640, 300)), (800, 400), Refusal.UNLIKE_SIDES),
        (((30, 60, 190, 220), (150, 100, 400, 300), (460, 50, 720, 340)), (800, 400), Refusal.NOT_ROUND),
    ],
)
def test_what_is_not_two_sides_of_one_coin_is_refused(
    coins: tuple[Box, ...], size: tuple[int, int], code: Refusal
) -> None:
    assert refusal(photograph(*coins, size=size)) == code


def test_an_uneven_ground_is_refused() -> None:
    image = photograph(LEFT, RIGHT)
    image.paste("#404040", (0, 0, 400, 40))
    image.paste("#909090", (400, 340, 800, 400))
    assert refusal(image) == Refusal.UNEVEN_BACKGROUND


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (40, 20)])
def test_a_picture_too_small_to_show_a_coin_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(RefusedPicture):
        find_sides(Image.new("RGB", size, "white"))
    with pytest.raises(RefusedPicture):
        find_single(Image.new("RGB", size, "black"))


def test_pictures_full_of_texture_are_refused_quickly() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (800, 1600, 3), dtype=np.uint8)
    assert refusal(Image.fromarray(noise)) in (Refusal.UNEVEN_BACKGROUND, Refusal.NO_COIN)
    dots = np.full((800, 1600, 3), 255, dtype=np.uint8)
    dots[60:740:30, 60:1540:30] = 0
    with pytest.raises(RefusedPicture):
        find_sides(Image.fromarray(dots).filter(ImageFilter.MinFilter(9)))


def test_a_single_side_may_fill_the_picture() -> None:
    crop = find_single(photograph((0, 2, 256, 254), size=(256, 256)))
    assert intersection_over_union(crop.box, (0, 2, 256, 254)) > 0.95
    with pytest.raises(RefusedPicture, match="2 objects"):
        find_single(photograph(LEFT, RIGHT))


def test_the_crop_is_a_square_of_the_ground_with_the_whole_side_in_it() -> None:
    image = photograph((100, 50, 400, 290), size=(800, 400), ground="#c9cacc")
    square = cut(image, Crop((100, 50, 400, 290), 1.0), size=224)
    assert square.size == (224, 224)
    assert np.abs(np.asarray(square)[2, 2].astype(int) - (0xC9, 0xCA, 0xCC)).max() <= 2
    crop = find_single(square)
    assert abs((crop.box[2] - crop.box[0]) / (crop.box[3] - crop.box[1]) - 300 / 240) < 0.03
    assert cut(image, Crop((100, 50, 130, 80), 1.0), size=224).width < 40


UPPER, LOWER = (50, 40, 350, 330), (60, 420, 340, 700)


def test_sides_above_each_other_are_found_where_they_are_looked_for() -> None:
    image = photograph(UPPER, LOWER, size=(400, 740))
    for crop, box in zip(find_stacked(image), (UPPER, LOWER), strict=True):
        assert np.abs(np.subtract(crop.box, box)).max() <= 3
    assert refusal(image) == Refusal.STACKED
    with pytest.raises(RefusedPicture, match="side by side; one above the other was expected") as caught:
        find_stacked(photograph(LEFT, RIGHT))
    assert caught.value.code == Refusal.SIDE_BY_SIDE
    with pytest.raises(RefusedPicture, match="upper side is cut off"):
        find_stacked(photograph((50, -120, 350, 180), LOWER, size=(400, 740)))


@pytest.mark.parametrize(("inset", "wide"), [(0, 3), (6, 1), (5, 8)])
def test_a_frame_around_the_picture_is_left_out(inset: int, wide: int) -> None:
    image = photograph(LEFT, RIGHT)
    ImageDraw.Draw(image).rectangle((inset, inset, 799 - inset, 399 - inset), outline="#502020", width=wide)
    for crop, box in zip(find_sides(image), (LEFT, RIGHT), strict=True):
        assert np.abs(np.subtract(crop.box, box)).max() <= 3


def test_a_card_beside_a_coin_is_no_side() -> None:
    image = photograph(LEFT)
    ImageDraw.Draw(image).rectangle((430, 60, 720, 330), fill="#3050a0")
    assert refusal(image) == Refusal.NOT_ROUND


def test_a_shadow_is_taken_off_and_lowers_the_confidence() -> None:
    clear = photograph(LEFT, RIGHT, ground="#e6e6e6", metal="#8a5f2d")
    shadow = Image.new("L", clear.size, 0)
    for left, top, right, bottom in (LEFT, RIGHT):
        ImageDraw.Draw(shadow).ellipse((left + 12, top + 12, right + 11, bottom + 11), fill=150)
    image = photograph(ground="#e6e6e6")
    image.paste("black", mask=shadow.filter(ImageFilter.GaussianBlur(9)))
    coins = Image.new("L", clear.size, 0)
    for left, top, right, bottom in (LEFT, RIGHT):
        ImageDraw.Draw(coins).ellipse((left, top, right - 1, bottom - 1), fill=255)
    image.paste(clear, mask=coins)
    for shaded, crop, box in zip(find_sides(image), find_sides(clear), (LEFT, RIGHT), strict=True):
        assert intersection_over_union(shaded.box, box) > 0.9
        assert shaded.confidence < 0.75 * crop.confidence


def test_a_picture_kept_in_several_blocks_of_memory_is_seen_the_same() -> None:
    small = photograph(LEFT, RIGHT)
    large = small.resize((3200, 1600))
    for crop, box in zip(find_sides(large), (LEFT, RIGHT), strict=True):
        assert np.abs(np.subtract(crop.box, np.multiply(box, 4))).max() <= 12


def test_the_mask_shows_the_coin_without_its_ground_and_its_holes_open() -> None:
    image = photograph((100, 40, 400, 340), size=(520, 400), ground="#c9cacc")
    ImageDraw.Draw(image).ellipse((300, 120, 339, 159), fill="#c9cacc")
    crop = find_single(image)
    mask = coin_mask(image, crop)
    left, top, right, bottom = crop.box
    assert mask.shape == (bottom - top, right - left)
    assert not mask[140 - top, 320 - left] and mask[140 - top, 260 - left]
    assert not mask[2, 2] and not mask[-3, -3]
    assert abs(mask.mean() - (np.pi / 4 - np.pi * 400 / 300**2)) < 0.02


def test_pale_metal_within_the_rim_counts_as_coin() -> None:
    image = photograph((100, 40, 400, 340), size=(520, 400))
    ImageDraw.Draw(image).polygon([(180, 120), (320, 110), (200, 140), (330, 150), (190, 130)], fill="white")
    mask = coin_mask(image, find_single(image))
    assert abs(mask.mean() - np.pi / 4) < 0.02


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        CropSettings(least_roundness=1.2)
    with pytest.raises(ValueError, match="at least 64"):
        CropSettings(working_length=10)


def test_real_photographs_are_cut_as_a_person_would(shared: Path) -> None:
    truths = json.loads((shared / "photographs/truth.json").read_text())
    figures = measure_quality(shared / "photographs", truths)
    assert figures["iou90_good"] >= 0.99
    assert figures["refused_bad"] >= 0.99


def test_sides_are_found_whatever_photographers_do(shared: Path) -> None:
    random = np.random.default_rng(11)
    pairs = load_pairs(shared / "ans/images", random, 6)
    shares = {kind: measure_good(kind, pairs, random)[0] for kind in GOOD if kind != "large"}
    assert {kind: share for kind, share in shares.items() if share < 1 - 1.01 / len(pairs)} == {}
    assert np.mean(list(shares.values())) >= 0.98
    assert {kind: share for kind in BAD if (share := measure_bad(kind, pairs, random)[0]) < 1} == {}


def test_real_single_sides_and_hoard_photographs_are_accepted(shared: Path) -> None:
    for path in sorted((shared / "ans/images").iterdir())[::40]:
        assert find_single(read_picture(path)).confidence > 0.4, path.name
    for folder in ("auction", "toulouse"):
        for path in (shared / folder / "images").iterdir():
            obverse, reverse = find_sides(read_picture(path))
            assert obverse.box[0] < reverse.box[0], path.name
