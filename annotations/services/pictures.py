"""Photographs in, sides out: read, crop, keep; what was refused keeps its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from PIL import Image

from annotations.models import Coin, Photograph, Side
from annotations.models.coins import Scope
from annotations.records import CoinRecord, PictureRecord
from annotations.services import media
from annotations.services.corpus import write_alone
from annotations.services.machine_answers import forget_answers
from mlcore.images.cropping import Crop, cut, find_sides, find_single, find_stacked
from mlcore.images.reading import Refusal, RefusedPicture, encode_webp, read_picture

SIDE_SIZE, THUMBNAIL_SIZE, SHOWN_SIZE = 512, 192, 1200  # pixels
FACES = {
    Scope.OBVERSE: ("obverse",),
    Scope.REVERSE: ("reverse",),
    Scope.BOTH: ("obverse", "reverse"),
    Scope.STACKED: ("obverse", "reverse"),
}
_NO_CROP = ("", False)


@dataclass
class Prepared:
    """A photograph read and cropped, not yet in the database."""

    picture: PictureRecord
    sha256: str = ""
    file: str = ""
    shown: str = ""
    size: tuple[int, int] = (0, 0)
    refusal: str = ""
    reason: str = ""
    sides: dict[str, tuple[str, str, Crop]] = field(default_factory=dict)
    """Face → crop file, thumbnail file, crop."""


def take_pictures(records: Sequence[CoinRecord]) -> dict[str, int]:
    """Read, crop and store the pictures of these coins, which are in the database; unchanged ones are passed over."""
    coins = Coin.objects.in_bulk([record.identifier for record in records], field_name="identifier")
    known = {
        (photograph.coin_id, photograph.name): photograph
        for photograph in Photograph.objects.filter(coin__in=coins.values())
    }
    tasks = [
        (coins[record.identifier], picture, known.get((coins[record.identifier].pk, picture.path.name)))
        for record in records
        for picture in record.pictures
    ]
    with ThreadPoolExecutor() as threads:  # Pillow lets go of the interpreter while it decodes and encodes
        prepared = list(threads.map(lambda task: prepare_picture(task[1], task[2]), tasks))
    fresh = [(coin, photograph) for (coin, _, _), photograph in zip(tasks, prepared, strict=True) if photograph]
    save_prepared(fresh)
    return {
        "pictures": sum(1 for _, photograph in fresh if not photograph.refusal),
        "pictures_refused": sum(1 for _, photograph in fresh if photograph.refusal),
        "pictures_unchanged": len(tasks) - len(fresh),
    }


class NotRefused(ValueError):
    """A photograph that is cropped cannot be left out; says which, and what to do."""


@transaction.atomic
def leave_out(*, user: User, photograph_id: int, left_out: bool) -> Photograph:
    """Leave a refused photograph out as no picture of a coin, or bring it back; asked twice, it is one row.

    Raises Photograph.DoesNotExist and NotRefused.
    """
    photograph = Photograph.objects.select_for_update().get(pk=photograph_id)
    newest = photograph.verdicts.filter(sha256=photograph.sha256).first()
    if left_out and not photograph.refusal:
        raise NotRefused(f"{photograph.name} is cropped by now. Only pictures that were refused are left out.")
    if (newest is not None and newest.left_out) != left_out:
        photograph.verdicts.create(left_out=left_out, sha256=photograph.sha256, user=user)
    return photograph


def prepare_picture(picture: PictureRecord, known: Photograph | None) -> Prepared | None:
    """Read and crop one picture; None when these very bytes were prepared before. Runs in threads: no database."""
    prepared = Prepared(picture)
    try:
        content = _bytes(picture)
        prepared.sha256 = hashlib.sha256(content).hexdigest()
        if known and known.sha256 == prepared.sha256 and known.scope == picture.face:
            return None
        image = read_picture(content)
        prepared.size = image.size
        prepared.file = media.store_original(content, picture.path.suffix.lower()[:6])
        prepared.shown = media.store(encode_webp(image, longest=SHOWN_SIZE), ".webp")
        for face, crop in zip(FACES[Scope(picture.face)], find_crops(image, picture.face), strict=True):
            prepared.sides[face] = (*store_side(image, crop), crop)
    except RefusedPicture as error:
        prepared.refusal, prepared.reason = str(error.code), error.sentence
    return prepared


def _bytes(picture: PictureRecord) -> bytes:
    """The file's content, once its size is known to be bearable."""
    try:
        size = picture.path.stat().st_size
    except OSError:
        size = 0  # read_picture says what is wrong
    if size > settings.PHOTOGRAPH_MAX_BYTES:
        limit = settings.PHOTOGRAPH_MAX_BYTES // 2**20
        raise RefusedPicture(
            Refusal.TOO_LARGE, f"{picture.path.name} has {size / 2**20:.0f} MB; at most {limit} MB are read."
        )
    try:
        return picture.path.read_bytes()
    except FileNotFoundError as error:
        raise RefusedPicture(
            Refusal.MISSING, f"The file {picture.path.name} is not in the folder of pictures."
        ) from error
    except OSError as error:
        raise RefusedPicture(
            Refusal.UNREADABLE, f"The file {picture.path.name} cannot be read ({error.strerror})."
        ) from error


def find_crops(image: Image.Image, scope: str) -> Iterable[Crop]:
    """The sides on a picture of this scope, obverse first. Raises RefusedPicture."""
    if scope == Scope.STACKED:
        return find_stacked(image)
    return find_sides(image) if scope == Scope.BOTH else (find_single(image),)


def store_side(image: Image.Image, crop: Crop) -> tuple[str, str]:
    """Keep the square crop and its thumbnail; returns their names in the media folder."""
    side = cut(image, crop, size=SIDE_SIZE)
    return (
        media.store(encode_webp(side, longest=SIDE_SIZE, quality=90), ".webp"),
        media.store(encode_webp(side, longest=THUMBNAIL_SIZE), ".webp"),
    )


@transaction.atomic
def save_prepared(fresh: Sequence[tuple[Coin, Prepared]]) -> None:
    """Store photographs and hang their crops on the sides.

    A refused picture leaves an earlier crop where it is, and a crop that a person drew stays whatever a machine finds.
    What models said of a coin goes with a crop that is replaced.
    """
    standing = _standing_crops([coin.pk for coin, _ in fresh])
    write_alone()
    photographs = Photograph.objects.bulk_create(
        [_row(coin, prepared) for coin, prepared in fresh],
        update_conflicts=True,
        unique_fields=["coin", "name"],
        update_fields=["scope", "source_uri", "sha256", "file", "shown", "width", "height", "refusal", "reason"],
    )
    sides = [
        Side(
            coin=coin,
            face=face,
            photograph=photograph,
            crop=crop_file,
            thumbnail=thumbnail,
            crop_box=list(crop.box),
            crop_confidence=crop.confidence,
        )
        for (coin, prepared), photograph in zip(fresh, photographs, strict=True)
        for face, (crop_file, thumbnail, crop) in prepared.sides.items()
        if not standing.get((coin.pk, face), _NO_CROP)[1]
    ]
    one_per_face = {(side.coin_id, side.face): side for side in reversed(sides)}  # the first picture of a face wins
    Side.objects.bulk_create(
        one_per_face.values(),
        update_conflicts=True,
        unique_fields=["coin", "face"],
        update_fields=["photograph", "crop", "thumbnail", "crop_box", "crop_confidence"],
    )
    forget_answers({side.coin_id for key, side in one_per_face.items() if standing.get(key, _NO_CROP)[0] != side.crop})


def _standing_crops(coins: Sequence[int]) -> dict[tuple[int, str], tuple[str, bool]]:
    """By coin and face: the crop, and whether a person drew it. All sides of the coins are locked until the commit."""
    sides = Side.objects.select_for_update().filter(coin__in=coins).order_by("pk")
    found = sides.values_list("coin_id", "face", "crop", "cropped_by_id")
    return {(coin, face): (crop, by is not None) for coin, face, crop, by in found}


def _row(coin: Coin, prepared: Prepared) -> Photograph:
    return Photograph(
        coin=coin,
        scope=prepared.picture.face,
        name=prepared.picture.path.name[:255],
        source_uri=prepared.picture.source[:500],
        sha256=prepared.sha256,
        file=prepared.file,
        shown=prepared.shown,
        width=prepared.size[0],
        height=prepared.size[1],
        refusal=prepared.refusal,
        reason=prepared.reason,
    )
