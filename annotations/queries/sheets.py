"""What stands on a contact sheet, and how much is left of it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet

from annotations.models import Concept, Decision, Label, ReviewItem
from annotations.models.evidence import Answer
from annotations.models.review import ReviewItemQuerySet


def questions_said(items: ReviewItemQuerySet, concept: str, said: str) -> QuerySet[ReviewItem]:
    """Those about this concept to which the machines say `said`: yes or no."""
    present = Label.objects.filter(
        side_id=OuterRef("side_id"), concept_id=OuterRef("concept_id"), answer=Answer.YES.value
    )
    about = items.filter(concept__slug=concept)
    return about.filter(Exists(present)) if said == Answer.YES else about.filter(~Exists(present))


def count_questions(concept: str) -> dict[str, int]:
    """Open questions of a concept by what the machines say."""
    of_all = ReviewItem.objects.open()
    present = questions_said(of_all, concept, Answer.YES.value).count()
    return {"yes": present, "no": of_all.filter(concept__slug=concept).count() - present}


def find_last_page(user: User, concept: Concept) -> list[Decision]:
    """The newest page of this person's that stands, and speaks of this concept alone; what follows is left out."""
    standing = Decision.objects.filter(user=user, undoes=None, answered_by=None).exclude(page=None)
    standing = standing.exclude(answer=Decision.Answer.WITHDRAWN)
    newest = standing.filter(concept=concept).order_by("-id").first()
    if newest is None or standing.filter(page=newest.page).exclude(concept=concept).exists():
        return []
    asked = ReviewItem.objects.filter(side_id=OuterRef("side_id"), concept=concept)
    return list(standing.filter(Exists(asked), page=newest.page).order_by("id"))
