"""The run row is the queue: claim, heartbeat, finish and take back, each one conditional UPDATE."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.db.models import F
from django.utils import timezone

from annotations.models.crops import RecropRun
from annotations.models.doubles import DoublesRun
from annotations.models.imports import ImportRun, LabellingRun
from annotations.models.jobs import LEASE, MAX_ATTEMPTS, Job
from annotations.models.predictions import Identification, PredictionRun, SaliencyMap, SaliencyStudy
from annotations.models.review import RankingRun
from annotations.models.runs import TrainingRun
from annotations.models.vocabulary import MiningRun, SourceRun
from mlcore.contract import Cancelled, LearningError

logger = logging.getLogger(__name__)
AnyJob = TypeVar("AnyJob", bound=Job)
JOB_MODELS: tuple[type[Job], ...] = (
    ImportRun,
    LabellingRun,
    TrainingRun,
    PredictionRun,
    Identification,
    SaliencyMap,
    SaliencyStudy,
    MiningRun,
    SourceRun,
    RecropRun,
    DoublesRun,
    RankingRun,
)
HEARTBEAT = 2.0  # seconds
RESEND_AFTER = timedelta(seconds=20)


class LeaseLost(Exception):
    """Another worker has the job by now: what this one still wants to write is refused."""


class WorkerLost(Exception):
    """The child process died without a word; the job may be tried again."""


def claim_job(model: type[AnyJob], job_id: int) -> AnyJob | None:
    """Take a queued job, or return None when it is not to be had (taken, ended, cancelled)."""
    now = timezone.now()
    claimed = model._default_manager.filter(pk=job_id, status=Job.Status.QUEUED).update(
        status=Job.Status.RUNNING,
        attempts=F("attempts") + 1,
        fence=F("fence") + 1,
        started_at=now,
        heartbeat_at=now,
        lease_until=now + LEASE,
        progress={},
        reason="",
    )
    return cast(AnyJob, model._default_manager.get(pk=job_id)) if claimed else None


def write_fenced(job: Job, **fields: Any) -> None:
    """Update a running job, if it is still ours. Raises LeaseLost."""
    mine = type(job)._default_manager.filter(pk=job.pk, fence=job.fence, status=Job.Status.RUNNING)
    if not mine.update(**fields):
        raise LeaseLost(f"{job} was taken over by another worker.")


def finish_job(job: Job, status: str, reason: str = "") -> None:
    write_fenced(job, status=status, reason=reason, finished_at=timezone.now(), lease_until=None)


def cancel_job(job: AnyJob) -> AnyJob:
    """Stop a job: at once where it waits, within a batch where it runs. An ended job stays as it is."""
    jobs = type(job)._default_manager.filter(pk=job.pk)
    if not jobs.filter(status=Job.Status.QUEUED).update(status=Job.Status.CANCELLED, finished_at=timezone.now()):
        jobs.filter(status=Job.Status.RUNNING).update(cancel_requested=True)
    job.refresh_from_db()
    return job


def repeat_job(job: AnyJob) -> AnyJob:
    """Queue a failed or cancelled job again."""
    type(job)._default_manager.filter(pk=job.pk, status__in=[Job.Status.FAILED, Job.Status.CANCELLED]).update(
        status=Job.Status.QUEUED,
        attempts=0,
        cancel_requested=False,
        reason="",
        progress={},
        sent_at=None,
        finished_at=None,
    )
    job.refresh_from_db()
    return job


def mark_sent(job: Job) -> None:
    type(job)._default_manager.filter(pk=job.pk).update(sent_at=timezone.now())


def reconcile_jobs() -> list[Job]:
    """Take back what went stale, and return all jobs that wait and have to be sent (again)."""
    now = timezone.now()
    waiting: list[Job] = []
    for model in JOB_MODELS:
        for job in model._default_manager.stale(now):  # type: ignore[attr-defined]
            with suppress(LeaseLost):
                put_back(job, "Its worker stopped without a word.")
        waiting += model._default_manager.waiting_since(now - RESEND_AFTER)  # type: ignore[attr-defined]
    return waiting


def put_back(job: Job, reason: str) -> None:
    """Queue a job again whose worker died; after three attempts it has failed."""
    if job.cancel_requested:
        finish_job(job, Job.Status.CANCELLED)
    elif job.attempts >= MAX_ATTEMPTS:
        finish_job(job, Job.Status.FAILED, f"{reason} It was tried {job.attempts} times and is given up.")
    else:
        write_fenced(job, status=Job.Status.QUEUED, reason=reason, sent_at=None, lease_until=None)


class Pulse:
    """A Report that keeps the lease alive from a thread of its own and carries progress to the page."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.cancelled = threading.Event()
        self.lost = threading.Event()
        self.when_stopped: Callable[[], None] = lambda: None
        self._ended = threading.Event()
        self._progress: dict[str, Any] = {}
        self._stage_began = ("", 0, 0.0)
        self._thread = threading.Thread(target=self._beat, name=f"pulse of {job}", daemon=True)

    def __call__(self, event: dict[str, Any]) -> None:
        """Note progress; raise Cancelled or LeaseLost where the work must stop."""
        self._progress = self._with_rate({key: event[key] for key in ("stage", "done", "total") if key in event})
        if self.lost.is_set():
            raise LeaseLost(f"{self.job} was taken over by another worker.")
        if self.cancelled.is_set():
            raise Cancelled

    def _with_rate(self, progress: dict[str, Any]) -> dict[str, Any]:
        """Add how many are done per second since this stage began."""
        stage, first, began = self._stage_began
        now = time.monotonic()
        if progress.get("stage") != stage or progress.get("done", 0) < first:
            self._stage_began = (progress.get("stage", ""), progress.get("done", 0), now)
            return progress
        if now - began < 1 or progress["done"] == first:
            return progress
        return {**progress, "rate": round((progress["done"] - first) / (now - began), 2)}

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT):
            try:
                close_old_connections()
                self._write()
            except LeaseLost:
                self.lost.set()
            except DatabaseError as error:  # the database may come back before the lease ends
                logger.warning("No heartbeat for %s: %s", self.job, error)
            if self.lost.is_set() or self.cancelled.is_set():
                self.when_stopped()
        connection.close()

    def _write(self) -> None:
        now = timezone.now()
        write_fenced(self.job, heartbeat_at=now, lease_until=now + LEASE, progress=self._progress)
        if type(self.job)._default_manager.filter(pk=self.job.pk, cancel_requested=True).exists():
            self.cancelled.set()


def work_on(model: type[AnyJob], job_id: int, carry_out: Callable[[AnyJob, Pulse], None]) -> None:
    """Claim a job and carry it out; whatever happens, its row says how it ended."""
    job = claim_job(model, job_id)
    if job is None:
        return
    try:
        with Pulse(job) as pulse:
            carry_out(job, pulse)
        finish_job(job, Job.Status.SUCCEEDED)
    except LeaseLost as error:
        logger.warning("%s", error)
    except Cancelled:
        _end(lambda: finish_job(job, Job.Status.CANCELLED))
    except (WorkerLost, OperationalError) as error:  # a killed child, a lost connection, a deadlock: tried again
        reason = str(error).partition("\n")[0]
        _end(lambda: put_back(job, reason))
    except LearningError as error:
        reason = str(error)
        _end(lambda: finish_job(job, Job.Status.FAILED, reason))
    except Exception as error:
        logger.exception("%s failed", job)
        reason = f"{type(error).__name__}: {error}. This is an error of coinsite; the worker's log has the details."
        _end(lambda: finish_job(job, Job.Status.FAILED, reason))


def _end(finish: Callable[[], None]) -> None:
    try:
        finish()
    except LeaseLost as error:
        logger.warning("%s", error)
    except OperationalError as error:  # the reconciler takes the job back once its lease has ended
        logger.warning("The database does not answer: %s", error)
