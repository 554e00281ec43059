"""Finds in a description what it names: persons, objects, animals, plants, or whatever spans were marked.

A small network of spaCy without a language model, learned from texts with marked spans, those that experts corrected
among them. Names are hidden while it learns, so that it finds names that no list has by what stands around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlcore.config_fields import bounded, check_fields, part_of
from mlcore.contract import Report, RunResult, Snapshot, TextPrediction

if TYPE_CHECKING:
    from mlcore.entity_recogniser import Recogniser
    from mlcore.entity_training import EntityRun

LABEL = "Names in descriptions (spaCy)"
LEARNS_FROM = "texts"


@dataclass(frozen=True)
class Config:
    """How a recogniser is trained."""

    epochs: int = bounded(6, 1, 200)
    """How often every text is read. The best epoch on the validation texts is kept."""
    batch_size: int = bounded(64, 1, 1024)
    """Texts that are learned from at once."""
    learning_rate: float = bounded(0.001, 1e-6, 0.1)
    """How far each step goes. 0.001 is right almost always."""
    dropout: float = bounded(0.2, 0, 0.9)
    """Share of the network that is switched off at random while learning, against learning by heart."""
    masked_names: float = bounded(0.85, 0, 1)
    """Chance that a name is replaced by an invented word while learning. High to find names that are new, 0 to repeat
    the marked ones exactly."""
    masked_words: float = bounded(0.03, 0, 1)
    """Chance that any other word is replaced, so that not every unknown word is taken for a name."""
    mentions: int = bounded(60, 0, 1_000_000)
    """Texts are left out when all that they name stands in so many others already: hand and head teach little after
    that. 0 keeps all texts, which takes longer and suits repeating marked names exactly."""
    width: int = bounded(96, 16, 512)
    """Size of the network's picture of a word. Twice the size takes about three times as long."""
    depth: int = bounded(4, 1, 8)
    """Layers of the network, which is also how many words it sees on either side."""
    rows: int = bounded(2000, 100, 100_000)
    """Rows of the tables of words, beginnings and endings. More for a corpus of very many different words."""
    seed: int = bounded(0, 0, 2**31 - 1)
    """Starts the random numbers. The same machine, data, settings and seed give the same recogniser."""

    def __post_init__(self) -> None:
        check_fields(self)


PRESETS: dict[str, Config] = {
    "Find names that no list has": Config(),
    "Repeat the marked names exactly (as published)": Config(
        epochs=8, masked_names=0.0, masked_words=0.0, mentions=0, dropout=0.1
    ),
}


def train(
    snapshot: Snapshot, config: Config, out: Path, report: Report, *, pictures: Path, features: Path
) -> RunResult:
    """Train on a snapshot of texts and write the model folder `out`; taken up again where a killed run stood.

    Texts need neither `pictures` nor `features`. Raises LearningError, and whatever `report` raises to cancel.
    """
    from mlcore.entity_training import train_entities

    return train_entities(snapshot, _run_of(config), out, report)


def _run_of(config: Config) -> EntityRun:
    from mlcore.entity_recogniser import Shape
    from mlcore.entity_training import EntityRun

    settings = asdict(config)
    shape = Shape(config.width, config.depth, config.rows)
    return part_of(settings | {"kind": "ner", "config": settings, "shape": shape}, EntityRun)


def open_recogniser(model: Path) -> Recogniser:
    """The trained recogniser in a folder that `train` wrote. Raises LearningError where it is damaged."""
    from mlcore.entity_recogniser import Recogniser
    from mlcore.model_folder import checked_weights, read_about

    return Recogniser.load(checked_weights(model), read_about(model))


def predict_texts(model: Path, texts: Sequence[tuple[int, str]], report: Report) -> Iterator[TextPrediction]:
    """Yield one TextPrediction per (description, text), in order."""
    recogniser = open_recogniser(model)
    found = recogniser.find([text for _, text in texts])
    for number, ((description, _), spans) in enumerate(zip(texts, found, strict=True), start=1):
        report({"event": "progress", "stage": "predicting", "done": number, "total": len(texts)})
        yield TextPrediction(description, tuple(spans))
