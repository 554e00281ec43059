"""Short descriptions with marked names for tests of learning: gods hold things, beasts stand or run."""

from __future__ import annotations

from itertools import product

from mlcore.contract import LabelledSpan, Snapshot, Split, TextSample

LABELS = ("PERSON", "OBJECT", "ANIMAL")
GODS = ("Apollo", "Zeus", "Athena", "Hermes", "Nike", "Dionysus")
THINGS = ("patera", "spear", "wreath", "thyrsus", "caduceus")
BEASTS = ("eagle", "lion", "dolphin", "stag")


def described(number: int, god: str, thing: str, beast: str, split: Split) -> TextSample:
    text = f"{god} standing left, holding {thing} in right hand; at feet, {beast} running right"
    named = ((god, "PERSON"), (thing, "OBJECT"), (beast, "ANIMAL"))
    spans = tuple(LabelledSpan(text.index(name), text.index(name) + len(name), label) for name, label in named)
    return TextSample(number, f"coin {number}", "en", text, spans, number % 3 == 0, split)


def described_snapshot() -> Snapshot:
    """120 texts, every second one to learn from."""
    splits: tuple[Split, ...] = ("train", "train", "validation", "test")
    combined = enumerate(product(GODS, THINGS, BEASTS))
    texts = tuple(described(number, *names, splits[number * 7 // 3 % 4]) for number, names in combined)
    return Snapshot(LABELS, (), "", texts)
