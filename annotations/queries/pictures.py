"""Photographs that a person should look at: refused ones by reason, doubtful crops, and what persons cropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from annotations.models import HandCrop, Photograph, PictureVerdict, Side
from annotations.models.coins import Face, Scope

PAGE = 48
DOUBTFUL, BY_HAND, LEFT_OUT = "doubtful", "by_hand", "left_out"
OTHERS = {DOUBTFUL: "Accepted with doubt", BY_HAND: "Cropped by hand", LEFT_OUT: "Left out"}
"""Tabs that hold no refusal that still waits for a person."""
LEAST_CONFIDENCE = 0.5
GAP = 0.04  # share of the photograph that first boxes leave free around them


@dataclass(frozen=True)
class Tab:
    """One reason to look, with how many photographs it holds."""

    code: str
    words: str
    count: int


@dataclass(frozen=True)
class ShownPhotograph:
    photograph: Photograph
    boxes: Mapping[str, Sequence[int]]
    """By face, in pixels of the photograph: what holds now, or where to begin."""
    known: bool
    """Whether the boxes are those of the sides, and no mere beginning."""
    history: Sequence[HandCrop]
    left_out: PictureVerdict | None

    @property
    def current(self) -> HandCrop | None:
        return self.history[0] if self.history else None


def count_tabs() -> list[Tab]:
    """Reasons of refusal, the most frequent first, then the others."""
    counted = select_photographs("").order_by().values("refusal").annotate(count=Count("pk"))
    reasons = [Tab(row["refusal"], name_reason(row["refusal"]), row["count"]) for row in counted]
    reasons.sort(key=lambda tab: (-tab.count, tab.code))
    return [*reasons, *(Tab(code, words, select_photographs(code).count()) for code, words in OTHERS.items())]


def name_reason(code: str) -> str:
    """Many objects, cut by edge: a code of refusal in words."""
    return code.replace("_", " ").capitalize()


def select_photographs(code: str) -> QuerySet[Photograph]:
    """Photographs of one tab; all refused ones that no person left out where the code is empty."""
    with_coins = Photograph.objects.select_related("coin").defer("coin__search")
    photographs = with_coins.prefetch_related("verdicts__user").order_by("pk")
    if code == DOUBTFUL:
        sides = Side.objects.filter(photograph=OuterRef("pk"), crop_confidence__lt=LEAST_CONFIDENCE, cropped_by=None)
        return photographs.filter(Exists(sides))
    if code == BY_HAND:
        return photographs.filter(Exists(HandCrop.objects.filter(photograph=OuterRef("pk"))))
    refused = photographs.exclude(refusal="")
    if code == LEFT_OUT:
        return refused.filter(is_left_out())
    if "\0" in code:  # an address may hold what no column can
        return refused.none()
    refused = refused.filter(~is_left_out())
    return refused.filter(refusal=code) if code else refused


def is_left_out() -> Q:
    """Of a photograph: whether it is refused, and a person left out the file that it has."""
    said = PictureVerdict.objects.filter(photograph=OuterRef("pk"), sha256=OuterRef("sha256")).order_by("-pk")
    return ~Q(refusal="") & Q(Coalesce(Subquery(said.values("left_out")[:1]), Value(False)))


def standing_verdict(photograph: Photograph) -> PictureVerdict | None:
    """By whom and when a photograph was left out, while it is."""
    newest = next((each for each in photograph.verdicts.all() if each.sha256 == photograph.sha256), None)
    return newest if newest and newest.left_out and photograph.refusal else None


def list_photographs(code: str, after: int | None) -> list[Photograph]:
    """One more than a page if there is another page."""
    photographs = select_photographs(code)
    return list((photographs.filter(pk__gt=after) if after else photographs)[: PAGE + 1])


def next_photograph(code: str, after: Photograph) -> Photograph | None:
    """The next one of the tab that can be cropped; from its end on, from its beginning."""
    left = select_photographs(code).exclude(file="").exclude(pk=after.pk)
    return left.filter(pk__gt=after.pk).first() or left.first()


def find_photograph(photograph_id: int, begin_with: int | None = None) -> ShownPhotograph | None:
    """`begin_with`: the hand crop whose boxes to show instead of those that hold."""
    photograph = Photograph.objects.select_related("coin").defer("coin__search").filter(pk=photograph_id).first()
    if photograph is None:
        return None
    history = list(HandCrop.objects.filter(photograph=photograph).select_related("user").order_by("-id"))
    chosen = next((crop.boxes for crop in history if crop.pk == begin_with), None)
    boxes = chosen or {
        side.face: side.crop_box for side in Side.objects.filter(photograph=photograph).exclude(crop_box=None)
    }
    return ShownPhotograph(
        photograph, boxes or _beginning(photograph), bool(boxes), history, standing_verdict(photograph)
    )


def _beginning(photograph: Photograph) -> dict[str, list[int]]:
    """Boxes to begin with: halves of the photograph, or all of it where it shows one side."""
    width, height = photograph.width, photograph.height
    if photograph.scope in Face.values:
        return {photograph.scope: _shrunk((0, 0, width, height))}
    if photograph.scope == Scope.STACKED or (photograph.scope == Scope.BOTH and height > 1.3 * width):
        halves = (0, 0, width, height // 2), (0, height // 2, width, height)
    else:
        halves = (0, 0, width // 2, height), (width // 2, 0, width, height)
    return {Face.OBVERSE.value: _shrunk(halves[0]), Face.REVERSE.value: _shrunk(halves[1])}


def _shrunk(box: tuple[int, int, int, int]) -> list[int]:
    left, top, right, bottom = box
    gap = round(GAP * min(right - left, bottom - top))
    return [left + gap, top + gap, right - gap, bottom - gap]


def describe_photograph(photograph: Photograph) -> dict[str, Any]:
    """A row of the list as JSON."""
    verdict = standing_verdict(photograph)
    return {
        "id": photograph.pk,
        "coin": photograph.coin.identifier,
        "name": photograph.name,
        "scope": photograph.scope,
        "width": photograph.width,
        "height": photograph.height,
        "refusal": photograph.refusal,
        "reason": photograph.reason,
        "left_out": {"who": verdict.user.get_username(), "when": verdict.created_at} if verdict else None,
    }


def describe_photograph_fully(shown: ShownPhotograph) -> dict[str, Any]:
    return describe_photograph(shown.photograph) | {
        "boxes": shown.boxes if shown.known else {},
        "hand_crops": [
            {
                "id": crop.pk,
                "boxes": crop.boxes,
                "who": crop.user.get_username(),
                "when": crop.created_at,
                "answers": crop.base_id,
            }
            for crop in shown.history
        ],
    }
