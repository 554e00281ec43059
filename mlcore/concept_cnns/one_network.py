"""The network of one concept: learned, looked at for signs of death, and asked about what it is measured on."""

from __future__ import annotations

import time

import numpy as np
import torch

from mlcore.concept_cnns.dying import answers_alike, gradient_is_gone, why_dead
from mlcore.concept_cnns.finished import Finished
from mlcore.concept_cnns.lesson import CnnLesson, Numbers, balance
from mlcore.concept_cnns.run import Course
from mlcore.contract import Report
from mlcore.distributed import crew
from mlcore.divergence import Diverged, checked
from mlcore.learner import Standing
from mlcore.nets.cooper_cnn import TwoAnswers, make_cnn
from mlcore.train_loop import fit

LOOKED_AT = 32
"""Sides by which a dying gradient is told."""


def learn_concept(
    concept: str, number: int, labels: Numbers, course: Course, report: Report
) -> tuple[Finished, TwoAnswers | None]:
    """Train the network of one concept; None where it diverged or answers every picture alike, with a notice of it.

    `number` is the concept's place, `labels` (samples,) are 1, 0 or -1 for unknown.
    """
    run = course.run
    torch.manual_seed(run.seed + number)  # so that a run taken up again draws the same first weights
    net = make_cnn(run.network, run.image_size, run.final_relu, course.device)
    lesson = make_lesson(labels, course, run.seed + number)
    try:
        standing = fit(net, lesson, run.plan, course.checkpoints(number), report)
        began, measured = time.monotonic(), course.of("validation", "test")
        outputs = torch.from_numpy(lesson.answers(net, measured))
        checked(float(outputs.double().sum()), standing.best_epoch, run.plan.learning_rate)
    except Diverged as error:
        if crew().size > 1:  # the other processes wait for this one's gradients
            raise
        rate = run.plan.learning_rate
        note = f"the loss became {error.loss}: start again with a learning_rate of {rate / 10:g} instead of {rate:g}"
        report({"event": "notice", "message": f"{concept} gets no network: {note}."})
        return unlearned(note), None
    seconds = time.monotonic() - began
    parameters = sum(each.numel() for each in net.parameters())
    if note := sign_of_death(net, lesson, outputs, run.final_relu):
        report({"event": "notice", "message": f"{concept}: {note}."})
        return Finished(standing, note, {}, seconds, parameters), None
    logits = dict(zip(measured.tolist(), (outputs[:, 1] - outputs[:, 0]).tolist(), strict=True))
    return Finished(standing, "", logits, seconds, parameters), net


def unlearned(note: str) -> Finished:
    """Of a concept that has no network."""
    return Finished(Standing(best_score=0.0), note, {}, 0.0, 0)


def make_lesson(labels: Numbers, course: Course, seed: int) -> CnnLesson:
    run, validation = course.run, course.of("validation")
    return CnnLesson(
        inputs=course.inputs,
        labels=labels,
        balanced=balance(labels, course.of("train"), run.fewest_per_class, run.balance, seed),
        validation=validation[labels[validation] >= 0],
        batch_size=run.batch_size,
        seed=seed,
        device=course.device,
    )


def sign_of_death(net: TwoAnswers, lesson: CnnLesson, outputs: torch.Tensor, final_relu: bool) -> str:
    """What is to be said of a network that answers alike, from its outputs (n, 2); empty of one that lives."""
    taught = np.concatenate([lesson.balanced.present[: LOOKED_AT // 2], lesson.balanced.absent[: LOOKED_AT // 2]])
    if not answers_alike(torch.cat([outputs, torch.from_numpy(lesson.answers(net, taught))])):
        return ""
    images, labels = lesson.inputs.batch(taught, None), torch.from_numpy(lesson.labels[taught]).to(lesson.device)
    return why_dead(gradient_is_gone(net, images, labels), final_relu)
