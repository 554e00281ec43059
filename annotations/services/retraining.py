"""The next round: begun by a person, or by itself after enough answers and a pause. Publishing stays with a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.models import BlindAnswer, Decision, Job, ReviewPolicy, TrainingRun
from annotations.queries.corrections import Corrections, count_corrections
from annotations.queries.ranking import read_policy
from annotations.queries.rounds import picture_runs
from annotations.services.training import queue_training, wait_for_others


@dataclass(frozen=True)
class Trigger:
    """What keeps the next run from beginning by itself, or that nothing does."""

    policy: ReviewPolicy
    like: TrainingRun | None
    """The last run that made a model: the next takes its settings."""
    last: TrainingRun | None
    """The newest run whatever became of it: what it was frozen from is not counted again."""
    active: TrainingRun | None
    since: datetime | None
    """When the last run was frozen, or asked for where it is not."""
    corrections: Corrections | None
    """What was answered since then."""
    answered_at: datetime | None
    """When somebody answered last."""

    @property
    def answered(self) -> int:
        return self.corrections.total.answered if self.corrections else 0

    @property
    def missing(self) -> int:
        return max(0, self.policy.retrain_after - self.answered)

    @property
    def begins_at(self) -> datetime | None:
        """When the pause is long enough, if nobody answers until then."""
        pause = timedelta(minutes=self.policy.retrain_pause)
        return self.answered_at + pause if self.answered_at else None

    @property
    def is_due(self) -> bool:
        """Whether the pause is long enough already: the run begins when a worker looks next."""
        return self.begins_at is not None and self.begins_at <= timezone.now()

    @property
    def failed(self) -> bool:
        """Whether the newest run failed. One that was begun by itself waits for new answers."""
        return self.last is not None and self.last.status == Job.Status.FAILED

    @property
    def failed_alone(self) -> bool:
        return self.failed and self.last is not None and self.last.cause == TrainingRun.Cause.QUOTA


def read_trigger() -> Trigger:
    last = picture_runs().first()
    since = last.counts_from if last else None
    return Trigger(
        policy=read_policy(),
        like=_last_success(),
        last=last,
        active=_active(),
        since=since,
        corrections=count_corrections(since) if since else None,
        answered_at=_answered_at(),
    )


@transaction.atomic
def consider_training() -> TrainingRun | None:
    """Queue a run with the settings of the last one where the policy says that it is time; asked every few seconds.

    A run counts answers from the one before it, whatever became of that: one that failed, or that a person stopped, is
    not begun again until as many new answers have come. Raises LearningError where the settings hold no more.
    """
    policy = read_policy()
    if not policy.retrain or not _is_quiet(policy):
        return None
    wait_for_others()
    last, like = picture_runs().first(), _last_success()
    if last is None or like is None or _active() or not _is_enough(policy, last.counts_from):
        return None
    return queue_training(user=None, kind=like.kind, config=like.config, cause=TrainingRun.Cause.QUOTA)


@transaction.atomic
def begin_round(*, user: User) -> TrainingRun | None:
    """A run with the settings of the last one that made a model; the one at work where there is one.

    None where no run has made a model yet: somebody has to choose settings. Raises LearningError.
    """
    wait_for_others()
    like = _last_success()
    if like is None:
        return None
    return _active() or queue_training(user=user, kind=like.kind, config=like.config)


def _is_quiet(policy: ReviewPolicy) -> bool:
    answered_at = _answered_at()
    return answered_at is not None and timezone.now() - answered_at >= timedelta(minutes=policy.retrain_pause)


def _is_enough(policy: ReviewPolicy, since: datetime) -> bool:
    """Decisions are counted first, which is quick: there are never fewer of them than of questions answered."""
    if Decision.objects.filter(created_at__gt=since).count() < policy.retrain_after:
        return False
    return count_corrections(since).total.answered >= policy.retrain_after


def _answered_at() -> datetime | None:
    """Blind answers count: the person is at work."""
    newest = [model.objects.order_by("-pk").first() for model in (Decision, BlindAnswer)]
    return max((answer.created_at for answer in newest if answer), default=None)


def _last_success() -> TrainingRun | None:
    return picture_runs().filter(status=Job.Status.SUCCEEDED, version__isnull=False).first()


def _active() -> TrainingRun | None:
    """Of any kind: runs share the machine."""
    return TrainingRun.objects.filter(status__in=Job.ACTIVE).first()  # type: ignore[return-value]
