"""All concepts with what stands above each and what each implies, read through those that were merged or retired."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotations.models import Concept

Edges = Mapping[int, Collection[int]]


@dataclass(frozen=True)
class Hierarchy:
    concepts: Mapping[int, Concept]
    """Every one there is, by id."""
    implied: Edges
    """As persons set it, by id."""

    @classmethod
    def read(cls) -> Hierarchy:
        """Two queries, however many concepts."""
        concepts = {each.pk: each for each in Concept.objects.order_by("name", "pk")}
        implied: dict[int, list[int]] = {pk: [] for pk in concepts}
        links = Concept.implies.through.objects.order_by("to_concept__name", "pk")
        for one, other in links.values_list("from_concept_id", "to_concept_id"):
            implied.setdefault(one, []).append(other)
        return cls(concepts, implied)

    def root(self, pk: int, merged: Mapping[int, int] | None = None) -> int:
        """The concept for which this one counts: itself, unless it was merged (or `merged` says it would be)."""
        while (into := (merged or {}).get(pk, self.concepts[pk].merged_into_id)) is not None:
            pk = into
        return pk

    def parent(self, pk: int, merged: Mapping[int, int] | None = None) -> int | None:
        """The nearest broader concept in use."""
        seen = {pk}
        above = self.concepts[pk].broader_id
        while above is not None and above not in seen:
            root = self.root(above, merged)
            if root != pk and not self.concepts[root].retired:
                return root
            seen.add(above)
            above = self.concepts[above].broader_id
        return None

    def implies(self, pk: int, merged: Mapping[int, int] | None = None) -> list[int]:
        """What it implies directly, in use."""
        roots = dict.fromkeys(self.root(other, merged) for other in self.implied[pk])
        return [other for other in roots if other != pk and not self.concepts[other].retired]

    def in_use(self) -> list[int]:
        return [pk for pk, concept in self.concepts.items() if not concept.retired]

    def implied_slugs(self) -> dict[str, tuple[str, ...]]:
        slug = {pk: concept.slug for pk, concept in self.concepts.items()}
        return {slug[pk]: tuple(slug[other] for other in self.implies(pk)) for pk in self.in_use()}

    def implied_by(self, pk: int) -> list[Concept]:
        return [self.concepts[other] for other in self.in_use() if pk in self.implies(other)]

    def narrower(self, pk: int) -> list[Concept]:
        return [self.concepts[other] for other in self.in_use() if self.parent(other) == pk]

    def above(self, pk: int) -> list[Concept]:
        """From the broadest down to the one right above."""
        chain: list[int] = []
        while (up := self.parent(chain[0] if chain else pk)) is not None and up not in chain and up != pk:
            chain.insert(0, up)
        return [self.concepts[each] for each in chain]

    def tree(self) -> list[tuple[int, Concept]]:
        """Concepts in use with their depth, each followed by the narrower ones."""
        below: dict[int | None, list[int]] = {}
        for pk in self.in_use():
            below.setdefault(self.parent(pk), []).append(pk)
        found: list[tuple[int, Concept]] = []
        waiting = [(0, pk) for pk in reversed(below.get(None, []))]
        while waiting:
            depth, pk = waiting.pop()
            found.append((depth, self.concepts[pk]))
            waiting += [(depth + 1, other) for other in reversed(below.get(pk, []))]
        return found

    def circle_of_broader(self, pk: int, broader: int | None) -> list[str]:
        """Names along the circle that `broader` above this concept would close; empty where there is none."""
        edges = {each: [above] if (above := self.parent(each)) is not None else [] for each in self.concepts}
        return self._names(_circle(edges | {pk: [] if broader is None else [broader]}, pk))

    def circle_of_implied(self, pk: int, implied: Sequence[int]) -> list[str]:
        edges = {each: self.implies(each) for each in self.concepts}
        return self._names(_circle(edges | {pk: list(implied)}, pk))

    def circle_of_merging(self, pk: int, into: int) -> list[str]:
        """Names along a circle that merging `pk` into `into` would close, of broader concepts or of implications."""
        merged = {pk: into}
        left = [each for each in self.in_use() if each != pk]
        above = {each: [up] if (up := self.parent(each, merged)) is not None else [] for each in left}
        implied = {each: self.implies(each, merged) for each in left}
        return self._names(_circle(above, into) or _circle(implied, into))

    def _names(self, pks: Iterable[int]) -> list[str]:
        return [self.concepts[pk].name for pk in pks]


def _circle(edges: Edges, start: int) -> list[int]:
    """A way along the edges from `start` back to it; empty where there is none."""
    ways = [[start]]
    seen: set[int] = set()
    while ways:
        way = ways.pop()
        for other in edges.get(way[-1], ()):
            if other == start:
                return [*way, start]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
