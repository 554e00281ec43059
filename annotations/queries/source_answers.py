"""What each source of labels says of each side: texts by language, lists of entities, the published model, experts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from annotations.models import Concept, Entity, EntityMention, Label, ModelVersion, Prediction, PseudoLabel
from annotations.models.evidence import Answer
from mlcore.text.rules import RuleSet

Ids = NDArray[np.int64]
Answers = NDArray[np.int8]
"""1 yes, 0 no, -1 says nothing."""

_TEXTS = """
SELECT DISTINCT side.id, said.language FROM annotations_side side
JOIN annotations_description said ON said.coin_id = side.coin_id
WHERE side.text <> '' AND (said.scope = side.face OR jsonb_exists(said.spans, side.face))
"""
_MENTIONS = """
SELECT DISTINCT side.id FROM annotations_entitymention mention
JOIN annotations_description said ON said.id = mention.description_id
JOIN annotations_side side ON side.coin_id = said.coin_id
WHERE mention.source = %s AND mention.entity_id = ANY(%s) AND (said.scope = side.face OR (
    jsonb_exists(said.spans, side.face)
    AND mention.start >= (said.spans -> side.face ->> 0)::int
    AND mention."end" <= (said.spans -> side.face ->> 1)::int))
"""


@dataclass(frozen=True)
class Ground:
    """All sides of which any source could speak, in the order of their ids."""

    ids: Ids
    languages: Mapping[str, Ids]
    """Language → sides with a text in it."""
    predicted: Ids
    version: ModelVersion | None
    entities: Mapping[str, Sequence[int]]
    """Concept slug → entities that it means."""
    entity_sources: Sequence[str]

    def answers(self, asked: Ids, yes: Iterable[int]) -> Answers:
        """1 for `yes`, 0 for the others that were asked, -1 elsewhere."""
        said = np.full(len(self.ids), -1, dtype=np.int8)
        said[np.searchsorted(self.ids, asked)] = 0
        present = np.intersect1d(np.fromiter(yes, np.int64), asked)
        said[np.searchsorted(self.ids, present)] = 1
        return said


def read_ground(rules: RuleSet) -> Ground:
    languages = _sides_by_language()
    version = ModelVersion.objects.published()
    predicted = _ids(Prediction.objects.filter(version=version).values_list("side_id", flat=True))
    everything = np.unique(np.concatenate([predicted, *languages.values()]))
    named = EntityMention.objects.exclude(entity=None)  # a model that knows no entities says nothing of concepts
    sources = list(named.order_by("source").values_list("source", flat=True).distinct())
    return Ground(everything, languages, predicted, version, _entities_of_concepts(rules), sources)


def source_answers(ground: Ground, concept: Concept) -> Iterator[tuple[str, Answers]]:
    """Each source with its answers; one that never speaks of the concept is left out."""
    for language, asked in ground.languages.items():
        read = PseudoLabel.objects.filter(concept=concept, description__language=language)
        yield f"text:{language}", ground.answers(asked, read.values_list("side_id", flat=True).distinct())
    entities = [*ground.entities.get(concept.slug, ())]
    for source in ground.entity_sources if entities else ():
        asked = np.unique(np.concatenate([*ground.languages.values()]))
        with connection.cursor() as cursor:
            cursor.execute(_MENTIONS, [source, entities])
            yield f"entities:{source}", ground.answers(asked, [row[0] for row in cursor.fetchall()])
    if ground.version and concept.slug in ground.version.concepts:
        labels = Label.objects.filter(concept=concept, model_present=True)
        yield f"model:{ground.version.pk}", ground.answers(ground.predicted, labels.values_list("side_id", flat=True))


def expert_answers(ground: Ground, concept: Concept) -> Answers:
    """What experts said of these sides; unsure counts as nothing."""
    said = dict(
        Label.objects.filter(concept=concept, expert__in=[Answer.YES, Answer.NO]).values_list("side_id", "expert")
    )
    asked = np.intersect1d(_ids(said), ground.ids)
    return ground.answers(asked, [side for side, answer in said.items() if answer == Answer.YES])


def _sides_by_language() -> dict[str, Ids]:
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS)
        rows = cursor.fetchall()
    sides: dict[str, list[int]] = {}
    for side, language in rows:
        sides.setdefault(language, []).append(side)
    return {language: _ids(found) for language, found in sorted(sides.items())}


def _entities_of_concepts(rules: RuleSet) -> dict[str, list[int]]:
    """Entities whose whole name is what a rule of the concept reads."""
    meant: dict[str, list[int]] = {}
    for pk, name in Entity.objects.values_list("pk", "name"):
        for match in rules.find(name):
            if (match.start, match.end) == (0, len(name)):
                meant.setdefault(match.concept, []).append(pk)
    return meant


def _ids(ids: Iterable[int]) -> Ids:
    return np.unique(np.fromiter(ids, np.int64))
