"""What must hold before something on a photograph is taken for a side; each refusal says what to do."""

from __future__ import annotations

from dataclasses import dataclass

from mlcore.images.outlines import Thing
from mlcore.images.refusals import Refusal, RefusedPicture
from mlcore.images.scene import Scene

_AGAIN = "Draw the two boxes by hand, or send another photograph."


@dataclass(frozen=True)
class Layout:
    """How two sides lie on a picture, which is turned so that they always lie beside each other."""

    names: tuple[str, str]
    other: Refusal
    """Said where they lie the other way."""
    wanted: str
    turned: bool = False


BESIDE = Layout(
    ("left side", "right side"), Refusal.STACKED, "The two sides lie one above the other; side by side was expected."
)
STACKED = Layout(
    ("upper side", "lower side"),
    Refusal.SIDE_BY_SIDE,
    "The two sides lie side by side; one above the other was expected.",
    turned=True,
)
SINGLE = Layout(("side", "side"), Refusal.MANY_OBJECTS, "One side was expected.")


def check_ground(scene: Scene, least_share: float, *, least_corners: int) -> None:
    ground = scene.ground
    if ground.corners < least_corners or ground.share < least_share:
        sentence = (
            f"The background is uneven: {ground.corners} of 4 corners and {ground.share:.0%} of the edge show one "
            f"colour. Take the photograph on a plain ground, or draw the boxes by hand."
        )
        raise RefusedPicture(Refusal.UNEVEN_BACKGROUND, sentence)


def check_single(scene: Scene, things: list[Thing]) -> Thing:
    if not things:
        raise _no_coin()
    if len(things) > 1:
        sentence = f"{len(things)} objects lie on the picture, one side was expected. {_AGAIN}"
        raise RefusedPicture(Refusal.MANY_OBJECTS, sentence)
    _check_shape(scene, things[0], SINGLE, 0, cut_by_edge=False)
    return things[0]


def check_pair(scene: Scene, things: list[Thing], layout: Layout) -> list[Thing]:
    if not things:
        raise _no_coin()
    if len(things) == 1:
        sentence = "Only one side is on the picture. Send the other side too, or import it as a picture of one side."
        raise RefusedPicture(Refusal.ONE_SIDE, sentence)
    if len(things) > 2:
        sentence = f"{len(things)} objects lie on the picture; the two sides of one coin were expected. {_AGAIN}"
        raise RefusedPicture(Refusal.MANY_OBJECTS, sentence)
    ordered = sorted(things, key=lambda thing: thing.box[0])
    for place, thing in enumerate(ordered):
        _check_shape(scene, thing, layout, place)
    _check_places(scene, ordered[0], ordered[1], layout)
    return ordered


def _no_coin() -> RefusedPicture:
    sentence = "Nothing stands out from the background: no coin was found. Check that the right picture was sent."
    return RefusedPicture(Refusal.NO_COIN, sentence)


def _check_places(scene: Scene, one: Thing, other: Thing, layout: Layout) -> None:
    wide = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    if 2 * wide > min(one.width, other.width):
        raise RefusedPicture(layout.other, f"{layout.wanted} {_AGAIN}")
    short, long = sorted((one.length, other.length))
    offset = abs(one.box[1] + one.box[3] - other.box[1] - other.box[3])
    if short < scene.settings.least_likeness * long or offset > max(one.height, other.height):
        sentence = f"The two objects are unlike (one is {short / long:.0%} of the other, or lies apart). {_AGAIN}"
        raise RefusedPicture(Refusal.UNLIKE_SIDES, sentence)


def _check_shape(scene: Scene, thing: Thing, layout: Layout, place: int, *, cut_by_edge: bool = True) -> None:
    settings, name = scene.settings, layout.names[place]
    if cut_by_edge and thing.chord > settings.most_chord:
        sentence = f"The {name} is cut off by the edge of the picture. Send the whole photograph."
        raise RefusedPicture(Refusal.CUT_BY_EDGE, sentence)
    size = thing.width * scene.factor, thing.height * scene.factor
    pixels = "{} x {} pixels".format(*(reversed(size) if layout.turned else size))
    if max(size) < settings.least_length:
        sentence = f"The {name} is only {pixels} large. Send a larger photograph."
        raise RefusedPicture(Refusal.TOO_SMALL, sentence)
    if thing.slimness > settings.most_slimness or not _like_a_flan(scene, thing):
        sentence = (
            f"The {name} has not the outline of a coin ({pixels}, {thing.roundness:.0%} round): it may be several "
            f"coins that overlap, or a card. {_AGAIN}"
        )
        raise RefusedPicture(Refusal.NOT_ROUND, sentence)


def _like_a_flan(scene: Scene, thing: Thing) -> bool:
    """Round, or broken off: a fragment is solid. A card or a frame fills its box."""
    settings = scene.settings
    if thing.roundness >= settings.quick_roundness:
        return True
    if thing.roundness < settings.least_roundness or thing.fullness > settings.most_fullness:
        return False
    return thing.roundness >= settings.sure_roundness or thing.solidity >= settings.least_solidity
