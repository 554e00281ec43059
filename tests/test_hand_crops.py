"""A crop that a person drew is never lost, never doubled and never overwritten, also not by a machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from PIL import Image

from annotations.models import Coin, Concept, DoubleGroup, HandCrop, Photograph, Side
from annotations.services.crops import BadCrop, CropConflict, crop_by_hand
from annotations.services.decisions import KeyReused
from annotations.services.snapshots import freeze_snapshot
from mlcore.contract import read_snapshot
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin

pytestmark = pytest.mark.django_db
LEFT, RIGHT = (10, 60, 200, 250), (430, 60, 620, 250)


@pytest.fixture
def coin(make_coin: MakeCoin) -> Coin:
    return make_coin("lot.1")


@pytest.fixture
def refused(tmp_path: Path, coin: Coin) -> Photograph:
    photograph = take_photograph(tmp_path, coin, draw_discs(*THREE))
    assert photograph.refusal == "many_objects"
    return photograph


def crop(user: User, photograph: Photograph, base: HandCrop | None = None, **changes: Any) -> HandCrop:
    asked: dict[str, Any] = {"boxes": {"obverse": LEFT, "reverse": RIGHT}, "key": uuid4()} | changes
    return crop_by_hand(user=user, photograph=photograph, base_id=base.pk if base else None, **asked)


def side_of(coin: Coin, face: str = "obverse") -> Side:
    return coin.sides.get(face=face)


def test_a_refused_photograph_gives_the_sides_that_a_person_drew(expert: User, coin: Coin, refused: Photograph) -> None:
    crop(expert, refused)
    obverse, reverse = coin.sides.order_by("face")
    assert obverse.crop and obverse.thumbnail and obverse.crop != reverse.crop
    assert (obverse.crop_box, reverse.crop_box) == ([*LEFT], [*RIGHT])
    assert (obverse.photograph, obverse.cropped_by, obverse.crop_confidence) == (refused, expert, 1.0)
    refused.refresh_from_db()
    assert (refused.refusal, refused.reason) == ("", "")
    with Image.open(Path(settings.MEDIA_ROOT) / obverse.crop) as cut:
        assert cut.width == cut.height
        assert abs(cut.width - 190 / 0.94) <= 2, "cut from the original at its own size, with a margin"


def test_the_same_key_twice_is_one_crop(expert: User, refused: Photograph) -> None:
    key = uuid4()
    assert crop(expert, refused, key=key) == crop(expert, refused, key=key)
    assert HandCrop.objects.count() == 1


def test_a_key_cannot_stand_for_another_persons_crop(expert: User, second_expert: User, refused: Photograph) -> None:
    key: UUID = uuid4()
    crop(expert, refused, key=key)
    with pytest.raises(KeyReused):
        crop(second_expert, refused, key=key)


def test_a_stale_crop_is_a_conflict_that_shows_the_other(
    expert: User, second_expert: User, coin: Coin, refused: Photograph
) -> None:
    first = crop(expert, refused)
    with pytest.raises(CropConflict) as conflict:
        crop(second_expert, refused, boxes={"obverse": RIGHT})
    assert conflict.value.current == first
    assert side_of(coin).crop_box == [*LEFT]


def test_a_later_crop_answers_the_first_and_both_rows_stay(expert: User, coin: Coin, refused: Photograph) -> None:
    first = crop(expert, refused)
    second = crop(expert, refused, first, boxes={"obverse": RIGHT, "reverse": LEFT})
    assert (second.base, HandCrop.objects.count()) == (first, 2)
    assert side_of(coin).crop_box == [*RIGHT]


def test_a_side_that_the_photograph_shows_no_longer_loses_its_picture(
    expert: User, coin: Coin, refused: Photograph
) -> None:
    crop(expert, refused, crop(expert, refused), boxes={"obverse": LEFT})
    reverse = side_of(coin, "reverse")
    assert (reverse.crop, reverse.photograph, reverse.cropped_by, reverse.crop_box) == ("", None, None, None)
    assert side_of(coin).crop


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({}, "Draw a box"),
        ({"edge": LEFT}, "Draw a box"),
        ({"obverse": (0, 0, 641, 300)}, "leaves the photograph of 640 x 320"),
        ({"obverse": (-1, 0, 100, 100)}, "leaves the photograph"),
        ({"obverse": (300, 0, 100, 100)}, "too small"),
        ({"obverse": LEFT, "reverse": (0, 0, 10, 100)}, "box of the reverse"),
    ],
)
def test_boxes_that_cannot_be_cut_are_refused(
    expert: User, coin: Coin, refused: Photograph, boxes: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadCrop, match=words):
        crop(expert, refused, boxes=boxes)
    assert not HandCrop.objects.exists()
    assert not side_of(coin).crop


def test_a_photograph_that_was_never_read_or_is_gone_says_so(expert: User, refused: Photograph) -> None:
    (Path(settings.ORIGINALS_ROOT) / refused.file).unlink()
    with pytest.raises(BadCrop, match="The original of"):
        crop(expert, refused)
    refused.file = ""
    with pytest.raises(BadCrop, match="could not be read"):
        crop(expert, refused)


def test_importing_again_leaves_what_a_person_cropped(
    tmp_path: Path, expert: User, coin: Coin, refused: Photograph
) -> None:
    crop(expert, refused, boxes={"obverse": LEFT})
    before = side_of(coin).crop
    take_photograph(tmp_path, coin, draw_discs(*THREE))
    take_photograph(tmp_path, coin, draw_discs(*TWO))
    assert (side_of(coin).crop, side_of(coin).crop_box, side_of(coin).cropped_by) == (before, [*LEFT], expert)
    assert side_of(coin, "reverse").crop, "what nobody cropped by hand is the machine's"


def test_a_stacked_picture_gives_the_obverse_from_above(tmp_path: Path, coin: Coin) -> None:
    image = draw_discs((20, 20, 300, 300), (20, 340, 300, 620), size=(320, 640))
    photograph = take_photograph(tmp_path, coin, image, face="stacked")
    assert (photograph.scope, photograph.refusal) == ("stacked", "")
    obverse, reverse = coin.sides.order_by("face")
    assert obverse.crop_box[3] < 320 < reverse.crop_box[1]


def test_all_coins_of_a_group_of_doubles_stand_in_one_split(make_coin: MakeCoin, concepts: dict[str, Concept]) -> None:
    group = DoubleGroup.objects.create(kind="exact", score=1.0, reason="The same bytes.")
    names = [f"coin.{number:02}" for number in range(12)]
    for name in names:
        make_coin(name, reverse="Eagle standing left", crop="ab/picture.webp", doubles=group)
    make_coin("alone", reverse="Eagle standing left", crop="ab/picture.webp")
    snapshot = read_snapshot(Path(settings.MODELS_ROOT) / freeze_snapshot(user=None).file)
    splits = {sample.split for sample in snapshot.samples if sample.coin == "coin.00"}
    assert ({sample.coin for sample in snapshot.samples}, len(splits)) == ({"coin.00", "alone"}, 1)
    assert set(Coin.objects.filter(doubles=group).values_list("split", flat=True)) == splits
