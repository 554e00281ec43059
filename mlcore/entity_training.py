"""How a recogniser of names comes from a snapshot of texts: masked copies, epochs, the best of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from mlcore.checkpoint import Checkpoints
from mlcore.contract import LearningError, Report, RunResult, Snapshot, TextSample
from mlcore.divergence import checked
from mlcore.entity_metrics import Span, measure_spans
from mlcore.entity_recogniser import Recogniser, Shape, arrays_of, put_arrays
from mlcore.entity_results import write_results
from mlcore.entity_state import Standing, resume_state, save_state
from mlcore.model_folder import finished_result, identity_of
from mlcore.text.entity_masking import mask_names, thin_out

FEWEST = 2


@dataclass(frozen=True)
class EntityRun:
    """A recogniser to be trained; fields as in the Config of the kind."""

    kind: str
    config: dict[str, Any]
    shape: Shape
    epochs: int
    batch_size: int
    learning_rate: float
    dropout: float
    masked_names: float
    masked_words: float
    mentions: int
    seed: int


def train_entities(snapshot: Snapshot, run: EntityRun, out: Path, report: Report) -> RunResult:
    """Train, measure and write the model folder; goes on from a checkpoint, and returns a finished run as it is.

    Raises LearningError where there are too few names to learn from, and what `report` raises.
    """
    identity = identity_of(run.kind, run.config, snapshot)
    checkpoints = Checkpoints(out / "checkpoints", identity)
    if finished := finished_result(out, identity):
        checkpoints.clear()
        return finished
    texts = choose_texts(snapshot, run.mentions)
    fix_random_seed(run.seed)
    recogniser = Recogniser.open(snapshot.concepts, run.shape)
    standing = EntityLesson(recogniser, run, texts, snapshot.texts_of("validation"), checkpoints).learn(report)
    report({"event": "progress", "stage": "testing", "done": 1, "total": 1})
    about = {"kind": run.kind, "identity": identity, "snapshot": snapshot.sha256, "config": run.config}
    result = write_results(out, recogniser, snapshot, about, asdict(standing))
    checkpoints.clear()
    return result


def choose_texts(snapshot: Snapshot, mentions: int) -> list[TextSample]:
    """The training texts, thinned out where `mentions` is not 0. Raises LearningError where they name too little."""
    texts = list(snapshot.texts_of("train"))
    named = sum(bool(text.spans) for text in texts)
    if named < FEWEST:
        raise LearningError(
            f"The snapshot has {named} training texts with a marked name; at least {FEWEST} are needed. "
            "Mark names in more texts and freeze a new snapshot of texts."
        )
    return thin_out(texts, mentions) if mentions else texts


class EntityLesson:
    """A recogniser at school: one `learn`, then it is as it was at its best epoch."""

    def __init__(
        self,
        recogniser: Recogniser,
        run: EntityRun,
        texts: Sequence[TextSample],
        validation: Sequence[TextSample],
        checkpoints: Checkpoints,
    ) -> None:
        self._recogniser, self._run, self._checkpoints = recogniser, run, checkpoints
        self._texts, self._validation = texts, validation
        self._optimiser = Adam(run.learning_rate, L2=0.01, grad_clip=1.0, use_averages=True)

    def learn(self, report: Report) -> Standing:
        """Go through all epochs, or those that a killed run left, and load the best weights."""
        model, optimiser = self._recogniser.pipe.model, self._optimiser
        standing, best = resume_state(self._checkpoints, model, optimiser, report)
        while standing.epoch < self._run.epochs:
            began = time.monotonic()
            row: dict[str, Any] = {"epoch": standing.epoch + 1, "epochs": self._run.epochs}
            row |= self._train_epoch(standing.epoch, report)
            with model.use_params(optimiser.averages or {}):
                row["validation_f1"], averaged = self._validate(), arrays_of(model)
            standing.epoch += 1
            standing.seconds += time.monotonic() - began
            standing.epochs.append(row)
            score = float(standing.epoch if row["validation_f1"] is None else row["validation_f1"])
            if score >= standing.best_f1:
                standing.best_epoch, standing.best_f1, best = standing.epoch, score, averaged
            save_state(self._checkpoints, model, optimiser, standing, best)
            report({"event": "epoch"} | row)
        put_arrays(model, best)
        return standing

    def _train_epoch(self, epoch: int, report: Report) -> dict[str, Any]:
        """Texts are masked and shuffled by seed and epoch alone, so that a run goes on as if it had not stopped."""
        run, began, total = self._run, time.monotonic(), 0.0
        random = Random(f"{run.seed} {epoch}")
        fix_random_seed(random.randrange(2**31))
        order = random.sample(range(len(self._texts)), len(self._texts))
        for first in range(0, len(order), run.batch_size):
            masked = (
                mask_names(self._texts[number], random, run.masked_names, run.masked_words)
                for number in order[first : first + run.batch_size]
            )
            losses = self._recogniser.pipe.update(
                [self._example(text) for text in masked], drop=run.dropout, sgd=self._optimiser
            )
            total += checked(float(losses["ner"]), epoch + 1, run.learning_rate)
            done = epoch * len(order) + min(first + run.batch_size, len(order))
            report({"event": "progress", "stage": "training", "done": done, "total": run.epochs * len(order)})
        seconds = time.monotonic() - began
        return {"train_loss": total / len(order), "texts_per_second": round(len(order) / seconds, 1)}

    def _example(self, text: TextSample) -> Example:
        """Spans that begin or end inside a word are learned as far as whole words go."""
        doc = self._recogniser.language.make_doc(text.text)
        found = (doc.char_span(each.start, each.end, each.label, alignment_mode="expand") for each in text.spans)
        whole = [span for span in found if span is not None]
        starts = [(span.start_char, span.end_char, span.label_) for span in _apart(whole)]
        return Example.from_dict(doc, {"entities": starts})

    def _validate(self) -> float | None:
        """F1 over all names of the validation split, or None where there are none."""
        docs = [self._recogniser.language.make_doc(text.text) for text in self._validation]
        found: list[list[Span]] = [
            [(span.start_char, span.end_char, span.label_) for span in doc.ents]
            for doc in self._recogniser.pipe.pipe(docs, batch_size=128)
        ]
        true = [[(each.start, each.end, each.label) for each in text.spans] for text in self._validation]
        figures = measure_spans(found, true, self._recogniser.labels)["all"]
        return float(figures["f1"] or 0.0) if figures["true"] else None


def _apart(spans: Sequence[Any]) -> Iterator[Any]:
    reached = 0
    for span in spans:
        if span.start >= reached:
            reached = span.end
            yield span
