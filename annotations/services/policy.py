"""How questions are chosen, and when training begins by itself: one row that administrators change."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from annotations.models import ReviewPolicy
from annotations.queries.ranking import read_policy


@transaction.atomic
def save_policy(*, user: User, **values: Any) -> ReviewPolicy:
    """Set these fields; the others stay as they are. However often it is sent, there is one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review policy'))")
    policy = read_policy()
    for name, value in values.items():
        setattr(policy, name, value)
    policy.changed_by = user
    policy.save()
    return policy
