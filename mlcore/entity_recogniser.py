"""A spaCy pipeline that finds names in descriptions; its weights are safetensors, everything else is JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import spacy
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Model

from mlcore.contract import LearningError, PredictedSpan
from mlcore.files import written_aside

Arrays = dict[str, npt.NDArray[Any]]
_BREAK, _OPENING = re.compile(r"[^\w\s]|_|\d+"), re.compile(r"[^\w\s]|_")
_BEAM = 8
"""Readings of a text that are followed at once for the scores; 16 take twice as long and say the same."""
_TEXTS_AT_ONCE = 128
_LONGEST = 20_000
"""Characters; a description has some hundred, and time and memory grow with the length."""


@dataclass(frozen=True)
class Shape:
    """How large a recogniser is."""

    width: int
    depth: int
    """Layers; each sees one word more on either side."""
    rows: int
    """Rows of each table of words, beginnings, endings and shapes; several words may share one."""


def open_pipeline(labels: Sequence[str], shape: Shape) -> Language:
    """An untrained pipeline: words are runs of letters, everything else stands alone. Deterministic after seeding."""
    language = spacy.blank("xx")
    language.tokenizer = Tokenizer(
        language.vocab, prefix_search=_OPENING.match, infix_finditer=_BREAK.finditer, suffix_search=None
    )
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": shape.width,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [shape.rows] * 4,
        "include_static_vectors": False,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": shape.width,
        "depth": shape.depth,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }
    recogniser: Any = language.add_pipe("ner", config={"model": model})
    for label in labels:
        recogniser.add_label(label)
    shown = Example.from_dict(language.make_doc("Eagle"), {"entities": []})
    language.initialize(lambda: [shown])
    return language


def arrays_of(model: Model[Any, Any]) -> Arrays:
    """The learned arrays of a network, named by the place of their layer."""
    return {
        f"{place:03d}.{name}": np.array(layer.get_param(name))
        for place, layer in enumerate(model.walk())
        for name in layer.param_names
        if layer.has_param(name)
    }


def put_arrays(model: Model[Any, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Undo `arrays_of`. Raises LearningError where the arrays are those of another network."""
    own = arrays_of(model)
    if {name: each.shape for name, each in own.items()} != {name: each.shape for name, each in arrays.items()}:
        raise LearningError("The weights belong to a recogniser of another size or with other labels. Train it again.")
    for place, layer in enumerate(model.walk()):
        for name in layer.param_names:
            if layer.has_param(name):
                own_copy: Any = np.array(arrays[f"{place:03d}.{name}"])
                layer.set_param(name, own_copy)


class Recogniser:
    """A trained recogniser; made once, then used on many texts."""

    def __init__(self, language: Language, labels: Sequence[str], shape: Shape) -> None:
        self.language, self.labels, self.shape = language, tuple(labels), shape
        self.pipe: Any = language.get_pipe("ner")

    @classmethod
    def open(cls, labels: Sequence[str], shape: Shape) -> Recogniser:
        return cls(open_pipeline(labels, shape), labels, shape)

    @classmethod
    def load(cls, weights: Path, about: Mapping[str, Any]) -> Recogniser:
        """What `save` wrote. Raises LearningError where it is damaged or of another version of spaCy."""
        try:
            recogniser = cls.open(about["labels"], Shape(**about["shape"]))
            if list(recogniser.pipe.move_names) != about["moves"]:
                raise LearningError("The recogniser was made by another version of spaCy. Train it again.")
            put_arrays(recogniser.pipe.model, load_file(weights))
        except (OSError, KeyError, TypeError, SafetensorError) as error:
            raise LearningError(f"The recogniser {weights.parent} cannot be read ({error}). Train it again.") from error
        return recogniser

    def save(self, weights: Path) -> dict[str, Any]:
        """Write the weights, whole or not at all, and return what `load` needs to know beside them, as JSON."""
        with written_aside(weights) as partial:
            try:
                save_file(arrays_of(self.pipe.model), partial)
                partial.chmod(0o644)  # safetensors leaves files to their owner alone
            except SafetensorError as error:
                raise OSError(str(error)) from error
        return {"labels": self.labels, "shape": asdict(self.shape), "moves": list(self.pipe.move_names)}

    def find(self, texts: Sequence[str], threshold: float = 0.5) -> Iterator[list[PredictedSpan]]:
        """Yield the spans of each text, by place and none across another, whose score is at least `threshold`."""
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            docs = [self.language.make_doc(text[:_LONGEST]) for text in texts[first : first + _TEXTS_AT_ONCE]]
            scored = self.pipe.scored_ents(self.pipe.beam_parse(docs, beam_width=_BEAM, beam_density=0.0))
            for doc, scores in zip(docs, scored, strict=True):
                yield _chosen(doc, scores, threshold)


def _chosen(doc: Doc, scores: Mapping[tuple[int, int, str], float], threshold: float) -> list[PredictedSpan]:
    """The surest spans first; one that is across a surer one is left out."""
    taken = [False] * len(doc)
    chosen = []
    for (first, last, label), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if label and score >= threshold and not any(taken[first:last]):
            taken[first:last] = [True] * (last - first)
            span = doc[first:last]
            chosen.append(PredictedSpan(span.start_char, span.end_char, label, round(min(float(score), 1.0), 4)))
    return sorted(chosen, key=lambda each: each.start)
