"""Celery tasks: each takes a row's id, claims the row and carries it out."""

from __future__ import annotations

import logging
from functools import partial

from celery import Task, shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from annotations.models import (
    DoublesRun,
    Identification,
    ImportRun,
    Job,
    LabellingRun,
    MiningRun,
    PredictionRun,
    RankingRun,
    RecropRun,
    SaliencyMap,
    SaliencyStudy,
    SourceRun,
    TrainingRun,
)
from annotations.services import (
    doubles,
    identifying,
    importing,
    jobs,
    labelling,
    mining,
    predicting,
    ranking,
    recropping,
    saliency,
    sources,
    studies,
    training,
)

logger = logging.getLogger(__name__)


@shared_task
def import_file(*, job_id: int) -> None:
    jobs.work_on(ImportRun, job_id, importing.carry_out_import)
    send_rankings()


@shared_task
def label_corpus(*, job_id: int) -> None:
    jobs.work_on(LabellingRun, job_id, labelling.carry_out_labelling)
    send_rankings()


@shared_task
def train(*, job_id: int) -> None:
    jobs.work_on(TrainingRun, job_id, training.carry_out_training)
    send_rankings()


@shared_task
def predict_corpus(*, job_id: int) -> None:
    jobs.work_on(PredictionRun, job_id, predicting.carry_out_predictions)
    send_rankings()


@shared_task
def identify(*, job_id: int) -> None:
    jobs.work_on(Identification, job_id, identifying.carry_out_identification)


@shared_task
def draw_saliency(*, job_id: int) -> None:
    jobs.work_on(SaliencyMap, job_id, saliency.carry_out_map)


@shared_task
def study_saliency(*, job_id: int) -> None:
    jobs.work_on(SaliencyStudy, job_id, studies.carry_out_study)


@shared_task
def find_doubles(*, job_id: int) -> None:
    jobs.work_on(DoublesRun, job_id, doubles.carry_out_doubles)


@shared_task
def recrop(*, job_id: int) -> None:
    jobs.work_on(RecropRun, job_id, recropping.carry_out_recropping)


@shared_task
def mine_words(*, job_id: int) -> None:
    jobs.work_on(MiningRun, job_id, mining.carry_out_mining)


@shared_task
def judge_sources(*, job_id: int) -> None:
    jobs.work_on(SourceRun, job_id, sources.carry_out_sources)


@shared_task
def rank(*, job_id: int) -> None:
    jobs.work_on(RankingRun, job_id, ranking.carry_out_ranking)


TASKS: dict[type[Job], Task] = {
    ImportRun: import_file,
    LabellingRun: label_corpus,
    TrainingRun: train,
    PredictionRun: predict_corpus,
    Identification: identify,
    SaliencyMap: draw_saliency,
    SaliencyStudy: study_saliency,
    MiningRun: mine_words,
    SourceRun: judge_sources,
    RecropRun: recrop,
    DoublesRun: find_doubles,
    RankingRun: rank,
}


def send(job: Job) -> None:
    """Send a queued job's id to a worker once its row is committed."""
    transaction.on_commit(partial(_send, job))


def send_rankings() -> None:
    """Send the rankings that other work left behind, once their rows are committed."""
    for run in RankingRun.objects.filter(status=Job.Status.QUEUED, sent_at=None):
        send(run)


def send_waiting() -> int:
    """Send again what waits in the table; returns how many. Safe to call from several places at once."""
    sent = 0
    for job in jobs.reconcile_jobs():
        if not _send(job):
            break  # the broker is away: the others wait in the table, too
        sent += 1
    return sent


def _send(job: Job) -> bool:
    try:
        TASKS[type(job)].apply_async(kwargs={"job_id": job.pk}, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer (%s); %s waits in the table and is sent again.", error, job)
        return False
    jobs.mark_sent(job)
    return True
