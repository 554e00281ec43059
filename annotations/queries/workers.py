from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from annotations.models import WorkerPresence

QUEUES = ("default", "gpu", "predict")
SILENT_AFTER = timedelta(seconds=20)


def queues_without_worker() -> list[str]:
    """Queues that no living worker listens to: what is sent there waits."""
    alive = WorkerPresence.objects.filter(seen_at__gt=timezone.now() - SILENT_AFTER)
    served = {queue for worker in alive for queue in worker.queues}
    return [queue for queue in QUEUES if queue not in served]
