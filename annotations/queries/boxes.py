"""Where figures stand on a side, and on which sides experts saw something that nobody has drawn yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from annotations.models import Box, Concept, Label, ReviewItem, SaliencyView, Side
from annotations.models.evidence import Answer

NUMBERED = 9  # concepts that a number key names
REMEMBERED = 200  # of a person's newest boxes, to know what they draw these days
SHOWN = 60  # rows of the history


@dataclass(frozen=True)
class Supply:
    """Sides of one concept that experts said yes to."""

    concept: Concept
    seen: int
    drawn: int

    @property
    def open(self) -> int:
        return self.seen - self.drawn


def newest_boxes(side: Side) -> list[Box]:
    """The last row of every figure of a side, the figure drawn first before all; a removed one can be brought back."""
    first: dict[int, int] = {}
    for pk, replaced in Box.objects.filter(side=side).order_by("id").values_list("pk", "replaces_id"):
        first[pk] = first.get(replaced, pk)
    newest = Box.objects.filter(side=side, replaced_by=None).select_related("user", "concept", "replaces__concept")
    return sorted(newest, key=lambda box: first[box.pk])


def history_of(side: Side) -> QuerySet[Box]:
    return Box.objects.filter(side=side).select_related("user", "concept").order_by("-id")[:SHOWN]


def other_side(side: Side) -> Side | None:
    return Side.objects.select_related("coin").filter(coin=side.coin_id).exclude(pk=side.pk).exclude(crop="").first()


def saw_saliency(user: User, side: Side) -> SaliencyView | None:
    return SaliencyView.objects.filter(user=user, side=side).first()


def seen_labels() -> QuerySet[Label]:
    """What an expert said yes to on a pictured side."""
    return Label.objects.filter(expert=Answer.YES, concept__retired=False).exclude(side__crop="")


def wanted_labels() -> QuerySet[Label]:
    """Those of them that no person has drawn there."""
    same = Q(concept=OuterRef("concept")) | Q(concept__merged_into=OuterRef("concept"))
    drawn = Box.objects.current().filter(same, side=OuterRef("side"), by_hand=True)
    return seen_labels().filter(~Exists(drawn))


def count_supply() -> list[Supply]:
    """Per concept that an expert said yes to, the most wanted first."""
    seen, wanted = (
        dict(labels.order_by().values_list("concept").annotate(count=Count("pk")))
        for labels in (seen_labels(), wanted_labels())
    )
    concepts = Concept.objects.filter(pk__in=seen)
    found = [Supply(each, seen[each.pk], seen[each.pk] - wanted.get(each.pk, 0)) for each in concepts]
    return sorted(found, key=lambda each: (-each.open, each.concept.name))


def leased_to_others(user: User) -> QuerySet[ReviewItem]:
    """Questions that somebody else is looking at."""
    return ReviewItem.objects.filter(leased_until__gte=timezone.now()).exclude(leased_to=user)


def next_wanted(user: User, concept: str, side_id: int | None = None, *, back: bool = False) -> int | None:
    """The nearest side after or before this one with something to draw, of any concept if it is empty; then round.

    Never one that somebody else is looking at.
    """
    labels = wanted_labels().exclude(Exists(leased_to_others(user).filter(side=OuterRef("side"))))
    if concept:
        labels = labels.filter(concept__slug=concept)
    labels = labels.exclude(side=side_id).order_by("-side_id" if back else "side_id")
    onward = labels.filter(**{f"side__{'lt' if back else 'gt'}": side_id}) if side_id else labels
    sides = onward.values_list("side_id", flat=True), labels.values_list("side_id", flat=True)
    return sides[0].first() or sides[1].first()


def numbered_concepts(user: User, side: Side, first: str) -> list[Concept]:
    """What a number key names: what is asked for, what is on this side, then what this person drew last."""
    on_side = Label.objects.filter(side=side, answer=Answer.YES).order_by("-expert", "concept__name")
    recent = Box.objects.filter(user=user).exclude(concept=None).order_by("-id")
    drawn = Counter(recent.values_list("concept__slug", flat=True)[:REMEMBERED])
    slugs = [first, *on_side.values_list("concept__slug", flat=True), *(slug for slug, _ in drawn.most_common())]
    concepts = {each.slug: each for each in Concept.objects.in_use().filter(slug__in=slugs)}
    return [concepts[slug] for slug in dict.fromkeys(slugs) if slug in concepts][:NUMBERED]
