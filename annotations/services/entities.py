"""Lists of entities, kept in the database, and where the texts name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db import transaction

from annotations.models import Description, Entity, EntityMention
from annotations.queries.entities import LIST
from mlcore.text.entities import EntityMatcher
from mlcore.text.entity_lists import LABELS, EntityLists, EntityName, read_entity_lists
from mlcore.text.entity_lists import Entity as ListedEntity


@transaction.atomic
def import_entities(*, folder: Path) -> Counter[str]:
    """Store the lists of a folder; what was there before under the same id is renewed. Returns entities by class.

    Raises LearningError, naming file and line.
    """
    lists = read_entity_lists(folder)
    Entity.objects.bulk_create(
        [_row(entity, lists) for entity in lists.entities],
        update_conflicts=True,
        unique_fields=["identifier"],
        update_fields=["label", "name", "names", "classes", "link"],
    )
    return Counter(entity.label.lower() for entity in lists.entities)


def _row(entity: ListedEntity, lists: EntityLists) -> Entity:
    names: dict[str, list[dict[str, str]]] = {}
    for name in entity.names:
        names.setdefault(name.language, []).append({"text": name.text, "kind": name.kind})
    return Entity(
        identifier=entity.id,
        label=entity.label.lower(),
        name=entity.name,
        names=names,
        classes=list(lists.classes_of(entity)),
        link=entity.link,
    )


def entity_matcher() -> EntityMatcher | None:
    """A matcher of all lists; None where no list was imported."""
    entities = [_listed(row) for row in Entity.objects.order_by("pk")]
    return EntityMatcher(EntityLists(tuple(entities), {})) if entities else None


def _listed(row: Entity) -> ListedEntity:
    """The name to show comes first again: the database keeps languages in an order of its own."""
    names = [EntityName(each["text"], language, each["kind"]) for language in row.names for each in row.names[language]]
    names.sort(key=lambda name: (name.text != row.name, name.kind != "preferred"))
    label = next(each for each in LABELS if each.lower() == row.label)
    return ListedEntity(row.identifier, label, tuple(names), row.link, tuple(row.classes), "")


def find_entities(descriptions: Sequence[Description], matcher: EntityMatcher | None) -> int:
    """Mark anew what the lists name in these texts; returns how many mentions stand there now."""
    EntityMention.objects.filter(description__in=descriptions, source=LIST).delete()
    if matcher is None:
        return 0
    ids = dict(Entity.objects.values_list("identifier", "pk"))
    found = [mention for each in descriptions for mention in _mentions(each, matcher, ids)]
    EntityMention.objects.bulk_create(found, batch_size=2000)
    return len(found)


def _mentions(description: Description, matcher: EntityMatcher, ids: dict[str, int]) -> Iterable[EntityMention]:
    for span in matcher.find(description.text, description.language):
        yield EntityMention(
            description=description,
            start=span.start,
            end=span.end,
            label=span.label.lower(),
            entity_id=ids.get(span.id),
            source=LIST,
        )
