from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from knox.models import AuthToken

from annotations.models import Decision


def decisions_of(user_id: int) -> dict[str, int]:
    """How many decisions a person made, by answer, and on how many sides."""
    return Decision.objects.filter(user_id=user_id).aggregate(
        **{answer.value: Count("id", filter=Q(answer=answer)) for answer in Decision.Answer},
        total=Count("id"),
        sides=Count("side_id", distinct=True),
    )


def newest_decisions_of(user_id: int, count: int = 10) -> QuerySet[Decision]:
    return Decision.objects.filter(user_id=user_id).select_related("side__coin", "concept").order_by("-id")[:count]


def tokens_of(user_id: int) -> QuerySet[AuthToken]:
    return AuthToken.objects.filter(user_id=user_id).order_by("-created")
