"""Why a picture is refused: a code to count by, and a sentence for the person who sent it."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The codes from `cut_by_edge` on are about what the picture shows; those before are about the file."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    DRAWING = "drawing"
    FORMAT = "format"
    NOT_A_PICTURE = "not_a_picture"
    TOO_LARGE = "too_large"
    DAMAGED = "damaged"
    CUT_BY_EDGE = "cut_by_edge"
    UNEVEN_BACKGROUND = "uneven_background"
    NO_COIN = "no_coin"
    ONE_SIDE = "one_side"
    STACKED = "stacked"
    SIDE_BY_SIDE = "side_by_side"
    MANY_OBJECTS = "many_objects"
    UNLIKE_SIDES = "unlike_sides"
    NOT_ROUND = "not_round"
    TOO_SMALL = "too_small"


class RefusedPicture(Exception):
    """The picture cannot be used. `str(error)` says what was wrong and what to do."""

    def __init__(self, code: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __reduce__(self) -> tuple[type[RefusedPicture], tuple[Refusal, str]]:
        return type(self), (self.code, self.sentence)
