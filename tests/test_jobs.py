"""The run row is the queue: one claim, a fence against late workers, three attempts."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotations.models import ImportRun, Job
from annotations.services import jobs
from mlcore.contract import Cancelled, LearningError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job() -> ImportRun:
    return ImportRun.objects.create(format="table", path="/nowhere", name="coins.csv")


def let_lease_end(job: Job) -> None:
    type(job)._default_manager.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_claimed_once_among_many(job: ImportRun) -> None:
    claims: list[ImportRun | None] = []

    def claim() -> None:
        claims.append(jobs.claim_job(ImportRun, job.pk))
        connection.close()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in claims) == 1


def test_a_message_that_comes_twice_is_carried_out_once(job: ImportRun) -> None:
    carried_out: list[int] = []
    for _ in range(2):
        jobs.work_on(ImportRun, job.pk, lambda run, pulse: carried_out.append(run.pk))
    assert carried_out == [job.pk]


def test_a_worker_that_wakes_after_its_lease_cannot_write(job: ImportRun) -> None:
    late = jobs.claim_job(ImportRun, job.pk)
    assert late is not None
    let_lease_end(late)
    jobs.reconcile_jobs()
    assert jobs.claim_job(ImportRun, job.pk) is not None
    with pytest.raises(jobs.LeaseLost):
        jobs.write_fenced(late, counts={"created": 1})
    with pytest.raises(jobs.LeaseLost):
        jobs.finish_job(late, Job.Status.SUCCEEDED)


def test_a_job_whose_worker_dies_three_times_has_failed_with_the_reason(job: ImportRun) -> None:
    for _ in range(3):
        claimed = jobs.claim_job(ImportRun, job.pk)
        assert claimed is not None
        let_lease_end(claimed)
        jobs.reconcile_jobs()
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "tried 3 times" in job.reason


def test_a_killed_child_queues_the_job_again(job: ImportRun) -> None:
    def die(run: ImportRun, pulse: jobs.Pulse) -> None:
        raise jobs.WorkerLost("The process was killed (SIGKILL).")

    jobs.work_on(ImportRun, job.pk, die)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Job.Status.QUEUED, 1)
    assert job in jobs.reconcile_jobs()


def test_a_failure_that_a_curator_can_understand_is_final(job: ImportRun) -> None:
    def refuse(run: ImportRun, pulse: jobs.Pulse) -> None:
        raise LearningError("There are no coins.")

    jobs.work_on(ImportRun, job.pk, refuse)
    job.refresh_from_db()
    assert (job.status, job.reason) == (Job.Status.FAILED, "There are no coins.")


def test_an_error_of_ours_fails_the_job_and_leaves_the_worker_alive(job: ImportRun) -> None:
    def stumble(run: ImportRun, pulse: jobs.Pulse) -> None:
        raise ZeroDivisionError("division by zero")

    jobs.work_on(ImportRun, job.pk, stumble)
    job.refresh_from_db()
    assert job.status == Job.Status.FAILED
    assert "ZeroDivisionError" in job.reason


def test_a_waiting_job_is_cancelled_at_once_and_never_begins(job: ImportRun) -> None:
    assert jobs.cancel_job(job).status == Job.Status.CANCELLED
    assert jobs.claim_job(ImportRun, job.pk) is None


def test_a_running_job_stops_at_its_next_report(job: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.02)

    def carry_out(run: ImportRun, pulse: jobs.Pulse) -> None:
        jobs.cancel_job(ImportRun.objects.get(pk=run.pk))
        assert pulse.cancelled.wait(10)
        with pytest.raises(Cancelled):
            pulse({"event": "progress", "stage": "saving", "done": 1, "total": 2})
        raise Cancelled

    jobs.work_on(ImportRun, job.pk, carry_out)
    job.refresh_from_db()
    assert job.status == Job.Status.CANCELLED


def test_progress_and_lease_are_renewed_while_work_goes_on(job: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", 0.02)

    def carry_out(run: ImportRun, pulse: jobs.Pulse) -> None:
        pulse({"event": "progress", "stage": "saving", "done": 3, "total": 7})
        for _ in range(500):
            run.refresh_from_db()
            if run.progress:
                break
            threading.Event().wait(0.02)
        assert run.progress == {"stage": "saving", "done": 3, "total": 7}

    jobs.work_on(ImportRun, job.pk, carry_out)
    job.refresh_from_db()
    assert job.status == Job.Status.SUCCEEDED


def test_a_failed_job_can_be_queued_again(job: ImportRun) -> None:
    ImportRun.objects.filter(pk=job.pk).update(status=Job.Status.FAILED, attempts=3, reason="Disk full.")
    again = jobs.repeat_job(job)
    assert (again.status, again.attempts, again.reason) == (Job.Status.QUEUED, 0, "")


def test_a_finished_job_is_not_repeated(job: ImportRun) -> None:
    ImportRun.objects.filter(pk=job.pk).update(status=Job.Status.SUCCEEDED)
    assert jobs.repeat_job(job).status == Job.Status.SUCCEEDED


def test_waiting_jobs_are_sent_again_only_after_a_while(job: ImportRun) -> None:
    assert job in jobs.reconcile_jobs()
    jobs.mark_sent(job)
    assert job not in jobs.reconcile_jobs()
    ImportRun.objects.filter(pk=job.pk).update(sent_at=timezone.now() - jobs.RESEND_AFTER - timedelta(seconds=1))
    assert job in jobs.reconcile_jobs()
