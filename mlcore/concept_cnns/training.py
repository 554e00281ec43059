"""How one network per concept comes from a snapshot: a balanced lesson for each, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlcore.checkpoint import Checkpoints
from mlcore.concept_cnns.finished import Finished, Shelf, counted_on
from mlcore.concept_cnns.gathering import write_cnns
from mlcore.concept_cnns.lesson import Numbers
from mlcore.concept_cnns.one_network import learn_concept, unlearned
from mlcore.concept_cnns.run import CnnRun, Course
from mlcore.concepts.data import PictureInputs, labels_of
from mlcore.concepts.gaps import FEW, few_positives, why_untrained
from mlcore.concepts.inputs import PictureStore, Transform, check_present
from mlcore.concepts.training import choose_samples
from mlcore.contract import LearningError, Report, RunResult, Sample, Snapshot
from mlcore.distributed import crew
from mlcore.model_folder import finished_result, identity_of
from mlcore.nets.cooper_cnn import make_cnn
from mlcore.nets.devices import memory_explained, prepare_device

HALF = (0.5, 0.5, 0.5)


def train_cnns(snapshot: Snapshot, run: CnnRun, out: Path, report: Report, *, pictures: Path) -> RunResult:
    """Train, measure and write the model folder; taken up again, it learns no finished network twice.

    Raises LearningError.
    """
    identity = identity_of(run.kind, run.config, snapshot)
    kept = Checkpoints(out / "checkpoints", identity)
    if finished := finished_result(out, identity):
        kept.clear()
        return finished
    chosen = narrow(snapshot, run.concepts)
    samples = choose_samples(chosen, run.faces)
    labels = labels_of(samples, len(chosen.concepts))
    device = prepare_device(run.seed)
    with memory_explained(run.batch_size):
        make_cnn(run.network, run.image_size, run.final_relu, device)  # refused before any picture is read
        paths = [pictures / sample.picture for sample in samples]
        check_present(samples, pictures)
        transform = Transform(run.image_size, run.grey, HALF, HALF)
        inputs = PictureInputs(PictureStore(paths, transform), transform, run.augmentation, device)
        course = Course(run, samples, inputs, device, out / "checkpoints", identity)
        shelf = Shelf(out / "checkpoints" / "finished", identity)
        learned = learn_all(chosen.concepts, labels, course, shelf, report)
    crew().wait()  # the first process may still be writing the last network
    report({"event": "progress", "stage": "testing", "done": 1, "total": 1})
    result = write_cnns(
        out, learned, labels, course, shelf, {"transform": vars(transform), "snapshot": snapshot.sha256}
    )
    crew().wait()  # all of them read the networks until here
    kept.clear()
    return result


def narrow(snapshot: Snapshot, concepts: Sequence[str]) -> Snapshot:
    """The snapshot with these concepts alone, in its own order; all where none is named. Raises LearningError."""
    if unknown := [concept for concept in concepts if concept not in snapshot.concepts]:
        raise LearningError(
            f"concepts names {unknown[0]!r}, which the snapshot does not have; it has {', '.join(snapshot.concepts)}."
        )
    columns = [place for place, concept in enumerate(snapshot.concepts) if not concepts or concept in concepts]

    def narrowed(sample: Sample) -> Sample:
        labels = tuple(sample.labels[place] for place in columns)
        return replace(sample, labels=labels, expert=tuple(sample.expert[place] for place in columns))

    names = tuple(snapshot.concepts[place] for place in columns)
    return replace(snapshot, concepts=names, samples=tuple(map(narrowed, snapshot.samples)))


def learn_all(
    concepts: Sequence[str], labels: Numbers, course: Course, shelf: Shelf, report: Report
) -> dict[str, Finished]:
    """What each concept came to, in order. Raises LearningError where no concept got as far as a network."""
    untaught = why_untaught(concepts, labels[course.of("train")])
    taught = [concept for concept in concepts if concept not in untaught]
    learned: dict[str, Finished] = {}
    for number, concept in enumerate(concepts):
        if concept in untaught:
            report({"event": "notice", "message": f"{concept} gets no network: {untaught[concept]}."})
            learned[concept] = unlearned(untaught[concept])
            continue
        found = shelf.find(number, report)
        if found is None:
            place = f"network {taught.index(concept) + 1} of {len(taught)} ({concept})"
            before = sum(len(each.standing.epochs) for each in learned.values())
            said = renamed(report, concept, place, before)
            found, net = learn_concept(concept, number, labels[:, number], course, said)
            shelf.keep(number, found, net)
            course.checkpoints(number).clear()
        learned[concept] = found
    if not any(each.parameters for each in learned.values()):
        notes = "; ".join(f"{concept}: {each.note}" for concept, each in learned.items())
        raise LearningError(
            f"No concept of the snapshot could be learned ({notes}). Confirm where a concept is seen and where it is "
            "not and freeze a new snapshot, or change the settings that are named."
        )
    return learned


def why_untaught(concepts: Sequence[str], train: Numbers) -> dict[str, str]:
    """Concept to the reason why it gets no network, from the labels (training sides, concepts).

    A network of its own would learn a handful of sides by heart.
    """
    few = {concept: f"{note}; at least {FEW} are needed" for concept, note in few_positives(concepts, train).items()}
    return few | why_untrained(concepts, train)


def renamed(report: Report, concept: str, place: str, before: int) -> Report:
    """A report that says which network is learning, and counts epochs on from the networks before it."""

    def say(event: dict[str, Any]) -> None:
        if event["event"] == "progress":
            event = event | {"stage": f"{place}: {event['stage']}"}
        if event["event"] == "epoch":
            event = counted_on(event, before, concept)
        report(event)

    return say
