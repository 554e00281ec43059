"""The texts that figures about rules are counted over: all of a small corpus, every n-th coin of a large one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, QuerySet

from annotations.models import Coin, Description, Side
from mlcore.contract import FACES
from mlcore.text.side_text import SideText

MOST_COINS = 3000
"""Of larger corpora every second, third, … coin is read, so that a page answers within a second or two."""


@dataclass(frozen=True)
class Sample:
    step: int
    """1: every coin; 2: every second one."""
    coins: int
    """In the whole corpus."""

    @property
    def whole(self) -> bool:
        return self.step == 1

    def sides(self) -> QuerySet[Side]:
        sides = Side.objects.all()
        return sides if self.whole else sides.alias(place=F("coin_id") % self.step).filter(place=0)

    def texts(self) -> Iterator[SideText]:
        """The texts of a side stand one behind another; sides of which no text speaks are left out."""
        sides = {(coin, face): side for side, coin, face in self.sides().values_list("pk", "coin_id", "face")}
        told = Description.objects.order_by("coin_id", "pk").only("coin_id", "scope", "text", "spans", "language")
        if not self.whole:
            told = told.alias(place=F("coin_id") % self.step).filter(place=0)
        for coin, texts in groupby(told.iterator(2000), key=lambda text: text.coin_id):
            yield from _by_side(sides, coin, list(texts))


def draw_sample() -> Sample:
    coins = Coin.objects.count()
    return Sample(max(1, -(-coins // MOST_COINS)), coins)


def _by_side(sides: dict[tuple[int, str], int], coin: int, texts: Sequence[Description]) -> Iterator[SideText]:
    for face in FACES:
        side = sides.get((coin, face))
        if side is None:
            continue
        for text in texts:
            if span := text.span(face):
                yield SideText(side, face, text.language, text.text[slice(*span)])
